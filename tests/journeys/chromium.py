"""One headless Chromium for the tests of a module; skipped where the machine has none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

# Only what never comes waits so long; a machine that does other work is slow, not wrong.
expect.set_options(timeout=40_000)

_running = ExitStack()
_browsers: list[Browser] = []


@contextmanager
def open_browser() -> Iterator[Browser]:
    """The module's browser; the windows opened in it, with their cookies, end with the block."""
    if not _browsers:
        _browsers.append(_launch())
    browser = _browsers[0]
    try:
        yield browser
    finally:
        for context in browser.contexts:
            context.close()


def close_browser() -> None:
    """End the browser, if there is one: what follows may want an event loop of its own."""
    _browsers.clear()
    _running.close()


def _launch() -> Browser:
    path = os.environ.get("TRIAGEBOT_CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.skip("no Chromium here: install the package `chromium` or set TRIAGEBOT_CHROMIUM")
    playwright = _running.enter_context(sync_playwright())
    browser = playwright.chromium.launch(executable_path=path)
    _running.callback(browser.close)
    return browser
