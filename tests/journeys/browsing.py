"""Steps that journeys through the pages share."""

from __future__ import annotations

import re
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.journeys.chromium import open_browser
from tests.journeys.conftest import Person, ServerProcess

__all__ = [
    "add_agent",
    "breaches",
    "clear_desk",
    "fan_asks_for_person",
    "open_browser",
    "open_desk",
    "open_page",
    "press_at_once",
    "rows",
]


def open_page(browser: Browser, address: str, **options: Any) -> Page:
    """Open an address with cookies of its own; an error of the page's scripts fails the test.

    Nothing moves: axe would measure the contrast of what is still fading in.
    """
    usual = {"viewport": {"width": 1440, "height": 900}, "locale": "zh-CN"}
    context = browser.new_context(**{**usual, "reduced_motion": "reduce", **options})
    page = context.new_page()
    page.set_default_timeout(40_000)
    page.on("pageerror", _fail)
    page.on("console", _fail_on_policy)
    page.goto(address)
    return page


def open_desk(browser: Browser, server: ServerProcess, agent: Person, **options: Any) -> Page:
    """Sign in through the page and wait for the desk."""
    page = open_page(browser, f"{server.url}/login", **options)
    page.fill("[name=name]", agent.name)
    page.fill("[name=password]", agent.password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk*")
    # Not by a function of ours: to wait for one is to evaluate text, which the page forbids.
    expect(page).to_have_title(re.compile("triagebot"))
    expect(page).to_have_url(re.compile("#"))
    page.wait_for_selector("#list-skeleton", state="hidden")
    return page


def press_at_once(page: Page, *keys: tuple[str, str]) -> None:
    """Press keys in one turn of the page, as on a machine too busy to paint between them.

    Each is its name and its place, such as ("g", "KeyG").
    """
    page.evaluate(
        """keys => keys.forEach(([key, code]) => document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", {key, code, bubbles: true, cancelable: true})))""",
        keys,
    )


def add_agent(server: ServerProcess, name: str, role: str = "agent") -> Person:
    """Somebody with a login, not signed in; the same person where the name is known already."""
    return server.person(name, role)


def clear_desk(server: ServerProcess) -> None:
    """Close every talk that an earlier test of the module has left to people."""
    sweeper = server.signed_in("sweeper")
    for row in sweeper.call("GET", "/api/v1/conversations?view=open")["items"]:
        holder = server.signed_in(row["agent"]["name"]) if row["agent"] else sweeper
        path = f"/api/v1/conversations/{row['id']}/resolve"
        holder.call("POST", path, {"fence": row["fence"]})


def fan_asks_for_person(server: ServerProcess, text: str) -> Person:
    """A new fan who waits for a person and has said `text` last."""
    fan = Person(server.url)
    fan.says("转人工")
    fan.says(text)
    return fan


def rows(page: Page) -> list[str]:
    """The last words of each listed conversation, from top to bottom."""
    drawn = page.locator(".row").all()
    return [row.locator(".row-text").inner_text() for row in sorted(drawn, key=_place)]


def breaches(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {[node['target'] for node in each['nodes']]}" for each in found]


def _place(row: Any) -> int:
    return int(row.get_attribute("aria-posinset"))


def _fail(error: Any) -> None:
    raise AssertionError(f"a script failed: {error}")


def _fail_on_policy(message: Any) -> None:
    assert "Content Security Policy" not in message.text, message.text
