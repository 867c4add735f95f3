"""A long run in pieces: each goes on where the kept results end. The report names what there is."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from triagebot.cli import group
from triagebot.cli.faults import faults
from triagebot.faults import kept
from triagebot.faults.promises import PROMISES


@pytest.fixture
def file(tmp_path):
    return tmp_path / "results.jsonl"


def simulate(*options):
    return CliRunner().invoke(group, ["faults", "simulate", *options])


def test_a_resumed_run_makes_what_is_missing_with_new_seeds(file):
    kept.add(file, {"name": "simulate", "seed": 5, "planted": "", "rounds": 3})
    kept.add(file, {"name": "simulate", "seed": 5, "planted": "hasty", "rounds": 9})
    kept.add(file, {"name": "kill", "seed": 70, "planted": "", "rounds": 9})
    for total in ("4", "6", "6"):
        assert simulate("--rounds", total, "--resume", "--keep", str(file)).exit_code == 0
    made = [(result["seed"], result["rounds"]) for result in kept.read(file)[3:]]
    assert made == [(8, 1), (9, 2)]


def test_resuming_needs_the_file(file):
    assert simulate("--resume").exit_code != 0
    assert not file.exists()


def test_the_report_names_tests_and_runs_that_exist():
    here = Path(__file__).parents[1]
    for tried in PROMISES.values():
        files, commands = re.findall(r"[\w/]+\.py", tried), tried.partition(";")[0]
        assert all((here / file).is_file() for file in files), tried
        named = set(re.findall(r"\b[a-z]+\b", re.sub(r"\(.*?\)|`.*?`|[\w/]+\.py", "", commands)))
        assert named <= set(faults.commands), tried
