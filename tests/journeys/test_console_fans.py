"""The fans' page beside the desk: questions to tap, the queue, a person's words, a bad line."""

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import add_agent, breaches, open_browser, open_desk, open_page

PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize(("locale", "theme"), [("zh-CN", "light"), ("en-GB", "dark")])
def test_a_fan_is_helped_by_bot_and_person(server, locale, theme):
    agent = add_agent(server, "xiaoli")
    with open_browser() as browser:
        chat = open_page(
            browser, f"{server.url}/chat", viewport=PHONE, locale=locale, color_scheme=theme
        )
        assert breaches(chat) == []
        chat.locator(".choices button").first.click()
        expect(chat.locator(".line.bot .bubble").last).to_contain_text("发货")
        chat.click("#person")
        expect(chat.locator("#queue")).to_contain_text("1")
        assert breaches(chat) == []

        desk = open_desk(browser, server, agent)
        desk.keyboard.press("j")
        desk.wait_for_selector(".item")
        desk.keyboard.press("r")
        desk.keyboard.insert_text("您好，我来帮您查。")
        desk.keyboard.press("Control+Enter")
        expect(chat.locator(".line.agent .bubble")).to_have_text("您好，我来帮您查。")
        expect(chat.locator("#queue")).to_be_hidden()
        expect(desk.locator(".item.agent .meta")).to_have_text("已送达")


def test_a_menu_is_tapped_once_and_then_history(server):
    with open_browser() as browser:
        chat = open_page(browser, f"{server.url}/chat", viewport=PHONE)
        chat.fill("#text", "少了个充电头")
        chat.keyboard.press("Enter")
        first = chat.locator(".menu button").first
        title = first.text_content()
        first.click()
        expect(chat.locator(".line.fan .bubble").last).to_have_text(title)
        expect(first).to_be_disabled()


def test_a_message_that_did_not_get_through_is_sent_again(server):
    with open_browser() as browser:
        chat = open_page(browser, f"{server.url}/chat", viewport=PHONE)
        chat.route("**/api/v1/chat", lambda route: route.abort())
        chat.fill("#text", "下单后多久发货")
        chat.keyboard.press("Enter")
        expect(chat.locator(".failed")).to_be_visible()
        chat.unroute("**/api/v1/chat")
        chat.locator(".failed button").click()
        expect(chat.locator(".line.bot .bubble").last).to_contain_text("发货")
        expect(chat.locator(".line.fan")).to_have_count(1)


def test_the_talk_is_there_again_after_a_reload(server):
    with open_browser() as browser:
        chat = open_page(browser, f"{server.url}/chat", viewport=PHONE)
        chat.fill("#text", "下单后多久发货")
        chat.keyboard.press("Enter")
        expect(chat.locator(".line.bot")).to_have_count(2)
        chat.reload()
        expect(chat.locator(".line.fan .bubble")).to_have_text("下单后多久发货")
        expect(chat.locator(".line.bot")).to_have_count(2)
