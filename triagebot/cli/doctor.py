"""`triagebot doctor`: say what would hurt on a busy night, before it comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from triagebot.cli import echo_json
from triagebot.errors import GateNotMet

if TYPE_CHECKING:
    from triagebot.doctor.findings import Finding

MARKS = {"ok": "✓", "warn": "!", "fail": "✗"}
COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command()
@click.option("--online", is_flag=True, help="Also see whether WeChat's API can be reached.")
@click.option("--strict", is_flag=True, help="End with exit code 4 when something fails.")
@click.pass_obj
def doctor(obj: dict[str, Any], online: bool, strict: bool) -> None:
    """Look at secrets, disk, clock, store, deeds, admins, model, drift, shadow, spool, accounts."""
    counts: Counter[str] = Counter()
    findings = []
    for finding in look(obj["settings"], online=online):
        counts[finding.state] += 1
        findings.append(finding)
        if not obj["json"]:
            _show(finding)
    if obj["json"]:
        echo_json({"counts": counts, "findings": msgspec.to_builtins(findings)})
    else:
        click.echo(f"{counts['ok']} well, {counts['warn']} to look at, {counts['fail']} failed")
    if strict and counts["fail"]:
        raise GateNotMet(f"{counts['fail']} checks failed")


def look(settings: Any, *, online: bool) -> Iterator[Finding]:
    """Yield what is found, one check after the other."""
    from triagebot.doctor import machine, model, people, secret_files, spool, store, watching
    from triagebot.settings import read_secret

    yield from secret_files.secret_files(_secret_files(settings))
    url = settings.database.url
    if store.is_sqlite(url):
        folder = store.folder_of(url)
        yield from store.sqlite_store(url)
    else:
        folder = Path(settings.spool.dir)
        yield from store.postgres_store(url, _now)
        yield from spool.spool(folder)
    yield watching.deeds(url, _now())
    yield people.second_factors_of_admins(url, settings.desk.second_factor)
    yield from people.beside_passwords(url)
    yield machine.space("disk", folder)
    yield machine.sync_speed(folder)
    models = Path(settings.models.dir)
    yield machine.space("disk of models", models)
    key = _key(read_secret, settings.models.signing_key_file)
    yield from model.model(models, key)
    yield from watching.drift(url)
    yield from watching.shadow(models, url)
    yield from _accounts(settings, online)


def _accounts(settings: Any, online: bool) -> Iterator[Finding]:
    from triagebot.doctor import wechat

    for name, account in settings.wechat.items():
        seen = wechat.AccountSettings(
            name, account.mode, account.api_url, bool(account.secret_file or account.passive_only)
        )
        yield wechat.account(seen)
        if online:
            yield from wechat.reach(seen, _now)


def _secret_files(settings: Any) -> dict[str, str]:
    files = {"models.signing_key_file": settings.models.signing_key_file}
    for name, account in settings.wechat.items():
        for field in ("token_file", "aes_key_file", "secret_file"):
            files[f"wechat.{name}.{field}"] = getattr(account, field)
    return files


def _key(read_secret: Any, path: str) -> bytes | None:
    try:
        lines = read_secret(path)
    except Exception:  # said already, of the file itself
        return None
    return lines[0].encode() if lines else None


def _now() -> Any:
    from triagebot.cli.stores import now

    return now()


def _show(finding: Finding) -> None:
    mark = click.style(MARKS[finding.state], fg=COLOURS[finding.state])
    click.echo(f"{mark} {finding.what}: {finding.words}")
    if finding.do:
        click.echo(f"    → {finding.do}")
