"""The count of what may still be sent follows Tencent's rule and never promises too much."""

import asyncio
import itertools
from datetime import timedelta

import pytest

from triagebot.channels.wechat.sent import SendState, refused_by
from triagebot.channels.wechat.window import Ledger
from triagebot.domain.message import Event, Inbound, Kind
from triagebot.domain.window import Grant, Window
from triagebot.store import conversations
from triagebot.store.database import Database

FAN = "oFan1"
_numbers = itertools.count()


def did(clock, kind=Kind.TEXT, event=None, **detail):
    key = f"k{next(_numbers)}"
    return Inbound("wechat:main", FAN, key, kind, "", clock(), event=event, detail=detail)


def act(clock, name, event=Event.OTHER):
    return did(clock, Kind.EVENT, event, Event=name)


async def test_nothing_is_known_of_a_stranger(ledger, left):
    assert await left(FAN) is None
    await ledger.spend(FAN)
    assert await ledger.window(FAN) is None


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.UNKNOWN])
async def test_a_message_gives_five_for_48_hours(ledger, note, left, clock, kind):
    await note(did(clock, kind))
    assert await left(FAN) == 5
    assert (await ledger.window(FAN)).until(clock()) == clock() + timedelta(hours=48)
    clock.move(hours=48, seconds=-1)
    assert await left(FAN) == 5
    clock.move(seconds=1)
    assert await left(FAN) == 0
    assert (await ledger.window(FAN)).until(clock()) is None


async def test_acts_give_three_for_a_minute_and_other_events_nothing(note, left, clock):
    for name in ("VIEW", "LOCATION", "pic_weixin", "TEMPLATESENDJOBFINISH"):
        await note(act(clock, name))
        assert await left(FAN) == 0
    for name in ("CLICK", "subscribe", "SCAN", "scancode_push", "scancode_waitmsg"):
        await note(act(clock, name))
        assert await left(FAN) == 3
        clock.move(minutes=1)
        assert await left(FAN) == 0


async def test_a_tap_on_our_menu_message_is_an_act(note, left, clock):
    await note(did(clock, bizmsgmenuid="101"))
    assert await left(FAN) == 3


async def test_an_act_takes_nothing_from_a_message(ledger, note, left, clock):
    await note(did(clock))
    await note(act(clock, "CLICK"))
    assert await left(FAN) == 5
    await ledger.spend(FAN)
    clock.move(minutes=2)
    assert await left(FAN) == 4


async def test_a_new_message_gives_five_again_and_a_redelivery_does_not(ledger, note, left, clock):
    first = did(clock)
    await note(first)
    await asyncio.gather(*(ledger.spend(FAN) for _ in range(7)))
    assert await left(FAN) == 0
    await note(first)
    assert await left(FAN) == 0
    clock.move(seconds=1)
    await note(did(clock))
    assert await left(FAN) == 5


async def test_leaving_and_wechats_refusals_close_it(ledger, note, left, clock):
    await note(did(clock))
    await note(act(clock, "unsubscribe", Event.UNFOLLOW))
    assert await left(FAN) == 0
    clock.move(seconds=1)
    await note(did(clock))
    await ledger.use_up(FAN)
    assert await left(FAN) == 0
    assert (await ledger.window(FAN)).is_open(clock())
    clock.move(seconds=1)
    await note(did(clock))
    assert await left(FAN) == 5


async def test_all_processes_count_together_and_lists_show_it(
    ledger, note, left, sqlite_url, clock
):
    await note(did(clock))
    other = Database(sqlite_url, clock=clock)
    await other.start()
    theirs = Ledger(other, "wechat:main", clock)
    await ledger.spend(FAN)
    await theirs.spend(FAN)
    row = await other.read(conversations.find, "wechat:main", FAN)
    await other.close()
    assert await left(FAN) == 3
    assert row.messages_left == 3


async def test_a_store_that_is_away_keeps_nobody_from_sending(ledger, database):
    await database.close()
    await ledger.spend(FAN)
    assert await ledger.window(FAN) is None


@pytest.mark.parametrize(
    ("hours", "left", "count", "state"),
    [
        (1, 2, 2, None),
        (1, 1, 2, SendState.MESSAGES_USED),
        (1, 0, 1, SendState.MESSAGES_USED),
        (-1, 5, 1, SendState.WINDOW_CLOSED),
        (1, 5, 6, SendState.REFUSED),
    ],
)
def test_what_the_window_does_not_allow_is_not_begun(clock, hours, left, count, state):
    window = Window(Grant(clock() + timedelta(hours=hours), left))
    refusal = refused_by(window, clock(), [{}] * count)
    assert (refusal and refusal.state) == state
