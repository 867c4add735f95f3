"""The `triagebot` command: one file a command, imported only when it is called."""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from triagebot import __version__
from triagebot.errors import TriagebotError

COMMANDS = {
    "init": "Begin a project in a folder of your own.",
    "demo": "Serve with demo data, simulated fans and printed logins.",
    "serve": "Run the server.",
    "shell": "Type a sentence and see what the bot makes of it.",
    "train": "Train a model from intents/ and labels.",
    "evaluate": "Measure a model on labelled messages.",
    "certify": "Prove the promise on audits or held-out labels.",
    "replay": "Show which past messages another model would treat differently.",
    "compare": "Compare two models on the same judged messages.",
    "simulate": "Play the labelling loop: what labels buy, by how they are chosen.",
    "benchmark": "Measure the classifier on public sets, beside rivals.",
    "predict": "Read messages, write predictions, one JSON object a line.",
    "cluster": "Group messages so that one decision serves many.",
    "model": "List, show, verify, promote and roll back models.",
    "data": "Validate, count, split and convert sentences and labels.",
    "answers": "Bring what was published at the desk into intents/, and back.",
    "labels": "Export and check what people corrected.",
    "dict": "See what a word changes, and find new ones.",
    "user": "Add and list the people who may sign in.",
    "wechat": "Connect an account, or play WeChat; followers, tags, codes, menu.",
    "fan": "Export or erase all that is held of a fan.",
    "webhook": "Tell other programs what happens: list, add, test, remove.",
    "token": "Tokens with which programs speak in a person's name.",
    "db": "Upgrade, check, back up and restore the database.",
    "surge": "Show, pin and unpin what is given up under load.",
    "loadtest": "Load a server on this machine, and check that it kept everything.",
    "faults": "Break it on purpose and count what was lost.",
    "doctor": "Say what would hurt on a busy night, before it comes.",
    "config": "Show and check the settings.",
}

FILES = {"run": "serve", "dict": "dictionary"}
"""Commands that do not stand in a file of their own name."""

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
"""Read when NumPy is first imported. One is faster here: the products are small, more work is
spread over processes, and threads of BLAS wait for each other by spinning."""


class LazyGroup(click.Group):
    """Lists all commands without importing any."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of a newcomer's needs."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import one command."""
        if name not in COMMANDS and name not in FILES:
            return None
        file = FILES.get(name, name)
        command: click.Command = getattr(importlib.import_module(f"triagebot.cli.{file}"), file)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Print the list with one line each."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
    epilog="Exit codes: 0 done, 1 unexpected, 2 wrong usage, 3 bad input, 4 below what was "
    "asked for, 5 not there or nothing to do, 6 taken or busy, 7 refused by the other side.",
)
@click.option(
    "-C", "--project", type=click.Path(path_type=Path), default=Path(), help="Folder to work in."
)
@click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path),
    help="Settings file; triagebot.toml where there is one.",
)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="A.B=C",
    help="Override a setting; may be given several times.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON; may also stand behind the command."
)
@click.option("-v", "--verbose", is_flag=True, help="Show a trace of unexpected errors.")
@click.version_option(__version__)
@click.pass_context
def group(
    ctx: click.Context,
    project: Path,
    file: Path | None,
    overrides: tuple[str, ...],
    as_json: bool,
    verbose: bool,
) -> None:
    """Answer a phone brand's fans on WeChat; put the rest before a person."""
    from triagebot.settings import from_environment

    if project != Path():
        os.chdir(project)
    settings, origins = from_environment(Path(), file, overrides)
    ctx.obj = {"settings": settings, "origins": origins, "json": as_json}


def echo_json(value: Any) -> None:
    """Print one JSON object on one line."""
    click.echo(json.dumps(value, ensure_ascii=False))


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; expected errors become a sentence and an exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    for name in THREADS:
        os.environ.setdefault(name, "1")
    try:
        group.main(_globals_first(arguments), prog_name="triagebot", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except TriagebotError as error:
        click.echo(f"triagebot: {error.message}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader (`head`, say) has enough; Python would complain again when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if "-v" in arguments or "--verbose" in arguments:
            raise
        click.echo(
            f"triagebot: unexpected {type(error).__name__}: {error} (-v shows more)", err=True
        )
        sys.exit(1)


def _globals_first(arguments: list[str]) -> list[str]:
    """Let `--json` stand anywhere: it belongs to the group, but people write it last."""
    if "--json" not in arguments:
        return arguments
    return ["--json", *(argument for argument in arguments if argument != "--json")]
