#!/usr/bin/env python3
"""Set up everything on a bare machine, then run the demo or the tests.

python3 run.py demo    a server with simulated fans on http://127.0.0.1:8080
python3 run.py test    lint, types, architecture and all tests

Only the standard library is used here; everything else goes into `.venv` beside this file.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
CHECKS = (
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "."],
    ["mypy"],
    ["lint-imports"],
)


def install(extras: str) -> None:
    """Make `.venv` hold the pinned packages; nothing happens when it already does.

    Our own files are compiled too, which saves every start 0.3 s where Python may not do so itself.
    """
    install_packages(extras)
    run("python", "-m", "compileall", "-q", "triagebot", "training", check=False)


def install_packages(extras: str) -> None:
    """Bring `.venv` up to date."""
    stamp = VENV / f"installed{extras or '-core'}"
    wanted = hashlib.sha256(
        (ROOT / "pyproject.toml").read_bytes() + (ROOT / "constraints.txt").read_bytes()
    ).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print("Installing into .venv; this takes about a minute the first time.", flush=True)
    if not (BIN / "pip").exists():
        try:
            venv.create(VENV, with_pip=True)
        except (subprocess.CalledProcessError, ImportError):
            sys.exit("Python's venv is missing. On Debian: apt-get install python3-venv")
    run(
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
        "-c",
        "constraints.txt",
        "-e",
        f".{extras}",
    )
    stamp.write_text(wanted)


def run(program: str, *arguments: str, check: bool = True) -> int:
    """Run a program of `.venv`; stop with its exit code when it fails and `check` is set."""
    code = subprocess.call([str(BIN / program), *arguments], cwd=ROOT)
    if check and code:
        sys.exit(code)
    return code


def demo(arguments: list[str]) -> None:
    """Install, then become the demo server."""
    install("")
    os.chdir(ROOT)
    program = str(BIN / "triagebot")
    os.execv(program, [program, "demo", *arguments])  # noqa: S606 - our own program


def test(arguments: list[str]) -> None:
    """Install, then run every check; pytest's closing lines come last."""
    install("[test,postgres]")
    failed = [command[0] for command in CHECKS if run(*command, check=False)]
    code = run("pytest", "-n", "2", "--dist", "worksteal", *arguments, check=False)
    if failed:
        print(f"failed before the tests: {', '.join(failed)}", file=sys.stderr)
    sys.exit(code or bool(failed))


def main() -> None:
    """Run the command named on the command line."""
    commands = {"demo": demo, "test": test}
    if sys.version_info < (3, 11):  # noqa: UP036 - the reader's Python, not ours
        sys.exit("triagebot needs Python 3.11 or newer.")
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    commands[sys.argv[1]](sys.argv[2:])


if __name__ == "__main__":
    main()
