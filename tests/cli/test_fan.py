"""`triagebot fan`: what is held of a fan as JSON, and everything gone."""

import asyncio
import json
from datetime import UTC, datetime

from triagebot.domain.conversation import Memory
from triagebot.domain.decision import Action, Decision, Reason
from triagebot.domain.message import Inbound, Kind, Reply
from triagebot.store import messages
from triagebot.store.database import Database
from triagebot.store.messages import Conclusion

DECIDED = Conclusion(Decision(Action.HUMAN, Reason.COMPLAINT), Reply("好"), Memory())


def stored(tmp_path):
    """A store with one message of one fan."""

    async def fill():
        url = f"sqlite:///{tmp_path / 'var' / 'triagebot.db'}"
        db = Database(url, clock=lambda: datetime.now(UTC))
        await db.start()
        said = Inbound("webchat", "mia", "1", Kind.TEXT, "我要投诉", datetime.now(UTC))
        await db.write(messages.record, [(said, None)], lambda *_: DECIDED, datetime.now(UTC))
        await db.close()

    (tmp_path / "var").mkdir()
    asyncio.run(fill())


def test_what_is_held_is_printed_or_written(run, tmp_path):
    stored(tmp_path)
    printed = run("fan", "export", "webchat", "mia").json
    assert [row["text"] for row in printed["message"]] == ["我要投诉"]
    assert run("fan", "export", "webchat", "mia", "--out", "mia.json").code == 0
    assert json.loads((tmp_path / "mia.json").read_text()) == printed
    assert run("fan", "export", "webchat", "leo").code == 5


def test_a_fan_is_erased_once_and_the_second_time_there_is_nothing(run, tmp_path):
    stored(tmp_path)
    assert run("--json", "fan", "erase", "webchat", "mia", "--yes").json["total"] == 2
    assert run("--json", "fan", "erase", "webchat", "mia", "--yes").json["total"] == 0
    assert run("fan", "export", "webchat", "mia").code == 5


def test_without_a_yes_nothing_is_erased(run, tmp_path):
    stored(tmp_path)
    assert run("fan", "erase", "webchat", "mia").code != 0
    assert run("fan", "export", "webchat", "mia").code == 0


def test_a_policy_that_does_not_exist_is_named(run, tmp_path):
    stored(tmp_path)
    refused = run("--set", "fans.after_leaving=burn", "fan", "erase", "webchat", "mia", "--yes")
    assert (refused.code, "keep, anonymise or delete" in refused.message) == (3, True)
