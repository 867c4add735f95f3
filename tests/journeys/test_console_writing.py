"""Writing a reply: input methods, drafts that survive, lengths, words that could not be sent."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import (
    add_agent,
    breaches,
    clear_desk,
    fan_asks_for_person,
    open_browser,
    open_desk,
)
from tests.journeys.conftest import wait_for


@pytest.fixture
def page(server):
    clear_desk(server)
    agent = add_agent(server, "xiaoli")
    fan_asks_for_person(server, "什么时候发货")
    with open_browser() as browser:
        page = open_desk(browser, server, agent)
        page.keyboard.press("j")
        page.wait_for_selector(".guess")
        page.keyboard.press("r")
        yield page


def press_while_composing(page, key):
    page.evaluate(
        """key => document.activeElement.dispatchEvent(new KeyboardEvent("keydown",
            {key, code: key, isComposing: true, ctrlKey: true, bubbles: true}))""",
        key,
    )


def test_the_enter_that_picks_a_word_does_not_send(page):
    page.keyboard.insert_text("好的")
    press_while_composing(page, "Enter")
    expect(page.locator("#reply")).to_have_value("好的")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#reply")).to_have_value("")
    expect(page.locator(".item.agent .bubble")).to_have_text("好的")


def test_letters_typed_into_the_reply_are_no_shortcuts(page):
    page.keyboard.type("jkeb1?/")
    expect(page.locator("#reply")).to_have_value("jkeb1?/")
    assert page.locator("dialog").count() == 0


@pytest.mark.parametrize(("key", "opens"), [("？", "快捷键"), ("、", "搜索消息")])
def test_full_width_signs_are_shortcuts_too(page, key, opens):
    page.keyboard.press("Escape")
    page.evaluate(
        "key => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}))",
        key,
    )
    expect(page.get_by_role("dialog", name=opens)).to_be_visible()


def test_a_draft_survives_leaving_and_reloading(page):
    page.keyboard.insert_text("还没写完")
    page.reload()
    page.wait_for_selector(".guess")
    expect(page.locator("#reply")).to_have_value("还没写完")


def test_a_suggestion_is_added_to_what_was_typed(page):
    page.keyboard.insert_text("您好！")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    expect(page.locator("#reply")).to_have_value(re.compile(r"^您好！\n.{7}"))


def test_the_length_is_counted_in_bytes_and_too_much_cannot_be_sent(page):
    page.keyboard.insert_text("字" * 682)
    expect(page.locator("#meter")).to_contain_text("2,046 / 2,048")
    expect(page.locator("#do-send")).to_be_enabled()
    page.keyboard.insert_text("字")
    expect(page.locator("#meter")).to_contain_text("超出 1 字节")
    expect(page.locator("#do-send")).to_be_disabled()


def test_words_that_did_not_get_through_survive_and_are_sent_again_once(page):
    posts = "**/api/v1/conversations/*/messages"
    page.route(posts, lambda route: route.abort())
    page.keyboard.insert_text("马上为您查")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".item.failed")).to_contain_text("没有送达")
    page.unroute(posts)
    page.reload()
    page.locator(".item.failed .link").click()
    expect(page.locator(".item.failed")).to_have_count(0)
    expect(page.locator(".item.agent .bubble")).to_have_text("马上为您查")


@pytest.mark.parametrize("when", ["under way", "through"])
def test_who_puts_aside_right_after_sending_means_the_talk_as_the_reply_leaves_it(
    page, server, when
):
    held = []
    posts = "**/api/v1/conversations/*/messages"
    page.route(posts, lambda route: held.append(route))
    page.keyboard.insert_text("马上为您查")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".item.agent")).to_contain_text("发送中…")
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    expect(page.locator("dialog .choice")).to_have_count(4)
    if when == "under way":
        page.keyboard.press("Enter")
        expect(page.locator(".toast")).to_contain_text("稍后")
    held.pop().continue_()
    if when == "through":
        expect(page.locator(".item.agent")).not_to_contain_text("发送中…")
        page.keyboard.press("Enter")
    xiaoli = server.signed_in("xiaoli")
    wait_for(lambda: len(xiaoli.call("GET", "/api/v1/conversations?view=snoozed")["items"]) == 1)
    (row,) = xiaoli.call("GET", "/api/v1/conversations?view=snoozed")["items"]
    xiaoli.call("POST", f"/api/v1/conversations/{row['id']}/wake", {"fence": row["fence"]})


def test_markup_from_a_fan_is_only_text(server):
    clear_desk(server)
    agent = add_agent(server, "xiaoli")
    fan_asks_for_person(server, "<img src=x onerror=alert(1)><b>粗</b>")
    with open_browser() as browser:
        page = open_desk(browser, server, agent)
        page.keyboard.press("j")
        shown = page.locator(".item.fan .bubble").last
        expect(shown).to_have_text("<img src=x onerror=alert(1)><b>粗</b>")
        assert page.locator(".log img, .log b").count() == 0


def test_in_english_and_dark_a_reply_is_measured_kept_and_sent(server):
    clear_desk(server)
    agent = add_agent(server, "anna")
    fan_asks_for_person(server, "什么时候发货")
    agent.sign_in(agent.name, agent.password)
    agent.call("PUT", "/api/v1/session/language", {"language": "en"})
    with open_browser() as browser:
        page = open_desk(browser, server, agent, color_scheme="dark")
        page.keyboard.press("j")
        page.wait_for_selector(".guess")
        page.keyboard.press("r")
        page.keyboard.insert_text("字" * 683)
        expect(page.locator("#meter")).to_contain_text("1 bytes too long")
        expect(page.locator("#do-send")).to_be_disabled()
        assert breaches(page) == []
        page.locator("#reply").fill("Shipping within 48 hours.")
        page.reload()
        page.wait_for_selector(".guess")
        expect(page.locator("#reply")).to_have_value("Shipping within 48 hours.")
        page.locator("#reply").focus()
        press_while_composing(page, "Enter")
        expect(page.locator("#reply")).to_have_value("Shipping within 48 hours.")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".item.agent .bubble")).to_have_text("Shipping within 48 hours.")
        assert breaches(page) == []
