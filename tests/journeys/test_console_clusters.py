"""Somebody clears a night's pile by cluster: five hundred fans with one key, and back again."""

from __future__ import annotations

import http.client
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import add_agent, breaches, open_browser, open_desk, press_at_once
from tests.journeys.conftest import wait_for

SAYS = (
    "我要投诉你们的快递",
    "我要投诉，你们的快递",
    "我要投诉你们的快递！",
    "我要投诉你们的快递？",
)
FANS = 500


@pytest.fixture
def agent(server):
    return add_agent(server, "xiaoli")


def pile_up(server, count=FANS):
    """Let so many fans wait for a person with the same complaint."""

    def write(numbers):
        line = http.client.HTTPConnection("127.0.0.1", server.port)
        for i in numbers:
            body = json.dumps({"text": SAYS[i % len(SAYS)]})
            line.request("POST", "/api/v1/chat", body, {"Content-Type": "application/json"})
            assert json.loads(line.getresponse().read())["action"] == "human"
        line.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, [range(start, count, 4) for start in range(4)]))


def waiting(agent):
    return agent.call("GET", "/api/v1/conversations?limit=1")["counts"]["waiting"]


def test_five_hundred_are_answered_with_one_key_and_taken_back(server, agent):
    pile_up(server)
    agent.sign_in(agent.name, agent.password)
    with open_browser() as browser:
        page = open_desk(browser, server, agent)
        press_at_once(page, ("g", "KeyG"), ("c", "KeyC"))
        page.wait_for_url("**/desk/clusters")
        card = page.locator(".cluster").first
        expect(card.locator(".cluster-size")).to_have_text(str(FANS))
        assert breaches(page) == []

        page.keyboard.press("Enter")
        expect(page.locator(".member")).to_have_count(200)
        assert breaches(page) == []
        page.locator(".member").first.click()
        expect(page.locator(".members-head .number")).to_contain_text(str(FANS - 1))
        page.fill("#reply", "已经登记，今天内给您答复")
        # The Enter that picks a word of the input method is not ours.
        page.evaluate(
            "document.getElementById('reply').dispatchEvent(new KeyboardEvent('keydown',"
            "{key: 'Enter', ctrlKey: true, isComposing: true, bubbles: true}))"
        )
        assert waiting(agent) == FANS
        page.keyboard.press("Control+Enter")
        expect(page.locator(".toast")).to_contain_text(str(FANS - 1))
        assert waiting(agent) == 1
        assert breaches(page) == []

        page.keyboard.press("z")
        wait_for(lambda: waiting(agent) == FANS)
        expect(card.locator(".cluster-size")).to_have_text(str(FANS))

        agent.call("PUT", "/api/v1/session/language", {"language": "en"})
        page.emulate_media(color_scheme="dark")
        page.reload()
        expect(page.locator("#work-title")).to_have_text("Clusters")
        expect(card).to_be_visible()
        assert breaches(page) == []

        page.keyboard.press("e")
        wait_for(lambda: waiting(agent) == 0)
        expect(page.locator("#work .empty strong")).to_have_text("Nothing to decide together")
        assert breaches(page) == []
