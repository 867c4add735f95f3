"""What people answered most that the bot could have, in hours of their time."""

from triagebot.desk.next_answers import next_answers
from triagebot.store.handed_off import HandedOff
from triagebot.triage.registry import load
from triagebot.triage.think import wake


def test_what_came_up_most_comes_first_with_its_hours(bundle_folder):
    mind = wake(load(bundle_folder))
    texts = ["手机能寄到国外吗"] * 6 + ["可以开发票吗"] * 3 + ["我的订单号是 1234567890123"]
    rows = [HandedOff(text, "delivery", 0.5, "delivery/ship_time", 0.1) for text in texts]
    found = next_answers(mind, rows)
    assert [(each.example, each.n) for each in found] == [
        ("手机能寄到国外吗", 6),
        ("可以开发票吗", 3),
    ]
    assert found[0].hours == round(6 * mind.catalogue.policy.human_cost / 60, 1)


def test_nothing_asked_twice_is_nothing_to_write(bundle_folder):
    assert next_answers(wake(load(bundle_folder)), []) == []
