"""What goes out is what was written, without what only its readers need."""

import pytest

from triagebot.web.slim import slim_script, slim_sheet


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("// why\nconst a = 1; // gone\n\n  call();\n", "const a=1;call();\n"),
        ("/** Many\n * lines. */\nexport {};\n", "export{};\n"),
        ('const u = "https://a  b"; // why\n', 'const u="https://a  b";\n'),
        ("const t = `one\n  // two`;\n", "const t=`one\n  // two`;\n"),
        ("`a ${b ? ` // ${ {c: `  `}.c }  ` : 1}  d`", "`a ${b?` // ${{c:`  `}.c}  `:1}  d`\n"),
        ("a = `\\` ${b}  \\${  c`", "a=`\\` ${b}  \\${  c`\n"),
        ("const re = /[/ ]  `\\/ /g; b = c / d / e;", "const re=/[/ ]  `\\/ /g;b=c/d/e;\n"),
        ("return /a  b/.test(c);", "return/a  b/.test(c);\n"),
        ("x = (a) / 2; // of  /b  c/", "x=(a)/2;\n"),
        ("a = b\n(c)\nd()", "a=b\n(c)\nd()\n"),
        ("if (a) {\n  b();\n}\nc();", "if(a){b();}\nc();\n"),
        ("a = b + +c - -d + ++e;", "a=b+ +c- -d+ ++e;\n"),
        ("async function* 字 () { yield 1; }", "async function*字(){yield 1;}\n"),
        ("a\n  .b()\n  ?.c();", "a.b()?.c();\n"),
        ("", ""),
    ],
)
def test_comments_and_blanks_of_scripts_stay_at_home(source, expected):
    assert slim_script(source) == expected


@pytest.mark.parametrize("source", ["a = `never ${ended", "`${a}", "a = `never", "a = 'never"])
def test_a_text_that_does_not_end_is_refused(source):
    with pytest.raises(ValueError, match="does not end|cannot be read"):
        slim_script(source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("/* one */ a > b {\n  color: red;\n}\n", "a>b{color:red}"),
        ('a :hover, b::after { content: " ·  ; "; }', 'a :hover,b::after{content:" ·  ; "}'),
        (
            "@media (a: 1px) and (b) {\n  a { b: calc(1px + 2px) }\n}",
            "@media (a:1px) and (b){a{b:calc(1px + 2px)}}",
        ),
        ("a { b: 1px /* c */ 2px; }", "a{b:1px 2px}"),
        ("a { --none: ; }", "a{--none:}"),
        ("", ""),
    ],
)
def test_comments_and_blanks_of_sheets_stay_at_home(source, expected):
    assert slim_sheet(source) == expected
