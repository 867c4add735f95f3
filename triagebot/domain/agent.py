"""The people who work with the desk."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may do; each does all that the one before may."""

    AGENT = "agent"
    LEAD = "lead"
    OPS = "ops"
    ML = "ml"
    ADMIN = "admin"


class SecondFactorRule(StrEnum):
    """Whose sign-in asks for a code beside the password: nobody's, who set it up, all admins'."""

    OFF = "off"
    OPTIONAL = "optional"
    ADMINS = "admins"


@dataclass(frozen=True, slots=True)
class Agent:
    """A person with a login; never the bot."""

    id: int
    name: str
    role: Role
    language: str = "zh"
    disabled: bool = False
