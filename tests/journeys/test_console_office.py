"""An admin adds a person, changes a role, shuts somebody out, and reads the log of it."""

import time

import pytest
from playwright.sync_api import expect

from tests.fakes.platform_thread import platform_thread
from tests.journeys.browsing import add_agent, breaches, open_browser, open_desk, open_page
from tests.journeys.conftest import Person, running
from triagebot.web import totp

APPID, SECRET = "wx00000000000000aa", "0123456789abcdef0123456789abcdef"
ACCOUNT = """[wechat.main]
appid = "{appid}"
mode = "plain"
token_file = "token"
secret_file = "secret"
api_url = "{url}"
"""
SHOP = {"name": "商城", "type": "view", "url": "https://shop.example.com"}

SCREENS = (
    ("users", "People"),
    ("programs", "Programs"),
    ("setup", "Settings"),
    ("log", "Log"),
    ("dictionary?words=多久发货&suggest=true", "Words"),
    ("menus", "WeChat menu"),
)


@pytest.fixture(scope="module")
def tencent():
    """WeChat's API, where somebody has made a menu."""
    with platform_thread(APPID, SECRET) as platform:
        platform.menu = {"button": [SHOP]}
        yield platform


@pytest.fixture(scope="module")
def server(tmp_path_factory, promoted_models, intents_folder, tencent):
    folder = tmp_path_factory.mktemp("office")
    (folder / "token").write_text("tokenOne1")
    (folder / "secret").write_text(SECRET)
    settings = ACCOUNT.format(appid=APPID, url=tencent.url)
    with running(folder, promoted_models, intents_folder, settings) as server:
        yield server


@pytest.fixture
def admin(server):
    return add_agent(server, "boss", "admin")


def test_people_are_managed_and_every_change_is_noted(server, admin, tencent):
    with open_browser() as browser:
        page = open_desk(browser, server, admin)
        page.locator("#screen-users").click()
        page.wait_for_url("**/desk/users")
        assert breaches(page) == []
        page.fill("[name=name]", "小林")
        page.get_by_role("button", name="新增", exact=True).click()
        shown = page.locator("dialog .shown-once")
        expect(shown).to_contain_text("小林 的密码：")
        password = shown.inner_text().split("：")[1]
        assert breaches(page) == []
        page.keyboard.press("Escape")
        row = page.locator("tbody tr", has_text="小林")
        expect(row).to_be_visible()

        row.locator("[name=role]").select_option("lead")
        expect(page.locator("#toasts")).to_contain_text("已保存")
        expect(row.locator("[name=role]")).to_have_value("lead")
        page.fill("[name=name]", "小林")
        page.get_by_role("button", name="新增", exact=True).click()
        expect(page.locator("#problems")).to_contain_text("这个名字已经有人用了")

        row.get_by_role("button", name="停用").click()
        expect(row).to_contain_text("已停用")
        refused = Person(server.url)
        with pytest.raises(AssertionError):
            refused.sign_in("小林", password)

        page.locator("#screen-log").click()
        expect(page.locator("tbody tr")).to_have_count(3)
        expect(page.locator("tbody tr").first).to_contain_text("修改成员")
        assert breaches(page) == []
        row.page.goto(f"{server.url}/desk/users")
        row.locator("summary").click()
        row.locator("[name=intents]").select_option(["delivery"])
        row.locator("[name=capacity]").fill("5")
        row.get_by_role("button", name="保存").click()
        expect(row.locator("summary")).to_contain_text("最多 5 个")
        a_program_gets_a_token_and_a_webhook(page, server)
        a_word_is_looked_at_added_and_taken_back(page, server)
        a_menu_is_published_and_the_one_before_comes_back(page, server, tencent)
        a_setting_counts_at_once(page, server)
        admin.sign_in(admin.name, admin.password)
        admin.call("PUT", "/api/v1/session/language", {"language": "en"})
        page.emulate_media(color_scheme="dark")
        for screen, heading in SCREENS:
            page.goto(f"{server.url}/desk/{screen}")
            expect(page.locator("h1")).to_have_text(heading)
            assert breaches(page) == []


def a_program_gets_a_token_and_a_webhook(page, server):
    page.goto(f"{server.url}/desk/programs")
    assert breaches(page) == []
    page.locator("[name=name]").fill("报表")
    page.get_by_role("button", name="新建令牌").click()
    expect(page.locator(".shown-once")).to_contain_text("tb_")
    page.keyboard.press("Escape")
    expect(page.locator("#tokens")).to_contain_text("报表")
    page.goto(f"{server.url}/desk/users")
    assert breaches(page) == []
    page.locator("#tokens tr", has_text="报表").get_by_role("button", name="吊销").click()
    page.get_by_role("button", name="确定").click()
    expect(page.locator("#tokens")).to_contain_text("还没有令牌")
    page.goto(f"{server.url}/desk/programs")
    expect(page.locator("#tokens")).to_contain_text("还没有令牌")
    page.locator("[name=url]").fill("https://127.0.0.1/hook")
    page.locator("[name=subscriptions]").select_option(["handoff"])
    page.get_by_role("button", name="新增网址").click()
    expect(page.locator("#problems")).to_contain_text("不能用这个网址")


