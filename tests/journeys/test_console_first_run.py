"""Who runs a new installation is told what comes next, until it is done or put away."""

from playwright.sync_api import expect

from tests.journeys.browsing import add_agent, breaches, open_browser, open_desk
from tests.journeys.conftest import Person


def test_an_owner_without_messages_sees_five_steps_and_puts_them_away(fresh_server):
    owner = add_agent(fresh_server, "owner", "admin")
    with open_browser() as browser:
        page = open_desk(browser, fresh_server, owner)
        steps = page.locator("#start li")
        expect(steps).to_have_count(5)
        expect(page.locator("#start code")).to_have_text("triagebot wechat check")
        expect(page.locator("#start .done")).to_have_count(0)
        assert breaches(page) == []
        page.get_by_role("link", name="像粉丝那样问一句").click()
        expect(page.locator("#try-text")).to_be_focused()

        add_agent(fresh_server, "xiaoli")
        owner.sign_in(owner.name, owner.password)
        owner.call("PUT", "/api/v1/session/language", {"language": "en"})
        page.emulate_media(color_scheme="dark")
        page.goto(f"{fresh_server.url}/desk")
        expect(page.locator("#start .done")).to_contain_text("Invite people")
        assert breaches(page) == []
        page.get_by_role("button", name="Put away").click()
        expect(page.locator("#start")).to_be_hidden()
        page.keyboard.press("z")
        expect(page.locator("#start")).to_be_visible()
        page.get_by_role("button", name="Put away").click()
        page.reload()
        expect(page.locator("#thread-none")).to_be_visible()
        expect(page.locator("#start")).to_be_hidden()


def test_neither_an_agent_nor_a_desk_with_messages_is_told(fresh_server):
    agent = add_agent(fresh_server, "xiaoli")
    owner = add_agent(fresh_server, "owner", "admin")
    with open_browser() as browser:
        page = open_desk(browser, fresh_server, agent)
        expect(page.locator("#thread-none")).to_be_visible()
        assert page.locator("#start").count() == 0
        Person(fresh_server.url).says("在吗")
        page = open_desk(browser, fresh_server, owner)
        expect(page.locator("#thread-none")).to_be_visible()
        assert page.locator("#start").count() == 0
