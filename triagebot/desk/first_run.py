"""What to do next on a new installation, for who runs it."""

from __future__ import annotations

from dataclasses import dataclass

from triagebot.store.beginnings import Beginnings


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: where its page is ("" for none), the command, and whether it is done."""

    name: str
    path: str
    is_done: bool = False
    command: str = ""


def first_steps(found: Beginnings, *, has_account: bool) -> list[Step]:
    """Return the five steps in their order, none once fans have written."""
    if found.has_messages:
        return []
    return [
        Step("account", "", has_account, "triagebot wechat check"),
        Step("people", "/desk/users", found.people > 1),
        Step("answers", "/desk/answers", found.has_editions),
        Step("try", "/desk/answers#try"),
        Step("promise", "/desk/models"),
    ]
