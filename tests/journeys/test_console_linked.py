"""The one script that browsers are sent gives what its modules give, read one by one."""

from tests.journeys.browsing import open_browser
from triagebot.app.pages import CONSOLE
from triagebot.web.linking import link_scripts
from triagebot.web.slim import slim_script

STATIC = CONSOLE / "static"
FIRST = "js/console.js"
PAGE = """<!doctype html><svg><use href="#logo"></use></svg>
<script type="application/json" id="page-data">{"language": "zh", "messages": {}}</script>
<script type="application/json" id="first-rows">{"items": []}</script>
<script src="/linked.js"></script>"""
GIVEN = """async (name) => {
  const comments = /\\/\\*\\*[^]*?\\*\\/|(?<=^|\\s)\\/\\/.*/gm;
  const code = (text) => text.replace(comments, "").replace(/\\s/g, "");
  const shown = (exports) => Object.entries(exports ?? {}).sort().map(([name, value]) => [
    name, typeof value, code(String(value))]);
  return [shown(await take(name)), shown(await import(`/js/${name}`))];
}"""


def test_every_module_gives_what_it_gives_when_read_by_itself():
    files = (STATIC / "js").rglob("*.js")
    modules = {path.relative_to(STATIC).as_posix(): path.read_text("utf-8") for path in files}
    linked = slim_script(
        link_scripts(modules | {FIRST: "window.take = (name) => import(name);\n"}, FIRST)
    )
    sent = {"/": ("text/html", PAGE), "/linked.js": ("text/javascript", linked)}
    sent |= {"/favicon.ico": ("image/x-icon", "")}
    sent |= {f"/{name}": ("text/javascript", text) for name, text in modules.items()}
    # Screens need the page that they fill; the other journeys run all of them.
    given = [name for name in modules if name.startswith(("js/core/", "js/ui/"))]
    with open_browser() as browser:
        page = browser.new_context().new_page()

        def answer(route):
            kind, text = sent[route.request.url.removeprefix("http://console.test")]
            route.fulfill(content_type=f"{kind}; charset=utf-8", body=text)

        page.route("http://console.test/**", answer)
        page.goto("http://console.test/")
        assert len(given) > 50
        for name in given:
            linked_ones, plain_ones = page.evaluate(GIVEN, f"./{name.removeprefix('js/')}")
            assert linked_ones == plain_ones, name
