"""One message, one key: the label queue, and taking a label back, in both languages."""

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import breaches, open_browser, open_desk, press_at_once
from tests.journeys.conftest import Person

SAID = "我要投诉"
WORDS = {
    "zh": ("为什么问你", "没有要标的消息"),
    "en": ("Why it is asked", "Nothing to label"),
}


@pytest.fixture(scope="module")
def only_message(server):
    """The one message of the module, which each test leaves without a label."""
    Person(server.url).says(SAID)


@pytest.mark.parametrize(("language", "theme"), [("zh", "light"), ("en", "dark")])
@pytest.mark.usefixtures("only_message")
def test_one_key_labels_a_message_and_another_takes_it_back(server, agent, language, theme):
    agent.call("PUT", "/api/v1/session/language", {"language": language})
    why, empty = WORDS[language]
    with open_browser() as browser:
        page = open_desk(browser, server, agent, color_scheme=theme)
        press_at_once(page, ("g", "KeyG"), ("l", "KeyL"))
        page.wait_for_url("**/desk/label")
        expect(page.locator(".task")).to_contain_text(why)
        assert breaches(page) == []

        page.keyboard.press("1")
        expect(page.locator("#work")).to_contain_text(empty)
        assert breaches(page) == []
        (label,) = labels_of(agent)
        assert label["by"] == agent.name

        page.keyboard.press("u")
        expect(page.locator(".said-text")).to_have_text(SAID)
        assert labels_of(agent) == []


def labels_of(agent):
    (row,) = agent.call("GET", "/api/v1/conversations?view=waiting")["items"]
    thread = agent.call("GET", f"/api/v1/conversations/{row['id']}")["thread"]
    return [item["label"] for item in thread if item.get("label")]
