"""Those who may do everything: whether a password alone lets somebody in as one of them."""

from __future__ import annotations

from triagebot.doctor.findings import Finding, ok, warn
from triagebot.errors import Busy
from triagebot.store import second_factors
from triagebot.store.database import read_once


def second_factors_of_admins(url: str, rule: str) -> Finding:
    """Say how many admins have no second factor; `rule` is `desk.second_factor`."""
    try:
        found = read_once(url, second_factors.admins_without)
    except Busy as error:
        return warn("admins", error.message, "Look at the findings of the store.")
    without, admins = found or ([], 0)
    if not admins:
        return ok("admins", "there are none yet")
    if rule == "off":
        do = "Set desk.second_factor to optional or admins."
        return warn("admins", "nobody is asked for a code: desk.second_factor is off", do)
    if not without:
        return ok("admins", f"all {admins} sign in with a second factor")
    words = f"{len(without)} of {admins} sign in with a password alone"
    if rule == "admins":
        return warn("admins", words, "They are led to set a second factor up, at /desk/account.")
    do = "Set one up at /desk/account; desk.second_factor = admins makes it a must."
    return warn("admins", words, do)
