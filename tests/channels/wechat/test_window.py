"""The count of what may still be sent follows Tencent's rule and never promises too much."""

from datetime import timedelta

import pytest

from triagebot.channels.wechat.window import Ledger, Window
from triagebot.domain.message import Event, Inbound, Kind

FAN = "oFan1"


@pytest.fixture
def ledger(clock):
    return Ledger(clock)


def did(clock, kind=Kind.TEXT, event=None, **detail):
    return Inbound("wechat:main", FAN, "k", kind, "", clock(), event=event, detail=detail)


def act(clock, name, event=Event.OTHER):
    return did(clock, Kind.EVENT, event, Event=name)


def test_nothing_is_known_of_a_stranger(ledger):
    assert ledger.left(FAN) is None
    ledger.spend(FAN)
    assert ledger.window(FAN) is None


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.IMAGE, Kind.VOICE, Kind.UNKNOWN])
def test_a_message_gives_five_for_48_hours(ledger, clock, kind):
    ledger.note(did(clock, kind))
    assert ledger.left(FAN) == 5
    assert ledger.window(FAN).until(clock()) == clock() + timedelta(hours=48)
    clock.move(hours=48, seconds=-1)
    assert ledger.left(FAN) == 5
    clock.move(seconds=1)
    assert ledger.left(FAN) == 0
    assert ledger.window(FAN).until(clock()) is None


@pytest.mark.parametrize(
    "name", ["CLICK", "subscribe", "SCAN", "scancode_push", "scancode_waitmsg"]
)
def test_an_act_gives_three_for_a_minute(ledger, clock, name):
    ledger.note(act(clock, name))
    assert ledger.left(FAN) == 3
    clock.move(minutes=1)
    assert ledger.left(FAN) == 0


@pytest.mark.parametrize("name", ["VIEW", "LOCATION", "pic_weixin", "TEMPLATESENDJOBFINISH"])
def test_other_events_give_nothing(ledger, clock, name):
    ledger.note(act(clock, name))
    assert ledger.left(FAN) == 0


def test_a_tap_on_our_menu_message_is_an_act(ledger, clock):
    ledger.note(did(clock, bizmsgmenuid="101"))
    assert ledger.left(FAN) == 3


def test_an_act_takes_nothing_from_a_message(ledger, clock):
    ledger.note(did(clock))
    ledger.note(act(clock, "CLICK"))
    assert ledger.left(FAN) == 5
    ledger.spend(FAN)
    clock.move(minutes=2)
    assert ledger.left(FAN) == 4


def test_a_new_message_gives_five_again_and_a_redelivery_does_not(ledger, clock):
    ledger.note(did(clock))
    first = did(clock)
    for _ in range(7):
        ledger.spend(FAN)
    assert ledger.left(FAN) == 0
    ledger.note(first)
    assert ledger.left(FAN) == 0
    clock.move(seconds=1)
    ledger.note(did(clock))
    assert ledger.left(FAN) == 5


def test_leaving_and_wechats_refusals_close_it(ledger, clock):
    ledger.note(did(clock))
    ledger.note(act(clock, "unsubscribe", Event.UNFOLLOW))
    assert ledger.left(FAN) == 0
    ledger.note(did(clock))
    ledger.close(FAN)
    assert ledger.left(FAN) == 0
    ledger.note(did(clock))
    ledger.use_up(FAN)
    assert ledger.left(FAN) == 0


def test_the_longest_silent_are_forgotten_first(clock):
    ledger = Ledger(clock, remembered=2)
    for fan in ("a", "b", "c"):
        ledger.note(Inbound("wechat:main", fan, "k", Kind.TEXT, "", clock()))
    assert [ledger.left(fan) for fan in ("a", "b", "c")] == [None, 5, 5]
    assert Window().left(clock()) == 0
