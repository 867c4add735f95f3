"""What stands in deploy/ fits the program: settings, addresses, and the system's own checks."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from triagebot.settings import load_settings
from triagebot.store import engines

FOLDER = Path(__file__).parents[2] / "deploy"
TEXTS = [path for path in sorted(FOLDER.rglob("*")) if path.is_file()]
VARIABLE = re.compile(r"TRIAGEBOT_[A-Z_]+__[A-Z_]+")


def test_every_variable_named_is_a_setting():
    names = {name for path in TEXTS for name in VARIABLE.findall(path.read_text())}
    assert {"TRIAGEBOT_DATABASE__URL", "TRIAGEBOT_SPOOL__DIR"} <= names
    settings, _ = load_settings(None, dict.fromkeys(names, "json"))
    assert settings.log.format == "json"


def test_the_yaml_files_can_be_read():
    compose = yaml.safe_load((FOLDER / "compose.yml").read_text())
    assert compose["services"].keys() == {"node-1", "node-2", "postgres", "proxy"}
    patroni = yaml.safe_load((FOLDER / "patroni" / "patroni.yml").read_text())
    assert patroni["bootstrap"]["dcs"]["synchronous_mode"] == "quorum"


def test_three_hosts_in_the_url_reach_the_driver():
    text = (FOLDER / "patroni" / "README.md").read_text()
    (url,) = re.findall(r"`(postgresql\+psycopg://[^`]+)`", text)
    parsed = engines.parse(url)
    _, parameters = parsed.get_dialect()().create_connect_args(parsed)
    assert parameters["host"] == "db1,db2,db3"
    assert parameters["target_session_attrs"] == "read-write"


def test_live_events_are_not_buffered_and_queries_not_logged():
    nginx = (FOLDER / "nginx.conf").read_text()
    assert "proxy_buffering off" in nginx.split("/api/v1/events")[1].split("}")[0]
    assert not re.search(r"\$(args|query_string|request_uri|request)\b", nginx)


def test_systemd_takes_the_unit(tmp_path):
    systemd = shutil.which("systemd-analyze") or pytest.skip("systemd is not installed")
    unit = (FOLDER / "triagebot.service").read_text()
    path = tmp_path / "triagebot.service"
    path.write_text(unit.replace("/opt/triagebot/.venv/bin/triagebot", "/bin/true"))
    done = subprocess.run([systemd, "verify", path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_number_is_in_the_guide():
    sources = [path.read_text() for path in (FOLDER.parent / "triagebot").rglob("*.py")]
    names = {
        name for text in sources for name in re.findall(r'"(triagebot_[a-z_]+)", *\n? *"', text)
    }
    assert "triagebot_spool_messages" in names
    guide = (FOLDER.parent / "docs" / "deploy.md").read_text()
    assert [name for name in sorted(names) if f"`{name}`" not in guide] == []
