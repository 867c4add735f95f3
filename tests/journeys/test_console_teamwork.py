"""Notes, snippets by the initials of their pinyin, putting aside and giving on, by keyboard."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import (
    add_agent,
    breaches,
    fan_asks_for_person,
    open_browser,
    open_desk,
)
from tests.journeys.conftest import wait_for


@pytest.fixture
def agent(server):
    return add_agent(server, "xiaoli")


def counts(agent):
    return agent.call("GET", "/api/v1/conversations?limit=1")["counts"]


def composing(page, key, **more):
    """A key of the input method, as the browser tells of it while a word is being chosen."""
    event = {"key": key, "isComposing": True, "bubbles": True, "cancelable": True, **more}
    page.evaluate(
        "event => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', event))", event
    )


def test_an_agent_notes_answers_by_snippet_and_puts_aside(server, agent):
    zhou = add_agent(server, "zhou")
    fan = fan_asks_for_person(server, "充值没到账")
    with open_browser() as browser:
        page = open_desk(browser, server, agent)
        agent.sign_in(agent.name, agent.password)
        page.keyboard.press("j")
        page.wait_for_selector(".guess")

        page.keyboard.press("n")
        page.keyboard.type("@zhou 请查一下")
        composing(page, "Enter", ctrlKey=True)
        expect(page.locator(".item.note")).to_have_count(0)
        assert breaches(page) == []
        page.keyboard.press("Control+Enter")
        expect(page.locator(".item.note")).to_contain_text("@zhou 请查一下")
        page.keyboard.press("Escape")

        page.keyboard.press("r")
        page.keyboard.insert_text("\u3001")
        page.wait_for_selector("dialog[open]")
        page.keyboard.type("xdhdjfh")
        expect(page.locator(".choice").first).to_contain_text("下单后多久发货")
        assert breaches(page) == []
        composing(page, "Enter")
        expect(page.locator("dialog[open]")).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.locator("#reply")).to_have_value(re.compile(r"\S"))
        composing(page, "Enter", ctrlKey=True)
        assert counts(agent)["waiting"] == 1, "the Enter of an input method sends nothing"
        page.keyboard.press("Control+Enter")
        wait_for(lambda: counts(agent)["mine"] == 1)
        page.keyboard.press("Escape")

        # Letters of an input method do nothing outside the composer either.
        composing(page, "e", code="KeyE")
        assert counts(agent)["mine"] == 1
        page.keyboard.press("h")
        page.wait_for_selector("dialog[open]")
        page.keyboard.press("Enter")
        wait_for(lambda: counts(agent)["snoozed"] == 1)
        page.keyboard.press("z")
        wait_for(lambda: counts(agent)["mine"] == 1)

        page.keyboard.press("a")
        page.wait_for_selector("dialog[open]")
        page.keyboard.type("zhou")
        expect(page.locator(".choice")).to_have_count(1)
        page.keyboard.press("Enter")
        wait_for(lambda: counts(agent)["mine"] == 0)
        page.keyboard.press("z")
        wait_for(lambda: counts(agent)["mine"] == 1)
        named_in_a_note(browser, server, zhou)
    comes_back_by_the_clock(agent, server)
    heard = fan.call("GET", "/api/v1/chat/messages?after=")["items"]
    assert not any("@zhou" in item["text"] for item in heard), "a note never reaches the fan"


def named_in_a_note(browser, server, zhou):
    page = open_desk(browser, server, zhou, color_scheme="dark")
    page.locator("#screen-mentions").click()
    expect(page.locator("tbody")).to_contain_text("@zhou 请查一下")
    assert breaches(page) == []
    page.locator("tbody a").click()
    expect(page.locator(".item.note")).to_contain_text("@zhou 请查一下")


def comes_back_by_the_clock(agent, server):
    """What was put aside for a moment is there again: the server itself watches the time."""
    fan_asks_for_person(server, "晚点再说")
    (row,) = agent.call("GET", "/api/v1/conversations?view=waiting")["items"]
    until = datetime.now(UTC) + timedelta(seconds=5)
    agent.call("POST", f"/api/v1/conversations/{row['id']}/snooze", {"until": until.isoformat()})
    wait_for(lambda: counts(agent)["mine"] == 1)
