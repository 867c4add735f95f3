"""An agent clears the morning in the browser: live rows, drafts, labels, closing, undoing."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import (
    add_agent,
    clear_desk,
    fan_asks_for_person,
    open_browser,
    open_desk,
    rows,
)
from tests.journeys.conftest import wait_for


@pytest.fixture
def agent(server):
    clear_desk(server)
    return add_agent(server, "xiaoli")


def test_an_agent_works_by_keyboard_alone(server, agent):
    fan = fan_asks_for_person(server, "新手机屏幕进灰了怎么办")
    fan_asks_for_person(server, "七天无理由退货怎么办理")
    with open_browser() as browser:
        page = open_desk(browser, server, agent)
        page.keyboard.press("j")
        expect(page.locator(".guess")).to_have_count(5)
        draft = page.locator(".draft-text").first.text_content()

        page.keyboard.press("1")
        expect(page.locator("#reply")).to_have_value(draft)
        page.keyboard.press("Control+Enter")
        expect(page.locator(".item.agent .bubble")).to_have_text(draft)
        expect(page.locator("#view-mine .rail-count")).to_have_text("1")

        page.keyboard.press("Escape")
        page.keyboard.press("Shift+Digit2")
        expect(page.locator(".pill.label")).to_be_visible()
        page.keyboard.press("z")
        expect(page.locator(".pill.label")).to_have_count(0)
        with page.expect_response(lambda response: response.request.method == "DELETE"):
            page.keyboard.press("Shift+Digit2")
            page.keyboard.press("z")  # at once: it means this, not what was done before
        expect(page.locator(".pill.label")).to_have_count(0)

        page.keyboard.press("e")
        expect(page.locator(".row")).to_have_count(1)
        page.keyboard.press("z")
        expect(page.locator("#fan-status")).to_contain_text("我在处理")
    seen = fan.call("GET", "/api/v1/chat/messages?wait=0")["items"]
    assert [item["text"] for item in seen if item["from"] == "agent"] == [draft]


def test_what_is_fetched_late_takes_no_label_away(server, agent):
    fan_asks_for_person(server, "新手机屏幕进灰了怎么办")
    held = []
    talk = re.compile(r"/api/v1/conversations/\d+$")
    with open_browser() as browser:
        page = open_desk(browser, server, agent)
        page.keyboard.press("j")
        expect(page.locator(".guess")).to_have_count(5)
        page.keyboard.press("1")
        page.route(talk, lambda route: held.append((route, route.fetch())))
        with page.expect_request(talk):
            page.keyboard.press("Control+Enter")
        page.keyboard.press("Escape")
        with page.expect_response(lambda response: response.request.method == "PUT"):
            page.keyboard.press("Shift+Digit2")
        wait_for(lambda: held or page.wait_for_timeout(20))
        route, from_before = held.pop()
        with page.expect_response(talk):
            route.fulfill(response=from_before)
        page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => setTimeout(drawn)))")
        expect(page.locator(".pill.label")).to_have_count(1)
        expect(page.locator(".item.agent")).to_have_count(1)


def test_a_new_fan_does_not_move_the_rows_until_the_hand_is_gone(server, agent):
    fan_asks_for_person(server, "第一个")
    with open_browser() as browser:
        page = open_desk(browser, server, agent)
        page.hover(".row")
        before = page.locator(".row").bounding_box()
        fan_asks_for_person(server, "第二个")
        expect(page.locator("#updates")).to_contain_text("1")
        assert page.locator(".row").bounding_box() == before
        page.click("#updates")
        expect(page.locator(".row")).to_have_count(2)
        assert set(rows(page)) == {"第一个", "第二个"}

        page.mouse.move(900, 450)
        fan_asks_for_person(server, "第三个")
        expect(page.locator(".row")).to_have_count(3)


def test_a_new_fan_comes_in_by_themselves_where_nobody_waits(server, agent):
    with open_browser() as browser:
        page = open_desk(browser, server, agent)
        expect(page.locator("#list-empty")).to_be_visible()
        fan_asks_for_person(server, "有人在吗")
        expect(page.locator(".row")).to_have_count(1)
        assert rows(page) == ["有人在吗"]


def test_what_a_fan_adds_appears_in_the_open_thread_with_a_new_guess(server, agent):
    fan = fan_asks_for_person(server, "你好")
    with open_browser() as browser:
        page = open_desk(browser, server, agent)
        page.keyboard.press("j")
        page.wait_for_selector(".guess")
        fan.says("快递三天了怎么还没到")
        expect(page.locator(".item.fan .bubble").last).to_have_text("快递三天了怎么还没到")
        expect(page.locator(".guess .one-line").first).to_have_text("物流配送")


def test_of_two_agents_the_second_is_told_who_was_first(server, agent):
    other = add_agent(server, "wangfang")
    other.sign_in("wangfang", other.password)
    fan_asks_for_person(server, "订单能改地址吗")
    with open_browser() as browser:
        page = open_desk(browser, server, agent)
        page.keyboard.press("j")
        page.wait_for_selector(".guess")
        # Without the stream this page cannot know of what the other does.
        page.route("**/api/v1/events", lambda route: route.abort())
        page.reload()
        page.wait_for_selector(".guess")
        (row,) = other.call("GET", "/api/v1/conversations?view=waiting")["items"]
        path = f"/api/v1/conversations/{row['id']}/take"
        other.call("POST", path, {"fence": row["fence"]})

        page.keyboard.press("m")
        expect(page.locator(".toast.problem")).to_contain_text("wangfang")
        expect(page.locator("#reply")).to_be_disabled()


def test_search_leads_to_the_very_message(server, agent):
    fan_asks_for_person(server, "电子发票在哪里下载")
    with open_browser() as browser:
        page = open_desk(browser, server, agent)
        page.keyboard.press("/")
        page.keyboard.type("发票")
        expect(page.locator(".choice mark")).to_have_text("发票")
        page.keyboard.press("Enter")
        expect(page.locator(".item.found .bubble")).to_have_text("电子发票在哪里下载")
