"""Fast fingers: what is typed before the desk can follow is not lost."""

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import (
    add_agent,
    fan_asks_for_person,
    open_browser,
    open_desk,
    press_at_once,
)

SAID = "电子发票在哪里下载"
TIMES = 20
LONGEST = 60_000
SLOWER = 6
COMPOSE = """keys => keys.forEach((key) => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", {key, isComposing: true, bubbles: true, cancelable: true})))"""


@pytest.fixture
def desk(server):
    agent = add_agent(server, "xiaoli")
    fan_asks_for_person(server, SAID)
    with open_browser() as browser:
        page = open_desk(browser, server, agent)
        page.keyboard.press("j")
        page.wait_for_selector(".guess")
        page.set_default_timeout(LONGEST)
        yield page


def test_the_first_rows_do_not_wait_for_the_rest_of_the_inbox_and_lose_no_key(desk):
    # The rest starts with the frame after them: one that does not come yet.
    desk.add_init_script("requestAnimationFrame = (draw) => (window.frames_ ??= []).push(draw)")
    desk.reload(wait_until="commit")
    desk.wait_for_selector(".row")
    desk.locator("#rows").focus()
    desk.keyboard.press("/")
    desk.keyboard.type("fhx")
    # What an input method is at meanwhile is neither a shortcut nor text.
    desk.evaluate(COMPOSE, ["e", "Enter", "Escape"])
    assert desk.locator("dialog").count() == 0
    desk.evaluate("requestAnimationFrame = setTimeout; frames_.forEach((draw) => draw())")
    opened = desk.get_by_role("dialog").get_by_role("combobox")
    expect(opened).to_have_value("fhx", timeout=LONGEST)
    expect(opened).to_be_focused()


def test_the_key_after_escape_is_not_lost_in_what_it_closes(desk):
    desk.keyboard.press("/")
    opened = desk.get_by_role("dialog").get_by_role("combobox")
    opened.fill("发票")
    press_at_once(desk, ("Escape", "Escape"), ("/", "Slash"))
    expect(opened).to_have_value("", timeout=LONGEST)
    expect(opened).to_be_focused()


def test_nobody_waits_to_type_on_a_busy_machine(desk):
    slow = desk.context.new_cdp_session(desk)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    for time in range(TIMES):
        desk.keyboard.press("/")
        desk.keyboard.type(f"发票{time}")
        assert desk.get_by_role("combobox").input_value() == f"发票{time}"
        desk.keyboard.press("Escape")
    desk.keyboard.press("/")
    desk.keyboard.type("发票")
    desk.keyboard.press("Enter")
    expect(desk.locator(".item.found .bubble")).to_have_text(SAID, timeout=LONGEST)
    expect(desk.locator("#reply")).to_have_value("")
