"""Where page shells, sentences and static files lie, and what the fans' page offers first."""

from __future__ import annotations

from pathlib import Path

import triagebot
from triagebot.desk.frames import Frames, read_messages
from triagebot.triage.hot_reload import LiveMind
from triagebot.web.auth import Auth
from triagebot.web.shells import Shells
from triagebot.web.static import Static

PACKAGE = Path(triagebot.__file__).parent
CONSOLE = PACKAGE / "desk" / "console"
WEBCHAT = PACKAGE / "channels" / "webchat"
WEB = PACKAGE / "web"

QUICK_QUESTIONS = (
    "delivery/ship_time",
    "delivery/track_parcel",
    "after_sales/return_7days",
    "after_sales/service_center",
    "flashing_rom/how_to_update",
    "payment_invoice/how_to_invoice",
)
"""What the fans' page offers to tap, where the catalogue has them."""


def static_files(*, dev: bool) -> Static:
    """Return the files that browsers load, by the name of their owner."""
    roots = {"console": CONSOLE / "static", "webchat": WEBCHAT / "static", "web": WEB / "static"}
    return Static(roots, linked=["console"], dev=dev)


def page_shells(static: Static, *, dev: bool) -> Shells:
    """Return the templates of all pages."""
    folders = {
        "desk": CONSOLE / "templates",
        "webchat": WEBCHAT / "templates",
        "web": WEB / "templates",
    }
    return Shells(folders, static, dev=dev)


def desk_frames(auth: Auth, shells: Shells) -> Frames:
    """Return what all screens of the desk share."""
    return Frames(auth, shells, read_messages(CONSOLE / "i18n"))


def chat_page(mind: LiveMind, brand: str, closed: str) -> dict[str, object]:
    """Return what the fans' page shows before the first message.

    `closed` are the hours of work when nobody is there now, empty otherwise.
    """
    answers = mind.mind.catalogue.answers
    quick = [answers[name].question for name in QUICK_QUESTIONS if name in answers]
    return {"brand": brand, "quick": quick, "closed": closed}
