"""The parser never fails in an unforeseen way, and never takes more than its peers take."""

import random

import pytest

pytest.importorskip("wechatpy", reason="needs the peers of the extra `test`")

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.channels.wechat.parser_fuzz import SEEDS, judge, mutated


def test_mutated_messages_are_taken_or_refused_and_nothing_else():
    chance = random.Random(20260921)
    taken = sum(judge(mutated(chance)) for _ in range(3000))
    assert 100 < taken < 2900


@settings(max_examples=150, deadline=None, database=None)
@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_refused_in_the_one_way(body):
    assert not judge(body)


def test_the_judges_notice_a_parser_that_takes_too_much(monkeypatch):
    body = SEEDS[0].replace(b"<xml>", b"<!DOCTYPE x><xml>")
    known = judge.__globals__["parse"]

    def lenient(body, **names):
        return known(body.replace(b"<!DOCTYPE x>", b""), **names)

    monkeypatch.setitem(judge.__globals__, "parse", lenient)
    with pytest.raises(AssertionError, match="refused elsewhere"):
        judge(body)
