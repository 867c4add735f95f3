"""Make pictures of every screen from demo data, in the machine's own Chromium.

All of them, in both languages and both themes, are put into `var/screenshots/` to be looked at;
those that the README and the guides show go to `docs/images/` too.
"""

from __future__ import annotations

import base64
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from demo_world import Demo, running_demo
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
ALL = ROOT / "var" / "screenshots"
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 780}
QUALITY = 85
THEMES = ("light", "dark")
LANGUAGES = {"zh": "zh-CN", "en": "en-US"}

Act = Callable[[Page], None]


def open_third(page: Page) -> None:
    """Open the third conversation of the inbox."""
    for _ in range(3):
        page.keyboard.press("j")
    page.wait_for_selector(".guess")


def open_snippets(page: Page) -> None:
    """Open a conversation and its snippets, found by pinyin initials."""
    page.keyboard.press("j")
    page.wait_for_selector(".guess")
    page.keyboard.press("r")
    page.keyboard.type("/")
    page.wait_for_selector("dialog .choice")


def open_first_cluster(page: Page) -> None:
    """Open the biggest cluster."""
    page.keyboard.press("Enter")
    page.wait_for_selector(".member")


@dataclass(frozen=True)
class Shot:
    """A picture: which address a role opens, what must be there first, and what is done there."""

    name: str
    address: str
    role: str
    shows: str
    act: Act | None = None


SHOTS = (
    Shot("desk", "", "agent", ".row", open_third),
    Shot("snippets", "", "agent", ".row", open_snippets),
    Shot("clusters", "/clusters", "agent", ".cluster"),
    Shot("cluster", "/clusters", "agent", ".cluster", open_first_cluster),
    Shot("label", "/label", "agent", ".task"),
    Shot("answers", "/answers#answers/delivery/ship_time", "ops", "#text"),
    Shot("rules", "/answers#rules", "ops", "#work form, #work .page"),
    Shot("recall", "/recall", "ops", "#work *"),
    Shot("models", "/models", "ml", "#side .card"),
    Shot("fans", "/fans", "ops", "#fan-rows tr"),
    Shot("search", "/search?q=发货", "agent", ".hit"),
    Shot("audit", "/audit", "agent", "#work *"),
    Shot("wall", "/wall", "ops", ".tile"),
    Shot("reports", "/reports", "lead", ".tile"),
    Shot("users", "/users", "admin", "table"),
    Shot("log", "/log", "ops", ".page"),
    Shot("menus", "/menus", "ops", "#work *"),
    Shot("mentions", "/mentions", "agent", ".page"),
    Shot("dictionary", "/dictionary", "ml", ".page"),
    Shot("setup", "/setup", "admin", ".page"),
    Shot("programs", "/programs", "admin", ".page"),
)
SHOWN = frozenset({"desk", "clusters", "label", "answers", "chat"})
"""What the README and the guides show, in Chinese."""
DARK_TOO = frozenset({"desk", "chat"})


def main() -> None:
    """Start a demo of its own, take all pictures, stop it."""
    IMAGES.mkdir(exist_ok=True)
    ALL.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as play,
        running_demo(Path(folder)) as demo,
    ):
        path = os.environ.get("TRIAGEBOT_CHROMIUM") or shutil.which("chromium")
        browser = play.chromium.launch(executable_path=path)
        for language in LANGUAGES:
            for theme in THEMES:
                take_all(browser, demo, language, theme)
        browser.close()


def take_all(browser: Browser, demo: Demo, language: str, theme: str) -> None:
    """Take every picture in one language and one theme; one sign-in for each role."""
    pages = {
        role: sign_in(browser, demo, role, language, theme)
        for role in {shot.role: None for shot in SHOTS}
    }
    for shot in SHOTS:
        page = pages[shot.role]
        page.goto("about:blank")
        page.goto(f"{demo.url}/desk{shot.address}")
        page.wait_for_selector(shot.shows)
        if shot.act:
            shot.act(page)
        keep(page, shot.name, language, theme)
    for page in pages.values():
        page.context.close()
    chat(browser, demo, language, theme)
    widget(browser, demo, language, theme)


def sign_in(browser: Browser, demo: Demo, role: str, language: str, theme: str) -> Page:
    """Return a page on which somebody of a role is signed in, in a language."""
    page = open_page(browser, language, theme, DESK)
    page.goto(f"{demo.url}/login")
    page.fill("input[name=name]", role)
    page.fill("input[name=password]", demo.passwords[role])
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk**")
    demo.speak(role, language)
    return page


def open_page(browser: Browser, language: str, theme: str, size: dict[str, int]) -> Page:
    """Return a page of a new visitor; nothing moves on it."""
    context = browser.new_context(
        viewport=size, color_scheme=theme, locale=LANGUAGES[language], reduced_motion="reduce"
    )
    return context.new_page()


def chat(browser: Browser, demo: Demo, language: str, theme: str) -> None:
    """Ask a question as a fan and take the chat's picture."""
    page = open_page(browser, language, theme, PHONE)
    page.goto(f"{demo.url}/chat")
    page.locator("textarea, input").first.fill("下单后多久发货")
    page.keyboard.press("Enter")
    page.get_by_text("没解决您的问题").wait_for()
    keep(page, "chat", language, theme)
    page.context.close()


def widget(browser: Browser, demo: Demo, language: str, theme: str) -> None:
    """Open the chat on another site's page, ask for a person, and take the picture."""
    page = open_page(browser, language, theme, {"width": 1000, "height": 760})
    page.goto(demo.shop)
    page.get_by_role("button").click()
    inside = page.frame_locator("iframe")
    inside.locator("textarea, input").first.fill("转人工")
    inside.locator("textarea, input").first.press("Enter")
    inside.get_by_text("转人工").last.wait_for()
    keep(page, "widget", language, theme)
    page.context.close()


def keep(page: Page, name: str, language: str, theme: str) -> None:
    """Take the picture once what was asked for has come."""
    page.wait_for_timeout(400)
    picture = ALL / f"{name}-{language}-{theme}.png"
    page.screenshot(path=picture)
    if language == "zh" and name in SHOWN and (theme == "light" or name in DARK_TOO):
        # A third of the bytes: these are kept in the repository.
        small = page.context.new_cdp_session(page).send(
            "Page.captureScreenshot", {"format": "webp", "quality": QUALITY}
        )
        (IMAGES / f"{name}-{theme}.webp").write_bytes(base64.b64decode(small["data"]))


if __name__ == "__main__":
    main()
