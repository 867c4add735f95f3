"""Starts a server for one run alone, with an empty store in a folder of its own."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from triagebot.errors import BadInput
from triagebot.loadtest.address import free_port
from triagebot.loadtest.envelope import Sender

PROGRAM = (sys.executable, "-m", "triagebot")
START_SECONDS = 120.0
TOKEN = "loadtest"  # noqa: S105 - opens nothing but a server that lives for one run
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
ORIGINAL_ID = "gh_loadtest0000"
PLAIN = Sender("load", "wx0000000000000001", ORIGINAL_ID, TOKEN)
SECURE = Sender("safe", "wx0000000000000002", ORIGINAL_ID, TOKEN, AES_KEY)


@dataclass(frozen=True, slots=True)
class OwnServer:
    """A running server: its address, its store, its process."""

    url: str
    store: str
    pid: int


@contextmanager
def own_server(
    folder: Path,
    overrides: tuple[str, ...] = (),
    workers: int = 0,
    program: Sequence[str] = PROGRAM,
) -> Iterator[OwnServer]:
    """Serve from `folder` until the end of the block; `overrides` are settings for it.

    Raises `BadInput` when it does not start.
    """
    port = free_port()
    (folder / "token").write_text(TOKEN, encoding="ascii")
    (folder / "key").write_text(AES_KEY, encoding="ascii")
    store = f"sqlite:///{folder}/load.db"
    settings = [f"database.url={store}", *_accounts(folder), *overrides]
    command = [*program]
    command += [part for setting in settings for part in ("--set", setting)]
    command += ["serve", "--port", str(port), "--workers", str(workers)]
    log = folder / "server.log"
    with log.open("wb") as errors:
        # As where it is installed: compiled once, not at each start.
        compiled = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
        process = subprocess.Popen(command, stderr=errors, env=compiled)  # noqa: S603
        try:
            _wait(process, port, log)
            yield OwnServer(f"http://127.0.0.1:{port}", store, process.pid)
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _accounts(folder: Path) -> list[str]:
    settings = []
    for sender in (PLAIN, SECURE):
        name = f"wechat.{sender.account}"
        settings += [
            f"{name}.appid={sender.appid}",
            f"{name}.original_id={sender.original_id}",
            f"{name}.token_file={folder}/token",
            f"{name}.mode={'safe' if sender.aes_key else 'plain'}",
            f"{name}.passive_only=true",
        ]
    return [*settings, f"wechat.{SECURE.account}.aes_key_file={folder}/key"]


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2.0)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise BadInput(f"The server did not start: {lines[-1] if lines else 'no word'}")