def a_word_is_looked_at_added_and_taken_back(page, server):
    page.goto(f"{server.url}/desk/dictionary")
    expect(page.locator("#waiting-words")).to_contain_text("没有等着的改动")
    page.locator("[name=words]").fill("久")
    page.get_by_role("button", name="看一看").click()
    expect(page.get_by_role("alert").filter(has_text="这不是一个词")).to_be_visible()
    page.locator("[name=words]").fill("多久发货")
    page.get_by_role("button", name="看一看").click()
    expect(page.locator("tbody td", has_text="/ 多久发货").first).to_be_visible()
    assert breaches(page) == []
    page.get_by_role("button", name="加上 多久发货").click()
    expect(page.locator("#to-do")).to_contain_text("等下次训练")
    waiting = page.locator("#waiting-words tbody tr", has_text="多久发货")
    expect(waiting).to_contain_text("boss")
    waiting.get_by_role("button").click()
    expect(waiting).to_have_count(0)
    page.locator("#words").get_by_role("link", name="线刷包", exact=True).click()
    expect(page.locator("#preview-title")).to_contain_text("如果删掉：线刷包")
    page.get_by_role("button", name="删掉 线刷包").click()
    expect(page.locator("#waiting-words tbody tr")).to_contain_text("训练前仍在用")


def a_setting_counts_at_once(page, server):
    page.goto(f"{server.url}/desk/setup")
    hours = page.get_by_role("textbox", name="上班时间")
    hours.fill("9-18")
    page.get_by_role("button", name="保存 上班时间").click()
    expect(page.locator("#problems")).to_contain_text("时间段要写成")
    hours.fill("00:00-00:00")
    page.get_by_role("button", name="保存 上班时间").click()
    expect(page.locator("#changeable tbody tr", has_text="desk.hours")).to_contain_text("boss")
    assert "现在是客服休息时间" in Person(server.url).says("转人工")["reply"]["text"]
    assert breaches(page) == []
    page.get_by_role("button", name="恢复为文件里的值 上班时间").click()
    expect(hours).to_have_value("00:00-24:00")


def a_menu_is_published_and_the_one_before_comes_back(page, server, tencent):
    page.goto(f"{server.url}/desk/menus")
    expect(page.locator("#there .wx-menu")).to_contain_text("商城")
    text = page.locator("[name=text]")
    text.fill("button:\n- name: 商城\n  type: vieww\n")
    page.get_by_role("button", name="检查并存为草稿").click()
    expect(page.locator("#problems")).to_contain_text("button[1] 的 type 微信不认识")
    text.fill("button:\n- name: 人工客服\n  type: click\n  key: TRIAGE_HUMAN\n")
    page.get_by_role("button", name="检查并存为草稿").click()
    expect(page.locator("#draft ins").first).to_contain_text("人工客服")
    assert breaches(page) == []
    page.locator("#draft [name=confirm]").fill("mian")
    page.get_by_role("button", name="发布草稿").click()
    expect(page.locator("#problems")).to_contain_text("照着输入公众号的名字")
    page.locator("#draft [name=confirm]").fill("main")
    page.get_by_role("button", name="发布草稿").click()
    expect(page.locator("#there .wx-menu")).to_contain_text("人工客服转人工")
    before = page.locator("#versions details", has_text="微信上原来的")
    before.locator("summary").click()
    before.locator("[name=confirm]").fill("main")
    before.get_by_role("button", name="重新发布这一版").click()
    expect(page.locator("#there .wx-menu")).to_contain_text("商城")
    assert tencent.menu["button"] == [SHOP]


def test_a_screen_that_is_not_for_you_leads_to_the_desk(server):
    agent = add_agent(server, "xiaoli")
    with open_browser() as browser:
        page = open_desk(browser, server, agent)
        page.goto(f"{server.url}/desk/users")
        page.wait_for_url("**/desk#*")
        assert page.locator("#screen-users").count() == 0


def test_a_second_factor_is_set_up_by_keyboard_and_asked_for_at_sign_in(server):
    agent = add_agent(server, "xiaoqing")
    with open_browser() as browser:
        page = open_desk(browser, server, agent)
        page.keyboard.press(",")
        page.get_by_role("link", name="密码与两步验证").press("Enter")
        page.wait_for_url("**/desk/account")
        page.get_by_label("你的密码").fill(agent.password)
        page.keyboard.press("Enter")
        expect(page.get_by_role("img", name="二维码")).to_be_visible()
        assert breaches(page) == []
        secret = page.locator("#secret").inner_text().replace(" ", "")
        expect(page.get_by_label("6 位验证码")).to_be_focused()
        page.keyboard.type(totp.code_of(secret, step_now()))
        page.keyboard.press("Enter")
        shown = page.locator("dialog .shown-once")
        expect(shown).to_contain_text("恢复码")
        codes = shown.inner_text().split("\n")[1:]
        assert len(codes) == 10
        assert breaches(page) == []
        page.keyboard.press("Escape")
        expect(page.locator("#factor")).to_contain_text("还剩 10 个恢复码")
        assert secret not in page.content()
        assert breaches(page) == []

        login = open_page(browser, f"{server.url}/login")
        login.fill("[name=name]", agent.name)
        login.fill("[name=password]", agent.password)
        login.keyboard.press("Enter")
        expect(login.locator("[name=code]")).to_be_focused()
        assert breaches(login) == []
        login.keyboard.type("000000000")
        login.keyboard.press("Enter")
        expect(login.locator("#problem")).to_contain_text("验证码不对")
        login.fill("[name=code]", codes[0])
        login.keyboard.press("Enter")
        login.wait_for_url("**/desk**")


def step_now():
    return int(time.time()) // totp.STEP
