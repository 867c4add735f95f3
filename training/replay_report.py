"""Show a replay as a page: which answers would change, the dearest first, with examples."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from training.html import badge, heading, page, percent, table, tile
from triagebot.charts import bar
from triagebot.domain.catalogue import Catalogue
from triagebot.models.replay import Example, Group, Judged, ReplayRecord

EXAMPLES = 3
ACTIONS = {"ask": "反问 ask", "human": "转人工 human", "silent": "不回 silent"}


def render(record: ReplayRecord, catalogue: Catalogue) -> str:
    """Return the page. `catalogue` is the candidate's, for the questions of its answers."""
    questions = {name: answer.question for name, answer in catalogue.answers.items()}
    return page(
        f"重放 {record.base} → {record.candidate}",
        (_head(record), _groups(record, questions), _judged(record)),
    )


def _head(record: ReplayRecord) -> str:
    span = f"最近 {record.days:g} 天 days" if record.days else "文件 file"
    judged = record.judged
    tiles = [
        tile("重放 replayed", f"{record.n:,}", f"{record.source} · {span}"),
        tile("会变 would change", f"{record.changed:,}", percent(_share(record.changed, record.n))),
        tile("变好 better", f"{judged.better:,}", "有标注的 judged"),
        tile("变差 worse", f"{judged.worse:,}", f"McNemar p = {judged.p:.3g}"),
    ]
    return (
        f"<h1>重放 {escape(record.base)} → {escape(record.candidate)} <small>Replay</small></h1>"
        f'<div class="tiles">{"".join(tiles)}</div>'
        "<p>看例句：以后的答复对粉丝更好，就 "
        f"<code>triagebot model promote {escape(record.candidate)}</code>；"
        "不对，就标注这些消息再训练。 Promote it, or label and train.</p>"
    )


_NOTHING = "没有消息会得到不同的答复。 Nothing would change."
_NOBODY = (
    "还没有消息可以重放；用 <code>--file</code> 重放一份文件。 "
    "No message has come yet; --file replays rows of text."
)


def _groups(record: ReplayRecord, questions: Mapping[str, str]) -> str:
    title = heading("谁的答案会变，代价高的在前", "Whose answer changes, the dearest first")
    if not record.groups:
        return f"{title}<p>{_NOTHING if record.n else _NOBODY}</p>"
    most = max(group.at_stake for group in record.groups)
    rows = [_row(group, most, questions) for group in record.groups]
    head = [
        "现在 now",
        "以后 then",
        "条 n",
        "若答错，分钟 at stake",
        "",
        "标注 judged",
        "例句 examples",
    ]
    rest = (
        f"<p>另有 {record.left_out:,} 条未列出。 More are not listed.</p>"
        if record.left_out
        else ""
    )
    return title + table(head, rows, (2, 3)) + rest


def _row(group: Group, most: float, questions: Mapping[str, str]) -> list[str]:
    return [
        _treatment(group.before, questions),
        _treatment(group.after, questions),
        f"{group.n:,}",
        f"{group.at_stake:,.0f}",
        bar(group.at_stake, most, "bad"),
        _verdicts(group.judged),
        f'<ul class="examples">{"".join(map(_example, group.examples[:EXAMPLES]))}</ul>',
    ]


def _treatment(words: str, questions: Mapping[str, str]) -> str:
    action, _, answer = words.partition(" ")
    if action != "answer":
        return escape(ACTIONS.get(action, action))
    return f"{escape(questions.get(answer, '闲聊 small talk'))}<code>{escape(answer)}</code>"


def _example(example: Example) -> str:
    mark = {"better": badge("good", "好"), "worse": badge("bad", "差")}.get(example.judged, "")
    return f"<li>{escape(example.text)} {mark}</li>"


def _verdicts(judged: Judged) -> str:
    return f"+{judged.better} −{judged.worse}" if judged.better + judged.worse else "—"


def _judged(record: ReplayRecord) -> str:
    rows = [
        [escape(name), str(one.better), str(one.worse), str(one.tied), f"{one.p:.3g}"]
        for name, one in sorted(
            record.judged_by_intent.items(), key=lambda item: item[1].better - item[1].worse
        )
    ]
    head = ["其实是 is", "变好 better", "变差 worse", "一样 tied", "p"]
    title = heading("有标注的不同", "Judged differences, by what the message really was")
    return title + (table(head, rows, range(1, 5)) if rows else "<p>没有。 None.</p>")


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
