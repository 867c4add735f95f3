"""Anybody finds what was said and opens it in its place, reads the wall, and moves a shortcut."""

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import add_agent, breaches, open_browser, open_desk, press_at_once
from tests.journeys.conftest import wait_for


@pytest.fixture
def agent(server):
    return add_agent(server, "xiaoli")


def test_a_message_is_found_and_opened_where_it_was_said(server, agent, fan):
    fan.says("我的F码能给家人用吗")
    agent.sign_in(agent.name, agent.password)
    wait_for(lambda: agent.call("GET", "/api/v1/search?q=f")["items"])
    with open_browser() as browser:
        page = open_desk(browser, server, agent)
        press_at_once(page, ("g", "KeyG"), ("s", "KeyS"))
        page.wait_for_url("**/desk/search")
        page.locator("#query").fill("F码")
        expect(page.locator("#hits mark")).to_have_text("F码")
        page.get_by_role("button", name="存下这个搜索").click()
        expect(page.locator("#kept [aria-current]")).to_have_text("F码")
        assert breaches(page) == []
        page.locator("#query").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk#**")
        expect(page.locator("#log")).to_contain_text("我的F码能给家人用吗")
        by_the_palette(page)

        agent.sign_in(agent.name, agent.password)
        agent.call("PUT", "/api/v1/session/language", {"language": "en"})
        page.emulate_media(color_scheme="dark")
        page.goto(f"{server.url}/desk/search?q=nothing")
        expect(page.locator("#hits")).to_contain_text("Nothing says")
        page.keyboard.press("Control+k")
        expect(page.get_by_role("dialog", name="Commands")).to_be_visible()
        assert breaches(page) == []


def by_the_palette(page):
    """From within a reply, by the initials of the pinyin, to a search that was kept."""
    page.locator("#reply").focus()
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog", name="命令")
    expect(palette.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("dak")
    expect(palette.get_by_role("option")).to_have_count(2)
    assert breaches(page) == []
    palette.get_by_role("combobox").fill("f码")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/search?q=F**")
    expect(page.locator("#query")).to_have_value("F码")


def test_ops_pin_a_stage_and_let_it_go(server):
    ops = add_agent(server, "ops", "ops")
    with open_browser() as browser:
        page = open_desk(browser, server, ops)
        page.clock.install()
        page.goto(f"{server.url}/desk/wall")
        rules = page.locator(".stage", has_text="只用规则")
        pin = rules.get_by_role("button", name="固定在这一级")
        pin.focus()
        for _ in range(2):  # the page looks again: what somebody is at stays
            with page.expect_request("**/api/v1/surge"):
                page.clock.fast_forward(2000)
        expect(pin).to_be_focused()
        page.keyboard.press("Enter")
        assert breaches(page) == []
        page.locator("dialog .primary").click()
        expect(page.locator(".stage.now")).to_contain_text("只用规则")
        rules.get_by_role("button", name="恢复自动").click()
        expect(page.locator(".stage.now")).to_contain_text("正常")


def test_the_wall_shows_the_stage_and_a_shortcut_is_moved(server):
    agent = add_agent(server, "zhou")
    with open_browser() as browser:
        page = open_desk(browser, server, agent)
        page.goto(f"{server.url}/desk/wall")
        expect(page.locator(".stage.now")).to_contain_text("正常")
        assert breaches(page) == []
        page.keyboard.press("?")
        page.get_by_role("button", name="D").first.click()
        page.keyboard.press("q")
        assert breaches(page) == []
        page.keyboard.press("Escape")
        page.reload()
        expect(page.locator(".stage.now")).to_be_visible()
        before = page.locator("html").get_attribute("data-theme")
        page.keyboard.press("d")
        expect(page.locator("html")).to_have_attribute("data-theme", before)
        page.keyboard.press("q")
        expect(page.locator("html")).not_to_have_attribute("data-theme", before)
