"""Ops change what the bot says, and a fan gets it with the next message."""

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import add_agent, breaches, open_browser, open_desk
from tests.journeys.conftest import Person


@pytest.fixture
def ops(server):
    return add_agent(server, "ops", "ops")


def test_an_answer_is_edited_tried_published_and_given_to_a_fan(server, ops, fan):
    with open_browser() as browser:
        page = open_desk(browser, server, ops)
        page.goto(f"{server.url}/desk/answers")
        the_one_opened_last_stays(page)
        page.locator("#find").fill("ship_time")
        page.locator("#lines a").first.click()
        expect(page.locator("#work h2").first).to_have_text("delivery/ship_time")
        page.locator("#text").fill("{brand}今天就发")
        page.keyboard.press("Control+s")
        expect(page.locator("#lines a").first).to_contain_text("草稿")
        assert "今天就发" not in fan.says("下单后多久发货")["reply"]["text"]

        page.locator("#try-text").fill("下单后多久发货")
        page.keyboard.press("Enter")
        expect(page.locator("#try-said .bubble.bot")).to_contain_text("今天就发")
        assert breaches(page) == []

        page.locator("#publish").click()
        page.keyboard.press("Enter")
        expect(page.locator(".versions .in-use")).to_contain_text("ops")
        another = Person(server.url)
        assert another.says("下单后多久发货")["reply"]["text"].startswith("星火手机今天就发")

        a_table_becomes_drafts(page)
        page.goto(f"{server.url}/desk/answers#rules")
        expect(page.locator("#rules li")).to_have_count(9)
        assert breaches(page) == []
        ops.sign_in(ops.name, ops.password)
        ops.call("PUT", "/api/v1/session/language", {"language": "en"})
        page.emulate_media(color_scheme="dark")
        for part, shown in (("sentences", "New follower"), ("snippets", "New snippet")):
            page.goto(f"{server.url}/desk/answers#{part}")
            page.reload()
            expect(page.locator("#work h2")).to_have_text(shown)
            assert breaches(page) == []


def the_one_opened_last_stays(page):
    """An answer that comes late does not take the place of one that was opened after it."""
    held, lines = [], page.locator("#lines a")
    late = f"**/api/v1/{lines.first.get_attribute('href').removeprefix('#')}"
    page.route(late, lambda route: held.append(route))
    with page.expect_request(late):
        lines.first.click()
    lines.nth(1).click()
    last = lines.nth(1).get_attribute("href").removeprefix("#answers/")
    expect(page.locator("#work h2").first).to_have_text(last)
    with page.expect_response(late):
        held.pop().continue_()
    page.unroute(late)
    page.evaluate("() => new Promise((done) => setTimeout(done))")
    expect(page.locator("#work h2").first).to_have_text(last)


def a_table_becomes_drafts(page):
    """As a Chinese Excel saves it: in GBK, with a line break inside a cell."""
    head = "id,question,text,similar,risk\r\n"
    row = 'delivery/by_table,表格里的问题,"表格里的""回答""","问法一\n问法二",low\r\n'
    with page.expect_file_chooser() as chosen:
        page.locator("#do-import").click()
    # First by mistake something that only has the name of a workbook.
    broken = {"name": "答案.xlsx", "mimeType": "application/zip", "buffer": b"PK"}
    chosen.value.set_files([broken])
    expect(page.locator("#problems")).to_contain_text("这不是 Excel 工作簿")
    with page.expect_file_chooser() as chosen:
        page.locator("#do-import").click()
    file = {"name": "答案.csv", "mimeType": "text/csv", "buffer": (head + row).encode("gb18030")}
    chosen.value.set_files([file])
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("新增 1 条")
    dialog.locator("summary").click()
    expect(dialog.locator("ins").nth(1)).to_have_text('表格里的"回答"')
    assert breaches(page) == []
    page.get_by_role("button", name="存为 1 条草稿").click()
    page.locator("#find").fill("by_table")
    expect(page.locator("#lines a")).to_contain_text("草稿")
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("#lines a")).to_have_count(0)
