import json

import pytest
from click.testing import CliRunner

from triagebot.cli import group
from triagebot.errors import TriagebotError


class Ran:
    """What a command printed, and the code it would have left with."""

    def __init__(self, output, code, message):
        self.output, self.code, self.message = output, code, message

    @property
    def json(self):
        return json.loads(self.output)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command in an empty project, as the command line would."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        result = CliRunner().invoke(group, [str(one) for one in arguments])
        error = result.exception
        if isinstance(error, TriagebotError):
            return Ran(result.stdout, error.exit_code, error.message)
        if error is not None and not isinstance(error, SystemExit):
            raise error
        return Ran(result.stdout, result.exit_code, result.stderr)

    return call
