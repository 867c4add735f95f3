"""Ops take a wrong answer back before it leaves, and look up who was told it."""

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import add_agent, breaches, open_browser, open_desk


@pytest.fixture
def ops(server):
    return add_agent(server, "ops", "ops")


def test_a_correction_is_ordered_and_taken_back(server, ops, fan):
    assert fan.says("下单后多久发货")["action"] == "answer"
    with open_browser() as browser:
        page = open_desk(browser, server, ops)
        page.goto(f"{server.url}/desk/recall?answer=delivery/ship_time")
        expect(page.locator("#reach-title")).to_contain_text("1 位粉丝")
        page.locator("textarea[name=text]").fill("更正：明天发")
        assert breaches(page) == []
        page.get_by_role("button", name="发给 1 位").click()
        page.get_by_role("button", name="确定").or_(page.locator("dialog .primary")).first.click()
        page.get_by_role("button", name="撤回").click()
        expect(page.locator("tbody td", has_text="已撤回")).to_be_visible()

        page.locator("#screen-fans").click()
        page.locator("#fan-rows button").first.click()
        expect(page.locator(".timeline .fan").first).to_contain_text("下单后多久发货")
        assert breaches(page) == []
        ops.sign_in(ops.name, ops.password)
        ops.call("PUT", "/api/v1/session/language", {"language": "en"})
        page.emulate_media(color_scheme="dark")
        for screen, heading in (("recall", "Recall an answer"), ("fans", "Fans")):
            page.goto(f"{server.url}/desk/{screen}")
            expect(page.locator("h1")).to_have_text(heading)
            assert breaches(page) == []
