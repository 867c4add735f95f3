"""What goes out is what was written, without what only its readers need."""

import pytest

from triagebot.web.slim import slim


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("// why\nconst a = 1; // kept\n\n  call();\n", "const a = 1; // kept\ncall();\n"),
        ("/** Many\n * lines. */\nexport {};\n", "export {};\n"),
        ("/* one */ a {\n  color: red;\n}\n", "a {\ncolor: red;\n}\n"),
        (
            'const u = "https://a";\nreturn (\n  1\n);\n',
            'const u = "https://a";\nreturn (\n1\n);\n',
        ),
        ("const t = `one\n  // two`;\n", "const t = `one\n  // two`;\n"),
        ('content: "a\\\n  b";\n', 'content: "a\\\n  b";\n'),
        ("const 字 = `${a}`;\n  b();\n", "const 字 = `${a}`;\nb();\n"),
        ("", ""),
    ],
)
def test_comments_and_indentation_stay_at_home(source, expected):
    assert slim(source.encode()).decode() == expected
