"""Make the pictures of the README and the guides from demo data, in the machine's own Chromium."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 780}
ROLES = ("agent", "lead", "ops", "ml", "admin")
SCREENS = {
    "answers#answers/delivery/ship_time": ("ops", "#text"),
    "models": ("ml", "#side .card"),
    "fans": ("ops", "#fan-rows tr"),
    "search?q=发货": ("agent", ".hit"),
    "wall": ("ops", ".tile"),
    "reports": ("lead", ".tile"),
}
"""Screens beside the inbox: whose picture is taken, and what must be there first."""


def main() -> None:
    """Start a demo of its own, take all pictures, stop it."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        server, passwords = start_demo(Path(folder), port)
        try:
            with sync_playwright() as play:
                path = os.environ.get("TRIAGEBOT_CHROMIUM") or shutil.which("chromium")
                browser = play.chromium.launch(executable_path=path)
                for theme in ("light", "dark"):
                    desk(browser, port, passwords["agent"], theme)
                    for screen, (role, shows) in SCREENS.items():
                        office(browser, port, passwords[role], theme, screen, role, shows)
                    chat(browser, port, theme)
                browser.close()
        finally:
            server.terminate()
            server.wait(20)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def start_demo(folder: Path, port: int) -> tuple[subprocess.Popen[str], dict[str, str]]:
    """Start the demo in `folder`; return it and the passwords by role."""
    shutil.copytree(ROOT / "intents", folder / "intents")
    command = [sys.executable, "-m", "triagebot", "demo", "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CI": "true"}
    server = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    )
    passwords: dict[str, str] = {}
    while server.stdout and "admin" not in passwords:
        words = server.stdout.readline().split()
        if len(words) == 2 and words[0] in ROLES:
            passwords[words[0]] = words[1]
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2).close()
            break
        except OSError:
            time.sleep(0.1)
    time.sleep(8)  # the first fans write
    return server, passwords


def open_page(browser: Browser, theme: str, size: dict[str, int]) -> Page:
    """Return a page in Chinese, in a theme and size."""
    context = browser.new_context(
        viewport=size, color_scheme=theme, locale="zh-CN", device_scale_factor=1
    )
    return context.new_page()


def desk(browser: Browser, port: int, password: str, theme: str) -> None:
    """Sign in, open the third conversation, and take the desk's picture."""
    page = open_page(browser, theme, DESK)
    page.goto(f"http://127.0.0.1:{port}/login")
    page.fill("input[name=name]", "agent")
    page.fill("input[name=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_selector(".row")
    for _ in range(3):
        page.keyboard.press("j")
    page.wait_for_selector(".guess")
    page.wait_for_timeout(400)
    page.screenshot(path=IMAGES / f"desk-{theme}.png")
    page.context.close()


def office(
    browser: Browser, port: int, password: str, theme: str, screen: str, role: str, shows: str
) -> None:
    """Sign in with a role and take the picture of a screen."""
    page = open_page(browser, theme, DESK)
    page.goto(f"http://127.0.0.1:{port}/login")
    page.fill("input[name=name]", role)
    page.fill("input[name=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk**")
    page.goto(f"http://127.0.0.1:{port}/desk/{screen}")
    page.wait_for_selector(shows)
    page.wait_for_timeout(400)
    page.screenshot(path=IMAGES / f"{re.split(r'[#?]', screen)[0]}-{theme}.png")
    page.context.close()


def chat(browser: Browser, port: int, theme: str) -> None:
    """Ask a question as a fan and take the chat's picture."""
    page = open_page(browser, theme, PHONE)
    page.goto(f"http://127.0.0.1:{port}/chat")
    page.wait_for_selector("textarea, input")
    page.locator("textarea, input").first.fill("下单后多久发货")
    page.keyboard.press("Enter")
    page.get_by_text("没解决您的问题").wait_for()
    page.wait_for_timeout(400)
    page.screenshot(path=IMAGES / f"chat-{theme}.png")
    page.context.close()


if __name__ == "__main__":
    main()
