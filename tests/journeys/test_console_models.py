"""An engineer lets another model serve, by typing its name, and takes that back."""

import shutil

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import add_agent, breaches, open_browser, open_desk


@pytest.fixture
def engineer(server):
    return add_agent(server, "suan", "ml")


def confirm(page, name, reason):
    page.locator("#confirm").fill(name)
    page.locator("#reason").fill(reason)
    page.keyboard.press("Enter")
    expect(page.locator("dialog")).to_have_count(0)


def test_a_model_is_promoted_by_its_typed_name_and_rolled_back(server, engineer, bundle_folder):
    shutil.copytree(bundle_folder, server.folder / "models" / "other")
    with open_browser() as browser:
        page = open_desk(browser, server, engineer)
        page.goto(f"{server.url}/desk/models")
        other = page.locator(".models .card", has_text="other").first
        other.get_by_role("button", name="上线").click()
        page.locator("#confirm").fill("othe")
        expect(page.locator("dialog .primary")).to_be_disabled()
        assert breaches(page) == []
        confirm(page, "other", "试一次")
        # The server reads and tests the model before it lets it serve.
        expect(other).to_contain_text("正在使用")
        expect(page.locator(".steps li").first).to_contain_text("suan")
        assert breaches(page) == []

        other.get_by_role("button", name="回滚").click()
        confirm(page, "other", "")
        expect(other).not_to_contain_text("正在使用")
        engineer.sign_in(engineer.name, engineer.password)
        assert engineer.call("GET", "/api/v1/models")["current"] == bundle_folder.name
        engineer.call("PUT", "/api/v1/session/language", {"language": "en"})
        page.emulate_media(color_scheme="dark")
        page.reload()
        expect(page.locator("h1")).to_have_text("Models")
        expect(page.locator("#side .card").first).to_be_visible()
        assert breaches(page) == []
