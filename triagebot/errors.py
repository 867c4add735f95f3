"""The errors that cross a boundary, by what the caller can do about them."""

from __future__ import annotations

from collections.abc import Mapping


class TriagebotError(Exception):
    """Base of all expected failures.

    `code` is stable and for programs; the message is a sentence for people; `fields` name the
    parts of the input at fault. `status` is the HTTP answer, `exit_code` the command line's.
    """

    code = "error"
    status = 500
    exit_code = 1

    def __init__(self, message: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})


class BadInput(TriagebotError):
    """The request or the command cannot be understood as given."""

    code = "bad_input"
    status = 400
    exit_code = 3


class NotSignedIn(TriagebotError):
    """Nobody is signed in, or the session has ended."""

    code = "not_signed_in"
    status = 401


class NotAllowed(TriagebotError):
    """The caller is known but may not do this."""

    code = "not_allowed"
    status = 403


class NotFound(TriagebotError):
    """What was named does not exist."""

    code = "not_found"
    status = 404
    exit_code = 5


class Conflict(TriagebotError):
    """Somebody else was first, or the thing has changed since it was read."""

    code = "conflict"
    status = 409
    exit_code = 6


class TooLarge(TriagebotError):
    """The body is larger than this door takes."""

    code = "too_large"
    status = 413
    exit_code = 3


class TooMany(TriagebotError):
    """Too many tries; wait and try again."""

    code = "too_many"
    status = 429


class Busy(TriagebotError):
    """A full queue or a locked store: nothing was stored, try again."""

    code = "busy"
    status = 503
    exit_code = 6


class BadCatalogue(BadInput):
    """A file in `intents/` is wrong; the message names file and line."""

    code = "bad_catalogue"


class BadBundle(TriagebotError):
    """A model folder is missing, altered, or fails its own self-test; it is not loaded."""

    code = "bad_bundle"
    status = 409
    exit_code = 3


class NoModel(BadBundle):
    """No model serves yet."""

    code = "no_model"
    exit_code = 5


class GateNotMet(TriagebotError):
    """A measured figure is below what was asked for."""

    code = "gate_not_met"
    status = 409
    exit_code = 4


class NothingToDo(TriagebotError):
    """There is no model or no data to work on."""

    code = "nothing_to_do"
    status = 409
    exit_code = 5


class ChannelRefused(TriagebotError):
    """The outside platform refused a call; `code` carries its reason."""

    code = "channel_refused"
    status = 502
    exit_code = 7
