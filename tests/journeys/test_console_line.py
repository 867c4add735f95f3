"""The line to the server: one stream for all tabs, a cut that is told, and what came meanwhile."""

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import (
    add_agent,
    clear_desk,
    fan_asks_for_person,
    open_browser,
    open_desk,
)


@pytest.fixture
def agent(server):
    clear_desk(server)
    return add_agent(server, "xiaoli")


def test_two_tabs_share_one_stream(server, agent):
    with open_browser() as browser:
        first = open_desk(browser, server, agent)
        streams = []
        first.context.on("request", lambda each: streams.append(each.url))
        second = first.context.new_page()
        second.goto(f"{server.url}/desk")
        second.wait_for_selector("#list-empty", state="visible")
        fan_asks_for_person(server, "两个窗口都看到吗")
        for page in (first, second):
            expect(page.locator("#view-waiting .rail-count")).to_have_text("1")
        assert not [url for url in streams if url.endswith("/events")]

        first.close()
        fan_asks_for_person(server, "还看得到吗")
        expect(second.locator("#view-waiting .rail-count")).to_have_text("2")


def test_a_restart_is_told_and_nothing_is_missed(server, agent):
    with open_browser() as browser:
        page = open_desk(browser, server, agent)
        expect(page.locator("#list-empty")).to_be_visible()
        server.stop()
        expect(page.locator("#banner")).to_contain_text("正在重连")
        server.start()
        fan_asks_for_person(server, "刚才断线了吗")
        # The page tries again at growing distances, 15 s at most.
        expect(page.locator(".row-text")).to_have_text("刚才断线了吗")
        expect(page.locator("#banner")).to_be_hidden()


def test_an_ended_session_leads_to_the_sign_in_page_and_back_to_the_place(server, agent):
    fan_asks_for_person(server, "在吗")
    with open_browser() as browser:
        page = open_desk(browser, server, agent)
        page.keyboard.press("j")
        page.wait_for_selector(".guess")
        place = page.url.split("#")[1]
        page.context.clear_cookies()
        page.keyboard.press("m")
        page.wait_for_url("**/login")
        page.fill("[name=name]", "xiaoli")
        page.fill("[name=password]", agent.password)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/desk#{place}")
        expect(page.locator(".guess")).to_have_count(5)
