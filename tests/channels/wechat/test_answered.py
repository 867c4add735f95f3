"""Who can no longer be written to is told once that an agent has answered."""

import pytest

from tests.store.conftest import conclude
from triagebot.channels.wechat.answered import AnsweredNotices, Template, template_of
from triagebot.domain.agent import Role
from triagebot.domain.message import Inbound, Kind
from triagebot.errors import BadInput
from triagebot.store import agents, messages, outbound
from triagebot.store.outbound_rows import State

CHANNEL = "wechat:main"
TEMPLATE = Template("tpl-1", {"thing1": "客服已回复", "time2": "{time}"})


@pytest.fixture
def told(database, api, clock):
    return AnsweredNotices(database, lambda: {CHANNEL: api}, {CHANNEL: TEMPLATE}, clock)


@pytest.fixture
def says(database, tencent, clock):
    async def say(text="投诉", channel=CHANNEL):
        tencent.follow("oFan1")
        said = Inbound(channel, "oFan1", f"{clock()}", Kind.TEXT, text, clock())
        (outcome,) = await database.write(messages.record, [(said, None)], conclude, clock())
        return outcome.conversation_id

    return say


@pytest.fixture
async def answers(database, clock):
    person = await database.write(agents.add, "小林", Role.AGENT, "hash", clock())
    channels = {}

    async def answer(number, state=State.FAILED, channel=CHANNEL):
        key = f"c-{len(channels)}"
        channels[key] = await database.write(outbound.add, number, person.id, "您好", key, clock())
        await database.write(outbound.claim, channel, clock())
        await database.write(outbound.finish, channels[key].id, state, "45015")

    return answer


async def test_a_text_that_came_too_late_is_announced_once_until_the_fan_writes(
    told, says, answers, tencent, clock
):
    number = await says()
    clock.move(hours=49)
    await answers(number)
    await answers(number)
    assert await told.send() == 1
    (notice,) = tencent.notices
    assert (notice["touser"], notice["template_id"]) == ("oFan1", "tpl-1")
    assert notice["data"]["thing1"] == {"value": "客服已回复"}
    assert notice["data"]["time2"]["value"].startswith("2026-")
    await answers(number)
    assert await told.send() == 0
    clock.move(hours=1)
    await says("还在吗")
    clock.move(hours=49)
    await answers(number)
    assert await told.send() == 1
    assert len(tencent.notices) == 2


async def test_nothing_is_announced_where_the_fan_can_be_reached(
    told, says, answers, tencent, clock
):
    number = await says()
    await answers(number)
    assert await told.send() == 0
    clock.move(hours=49)
    await answers(number, State.DELIVERED)
    assert await told.send() == 0
    assert tencent.notices == []


async def test_accounts_without_a_template_announce_nothing(database, api, says, answers, clock):
    silent = AnsweredNotices(database, lambda: {CHANNEL: api}, {}, clock)
    number = await says()
    clock.move(hours=49)
    await answers(number)
    assert await silent.send() == 0


async def test_what_wechat_refuses_is_written_down_and_not_repeated(
    told, says, answers, database, tencent, clock
):
    tencent.knobs.only_path = "/cgi-bin/message/template/send"
    tencent.knobs.errcodes = [43116]
    number = await says()
    clock.move(hours=49)
    await answers(number)
    assert await told.send() == 1
    rows = await database.read(
        lambda connection: connection.exec_driver_sql(
            "SELECT state, error FROM answered_notice"
        ).all()
    )
    assert [row.state for row in rows] == ["failed"]
    assert await told.send() == 0


def test_the_setting_is_read_or_its_mistake_named():
    assert template_of("", []) is None
    assert template_of("t", ["thing1=客服 = 回复"]).words == {"thing1": "客服 = 回复"}
    for words in ([], ["thing1"], ["=x"]):
        with pytest.raises(BadInput):
            template_of("t", words)
