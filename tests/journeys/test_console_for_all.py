"""Every screen in both themes and languages: nothing that axe finds wrong, all by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import (
    add_agent,
    breaches,
    fan_asks_for_person,
    open_browser,
    open_desk,
    open_page,
)

DIALOGS = {"?": "dialog", ",": "dialog", "i": ".choice", "/": ".find"}


@pytest.mark.parametrize(("language", "theme"), [("zh", "light"), ("en", "dark")])
def test_no_screen_breaks_the_rules_of_access(server, language, theme):
    agent = add_agent(server, f"{language}-{theme}")
    agent.sign_in(agent.name, agent.password)
    agent.call("PUT", "/api/v1/session/language", {"language": language})
    fan_asks_for_person(server, "七天无理由退货怎么办理")
    locale = {"zh": "zh-CN", "en": "en-GB"}[language]
    options = {"color_scheme": theme, "locale": locale}
    with open_browser() as browser:
        login = open_page(browser, f"{server.url}/login", **options)
        assert breaches(login) == []

        page = open_desk(browser, server, agent, **options)
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        assert breaches(page) == []
        page.keyboard.press("j")
        expect(page.locator(".guess")).to_have_count(5)
        page.keyboard.press("w")
        assert breaches(page) == []
        for key, shown in DIALOGS.items():
            page.keyboard.press(key)
            page.wait_for_selector(shown)
            assert breaches(page) == []
            page.keyboard.press("Escape")
            expect(page.locator("dialog")).to_have_count(0)
        page.keyboard.press("e")
        assert breaches(page) == []


def test_the_check_sees_a_planted_fault(server):
    with open_browser() as browser:
        page = open_page(browser, f"{server.url}/login")
        page.evaluate("document.querySelector('[name=submit]').textContent = ''")
        assert breaches(page) != []


def test_nobody_signs_in_before_the_page_can(server):
    with open_browser() as browser:
        page = browser.new_context().new_page()
        page.route("**/console.js", lambda route: route.abort())
        page.goto(f"{server.url}/login")
        page.fill("[name=name]", "xiaoli")
        page.fill("[name=password]", "wrong")
        page.keyboard.press("Enter")
        expect(page.locator("[name=submit]")).to_be_disabled()
        expect(page.locator("#login")).to_be_visible()


def test_focus_returns_to_where_it_was_after_a_dialog(server):
    agent = add_agent(server, "xiaoli")
    with open_browser() as browser:
        page = open_desk(browser, server, agent)
        page.focus("#do-settings")
        page.keyboard.press("Enter")
        page.wait_for_selector("dialog")
        page.keyboard.press("Escape")
        expect(page.locator("#do-settings")).to_be_focused()


def test_single_keys_can_be_switched_off(server):
    agent = add_agent(server, "xiaoli")
    fan_asks_for_person(server, "你好")
    with open_browser() as browser:
        page = open_desk(browser, server, agent)
        page.keyboard.press(",")
        page.locator("[aria-label='单键快捷键'] button", has_text="关").click()
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        expect(page.locator("#thread-empty")).to_be_visible()
        page.keyboard.press("Alt+j")
        expect(page.locator("#thread-open")).to_be_visible()


def test_the_language_is_a_choice_and_is_kept(server):
    agent = add_agent(server, "anna")
    with open_browser() as browser:
        page = open_desk(browser, server, agent)
        page.keyboard.press(",")
        page.get_by_role("button", name="English").click()
        expect(page.locator("#list-title")).to_have_text("Waiting")
        expect(page.locator("html")).to_have_attribute("lang", "en")


def test_one_pane_at_a_time_on_a_phone(server):
    agent = add_agent(server, "xiaoli")
    fan_asks_for_person(server, "你好")
    with open_browser() as browser:
        page = open_desk(browser, server, agent, viewport={"width": 390, "height": 844})
        page.locator(".row").first.click()
        expect(page.locator("#fan-name")).to_be_visible()
        expect(page.locator("#rows")).to_be_hidden()
        assert breaches(page) == []
        page.click("#do-back")
        expect(page.locator("#rows")).to_be_visible()
        assert breaches(page) == []
