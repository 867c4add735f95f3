"""Many modules are sent as one script, and what cannot be linked is named with its line."""

import pytest

from triagebot.web.linking import link, link_scripts, link_sheets

START = "js/start.js"
FIRST = {START: 'import("./one.js");\n'}


def test_a_module_is_a_function_that_gives_what_it_exports():
    modules = {
        "js/one.js": 'import { two as 二 } from "./ui/two.js";\nexport const one = () => 二;\n',
        "js/ui/two.js": "// Why.\nexport function two() {\n  return 2;\n}\n",
    }
    linked = link_scripts(FIRST | modules, START)
    assert linked.endswith(
        """const $modules = {
"./ui/two.js"() {
// Why.
function two() {
  return 2;
}
return { two };
},
async "./one.js"() {
const { two: 二 } = $need("./ui/two.js");
const one = () => 二;
return { one };
},
};
$load("./one.js");
})();
"""
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("import x from './two.js';\n", 1),
        ('// why\nimport * as two from "./two.js";\n', 2),
        ('import {\n  two,\n} from "./two.js";\n\nexport default two;\n', 5),
        ("export const { a } = two;\n", 1),
        ("export let a = 1;\n", 1),
        ('export { a } from "./two.js";\n', 1),
        ('const later = () => import("./two.js");\n', 1),
        ("const here = import.meta.url;\n", 1),
        ("const a = 1;\n\nfunction $need() {}\n", 3),
    ],
)
def test_what_cannot_be_linked_is_named_with_file_and_line(text, line):
    modules = {"js/one.js": text, "js/two.js": "export const two = 2;\n"}
    with pytest.raises(ValueError, match=rf"js/one\.js:{line} "):
        link_scripts(FIRST | modules, START)


@pytest.mark.parametrize("text", ["await wait();\n", "export const a = await wait();\n"])
def test_only_a_module_that_nobody_needs_at_once_may_wait(text):
    linked = link_scripts(FIRST | {"js/one.js": text}, START)
    assert 'async "./one.js"' in linked
    with pytest.raises(ValueError, match=r"js/one\.js:1 "):
        link_scripts(FIRST | {"js/one.js": text, "js/two.js": 'import "./one.js";\n'}, START)


def test_modules_that_import_each_other_are_refused():
    modules = {
        "js/one.js": 'import { b } from "./two.js";\n',
        "js/two.js": 'import { a } from "./one.js";\n',
    }
    with pytest.raises(ValueError, match=r"each other: js/\w+\.js ← js/\w+\.js ← js/\w+\.js"):
        link_scripts(FIRST | modules, START)


def test_a_module_that_is_not_there_is_named():
    with pytest.raises(ValueError, match=r"js/none\.js is imported, but is not there"):
        link_scripts(FIRST | {"js/one.js": 'import "./none.js";\n'}, START)


def test_sheets_come_in_the_order_in_which_they_are_imported():
    sheets = {
        "css/all.css": '/* All. */\n@import "b.css";\n@import "a.css";\n',
        "css/a.css": "a {\n  color: red;\n}\n",
        "css/b.css": "b { color: red; }\n",
    }
    assert link_sheets(sheets, "css/all.css") == "b { color: red; }\na {\n  color: red;\n}\n"


@pytest.mark.parametrize("sheets", [{}, {"css/a.css": "", "css/b.css": ""}])
def test_a_sheet_that_is_missing_or_left_out_is_named(sheets):
    with pytest.raises(ValueError, match=r"css/all\.css imports .* css/[ab]\.css"):
        link_sheets({"css/all.css": '@import "a.css";\n'} | sheets, "css/all.css")


def test_only_what_is_sent_is_left():
    files = {START: b"go();\n", "css/all.css": b"", "icons.svg": b"<svg/>", "early.js": b"go();\n"}
    sent = link(files | {"js/ui/one.js": b"go();\n"}, START, "css/all.css")
    assert sorted(sent) == ["css/all.css", "early.js", "icons.svg", START]
