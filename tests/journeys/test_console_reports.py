"""A lead looks at a week: figures, charts with their tables, files; both languages and themes."""

import sqlite3
import time

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import add_agent, breaches, open_browser, open_desk, press_at_once
from tests.journeys.conftest import Person, wait_for

HOUR = 3_600_000


@pytest.fixture
def lead(server):
    return add_agent(server, "chen")


def counted(server):
    return sqlite3.connect(server.folder / "var" / "triagebot.db")


def test_a_week_is_read_and_taken_along(server, lead):
    for fan in range(3):
        Person(server.url).says(f"第 {fan} 次了，我要投诉你们")
    with counted(server) as store:
        count = "SELECT coalesce(sum(n), 0) FROM hour_count"
        wait_for(lambda: store.execute(count).fetchone()[0] == 3)
        rows = [
            (int(time.time() * 1000) // HOUR * HOUR - back * HOUR, intent, action, 5 + back % 24)
            for back in range(150)
            for intent, action in [("delivery", "answer"), ("purchase", "ask"), ("", "human")]
        ]
        add = "INSERT OR IGNORE INTO hour_count VALUES (?, 'webchat', ?, ?, 'certified', ?)"
        store.executemany(add, rows)
    store.close()
    with open_browser() as browser:
        page = open_desk(browser, server, lead)
        press_at_once(page, ("g", "KeyG"), ("r", "KeyR"))
        page.wait_for_url("**/desk/reports")
        expect(page.locator(".tile").first).to_contain_text("7")
        expect(page.locator(".chart svg")).to_have_count(2)
        assert breaches(page) == []

        page.locator("summary").first.click()
        expect(page.locator("details[open] tbody tr")).to_have_count(7)
        page.get_by_role("link", name="28 天").click()
        page.wait_for_url("**/desk/reports?*since=*")
        expect(page.locator("[aria-current=true]")).to_have_text("28 天")
        with page.expect_download() as download:
            page.locator("#by-intent a").click()
        assert download.value.path().read_bytes().startswith(b"\xef\xbb\xbfintent,messages")

        lead.sign_in(lead.name, lead.password)
        lead.call("PUT", "/api/v1/session/language", {"language": "en"})
        page.emulate_media(color_scheme="dark")
        page.goto(f"{server.url}/desk/reports?since=2024-02-01&until=2024-01-01")
        expect(page.get_by_role("alert").first).to_contain_text("make no sense")
        assert breaches(page) == []
