"""The fans' page beside the desk: questions to tap, the queue, a person's words, a bad line."""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from tests.journeys.browsing import add_agent, breaches, open_browser, open_desk, open_page
from tests.journeys.conftest import running

PHONE = {"width": 390, "height": 844}
HOSTILE = """<!doctype html><html lang="zh"><title>shop</title>
<style>* { display: none !important; color: red !important; transform: scale(0) !important }
html, body, script { display: block !important; transform: none !important }</style>
<h1>shop</h1><script src="%s/chat/widget.js"></script>"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The folder and the address of a site of somebody else."""
    folder = tmp_path_factory.mktemp("shop")
    site = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=site.serve_forever, daemon=True).start()
    yield folder, site.server_port
    site.shutdown()
    site.server_close()


@pytest.fixture(scope="module")
def server(tmp_path_factory, promoted_models, intents_folder, shop):
    """The module's server, whose chat that site may show."""
    allowed = f'[webchat]\nembed_in = ["http://127.0.0.1:{shop[1]}"]\n'
    folder = tmp_path_factory.mktemp("server")
    with running(folder, promoted_models, intents_folder, allowed) as server:
        (shop[0] / "index.html").write_text(HOSTILE % server.url, encoding="utf-8")
        yield server


def test_a_hostile_site_shows_the_chat_where_it_is_allowed_to(server, shop):
    with open_browser() as browser:
        page = open_page(browser, f"http://127.0.0.1:{shop[1]}/")
        page.get_by_role("button", name="在线客服").click()
        chat = page.frame_locator("iframe")
        chat.locator("#text").fill("下单后多久发货")
        chat.locator("#text").press("Enter")
        expect(chat.locator(".line.bot .bubble").last).to_contain_text("发货")
        page.get_by_role("button", name="在线客服").click()
        expect(page.locator("iframe")).to_be_hidden()

        # The same site under another name was not allowed.
        other = browser.new_page(locale="zh-CN")
        other.goto(f"http://localhost:{shop[1]}/")
        other.get_by_role("button", name="在线客服").click()
        refused = other.locator("iframe").element_handle().content_frame()
        expect(other.locator("iframe")).to_be_visible()
        other.wait_for_load_state("networkidle")
        assert refused.query_selector("#text") is None


def test_a_fan_says_how_the_talk_was_with_one_tap(server):
    agent = add_agent(server, "rated")
    with open_browser() as browser:
        chat = open_page(browser, f"{server.url}/chat", viewport=PHONE)
        chat.click("#person")
        expect(chat.locator("#queue")).to_contain_text("1")
        agent.sign_in(agent.name, agent.password)
        (row,) = agent.call("GET", "/api/v1/conversations?view=waiting")["items"]
        path = f"/api/v1/conversations/{row['id']}"
        agent.call("POST", f"{path}/take", {"fence": row["fence"]})
        agent.call("POST", f"{path}/messages", {"text": "办好了", "client_id": "r-1"})
        fence = agent.call("GET", path)["conversation"]["fence"]
        agent.call("POST", f"{path}/resolve", {"fence": fence})
        expect(chat.locator("#rating")).to_be_visible()
        assert breaches(chat) == []
        chat.locator("#rating button").first.click()
        expect(chat.locator("#rating-ask")).to_have_text("谢谢您的评价")
        chat.reload()
        expect(chat.locator(".line.agent .bubble")).to_have_text("办好了")
        expect(chat.locator("#rating")).to_be_hidden()


@pytest.mark.parametrize(("locale", "theme"), [("zh-CN", "light"), ("en-GB", "dark")])
def test_a_fan_is_helped_by_bot_and_person(server, locale, theme):
    agent = add_agent(server, "xiaoli")
    with open_browser() as browser:
        chat = open_page(
            browser, f"{server.url}/chat", viewport=PHONE, locale=locale, color_scheme=theme
        )
        assert breaches(chat) == []
        chat.locator(".choices button").first.click()
        expect(chat.locator(".line.bot .bubble").last).to_contain_text("发货")
        chat.click("#person")
        expect(chat.locator("#queue")).to_contain_text("1")
        assert breaches(chat) == []

        desk = open_desk(browser, server, agent)
        desk.keyboard.press("j")
        desk.wait_for_selector(".item")
        desk.keyboard.press("r")
        desk.keyboard.insert_text("您好，我来帮您查。")
        desk.keyboard.press("Control+Enter")
        expect(chat.locator(".line.agent .bubble")).to_have_text("您好，我来帮您查。")
        expect(chat.locator("#queue")).to_be_hidden()
        expect(desk.locator(".item.agent .meta")).to_have_text("已送达")


def test_a_menu_is_tapped_once_and_then_history(server):
    with open_browser() as browser:
        chat = open_page(browser, f"{server.url}/chat", viewport=PHONE)
        chat.fill("#text", "少了个充电头")
        chat.keyboard.press("Enter")
        first = chat.locator(".menu button").first
        title = first.text_content()
        first.click()
        expect(chat.locator(".line.fan .bubble").last).to_have_text(title)
        expect(first).to_be_disabled()


def test_a_message_that_did_not_get_through_is_sent_again(server):
    with open_browser() as browser:
        chat = open_page(browser, f"{server.url}/chat", viewport=PHONE)
        chat.route("**/api/v1/chat", lambda route: route.abort())
        chat.fill("#text", "下单后多久发货")
        chat.keyboard.press("Enter")
        expect(chat.locator(".failed")).to_be_visible()
        chat.unroute("**/api/v1/chat")
        chat.locator(".failed button").click()
        expect(chat.locator(".line.bot .bubble").last).to_contain_text("发货")
        expect(chat.locator(".line.fan")).to_have_count(1)


def test_the_talk_is_there_again_after_a_reload(server):
    with open_browser() as browser:
        chat = open_page(browser, f"{server.url}/chat", viewport=PHONE)
        chat.fill("#text", "下单后多久发货")
        chat.keyboard.press("Enter")
        expect(chat.locator(".line.bot")).to_have_count(2)
        chat.reload()
        expect(chat.locator(".line.fan .bubble")).to_have_text("下单后多久发货")
        expect(chat.locator(".line.bot")).to_have_count(2)
