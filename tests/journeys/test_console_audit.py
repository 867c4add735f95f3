"""Somebody checks automatic answers blind, by keyboard, and sees what that proves."""

import pytest
from playwright.sync_api import Route, expect

from tests.journeys.browsing import add_agent, breaches, open_browser, open_desk, press_at_once
from tests.journeys.conftest import Person, wait_for

PASS = Route.continue_


@pytest.fixture
def agent(server):
    return add_agent(server, "xiaoli")


def answered(server, agent, *texts):
    """Let fans ask what is answered by itself, and wait until it is drawn."""
    for text in texts:
        assert Person(server.url).says(text)["action"] == "answer"
    agent.sign_in(agent.name, agent.password)
    path = "/api/v1/audits/next"
    wait_for(lambda: agent.call("GET", path)["waiting"] == len(texts))


def taken_back_before_it_is_stored(page):
    """A quick hand judges and takes back while the verdict is under way."""
    held, verdicts = [], "**/api/v1/audits/*"
    keep = {"PUT": held.append}
    page.route(verdicts, lambda route: keep.get(route.request.method, PASS)(route))
    with page.expect_request(lambda request: request.method == "PUT"):
        page.keyboard.press("y")
    page.keyboard.press("u")
    with page.expect_response(lambda response: response.request.method == "DELETE"):
        held.pop().continue_()
    page.unroute(verdicts)


def test_answers_are_judged_by_keyboard_alone(server, agent):
    answered(server, agent, "下单后多久发货", "支持哪些付款方式", "付款失败怎么办")
    with open_browser() as browser:
        page = open_desk(browser, server, agent)
        press_at_once(page, ("g", "KeyG"), ("u", "KeyU"))
        page.wait_for_url("**/desk/audit")
        asked = page.locator(".fan .said-text")
        expect(page.locator(".said-block")).to_have_count(2)
        assert breaches(page) == []
        first = asked.text_content()

        taken_back_before_it_is_stored(page)
        expect(asked).to_have_text(first)
        assert agent.call("GET", "/api/v1/audits")["together"]["judged"] == 0
        page.keyboard.press("y")
        expect(asked).not_to_have_text(first)
        second = asked.text_content()

        page.keyboard.press("e")
        page.keyboard.type("purchase")
        page.keyboard.press("Enter")
        page.wait_for_selector(".choice small")
        page.keyboard.press("Enter")
        expect(asked).not_to_have_text(second)
        page.keyboard.press("n")
        expect(page.locator("#work .empty strong")).to_be_visible()
        expect(page.locator("#side .bound-big")).to_contain_text("%")
        assert breaches(page) == []

        agent.call("PUT", "/api/v1/session/language", {"language": "en"})
        page.emulate_media(color_scheme="dark")
        page.reload()
        expect(page.locator("#work .empty strong")).to_have_text("Nothing to check")
        assert breaches(page) == []
    report = agent.call("GET", "/api/v1/audits")
    assert (report["together"]["judged"], report["together"]["wrong"]) == (3, 2)
