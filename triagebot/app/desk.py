"""Everything that people at the desk open or call, built once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from triagebot.app.mind import staffing
from triagebot.desk.account import AccountPage
from triagebot.desk.answer_sheet import AnswerSheetApi
from triagebot.desk.answers import AnswerApi
from triagebot.desk.audits import AuditApi
from triagebot.desk.catalogue import CatalogueApi
from triagebot.desk.clearing_sends import ClearingSends
from triagebot.desk.clearings import ClearingApi
from triagebot.desk.clusters import ClusterApi
from triagebot.desk.conversations import ConversationApi
from triagebot.desk.dictionary import DictionaryApi
from triagebot.desk.dictionary_page import DictionaryPage
from triagebot.desk.editing import EditParts
from triagebot.desk.frames import Frames
from triagebot.desk.label_queue import LabelQueueApi
from triagebot.desk.labelling import LabelApi
from triagebot.desk.live_editions import LiveEditions
from triagebot.desk.log import LogApi
from triagebot.desk.mentions import MentionsPage
from triagebot.desk.menus import MenuApi, Menus
from triagebot.desk.menus_page import MenusPage
from triagebot.desk.models import ModelApi, Shelf
from triagebot.desk.nearest import NearestApi
from triagebot.desk.next_answers import NextAnswerApi
from triagebot.desk.offering import Offering
from triagebot.desk.office import OfficePages
from triagebot.desk.pages import DeskPages
from triagebot.desk.recall_page import RecallPage
from triagebot.desk.recalls import RecallApi
from triagebot.desk.replies import ReplyApi
from triagebot.desk.report_page import ReportPage
from triagebot.desk.reports import ReportApi
from triagebot.desk.returning import Returning
from triagebot.desk.rules import RuleApi
from triagebot.desk.search import SearchApi
from triagebot.desk.sentences import SentenceApi
from triagebot.desk.settings_api import Changeable, SettingApi
from triagebot.desk.setup import SetupPage
from triagebot.desk.skills import SkillApi
from triagebot.desk.snippets import SnippetApi
from triagebot.desk.try_out import TryOutApi
from triagebot.desk.users import UserApi
from triagebot.repeating import Repeating
from triagebot.settings.sections import Desk
from triagebot.store.database import Database
from triagebot.store.replica import Replica
from triagebot.triage.hot_reload import LiveMind
from triagebot.web.auth import Auth
from triagebot.web.endpoint import HasEndpoints
from triagebot.web.own_password import OwnPassword, OwnPasswordApi
from triagebot.web.passwords import Passwords
from triagebot.web.second_factor import SecondFactorApi, SecondFactors
from triagebot.web.session import SessionApi


@dataclass(frozen=True, slots=True)
class DeskParts:
    """What the desk is built from.

    `wake` tells the outbox that something is to be sent; `figures` is where reports are read;
    `has_account` says that a WeChat account is set up.
    """

    db: Database
    mind: LiveMind
    clock: Callable[[], datetime]
    frames: Frames
    passwords: Passwords
    wake: Callable[[], None]
    timezone: str
    editions: LiveEditions
    shelf: Shelf
    figures: Database | Replica
    has_account: bool
    menus: Menus
    settings: Changeable


def desk_endpoints(parts: DeskParts) -> list[HasEndpoints]:
    """Return the owners of the desk's endpoints, in the order of the API description."""
    edits = EditParts(parts.db, parts.mind, parts.editions.refresh, parts.clock)
    conversations = ConversationApi(parts.db, parts.mind, parts.clock)
    return [
        conversations,
        *_waiting(parts),
        *_written(parts, edits),
        *_told(parts),
        *_kept(parts),
        DeskPages(parts.frames, parts.db, conversations.page, has_account=parts.has_account),
    ]


def _waiting(parts: DeskParts) -> list[HasEndpoints]:
    """Return what agents do with messages that wait: answer, label, judge, clear in piles."""
    db, mind, clock = parts.db, parts.mind, parts.clock
    return [
        ReplyApi(db, clock, parts.wake),
        LabelApi(db, mind, clock),
        NearestApi(db, mind),
        AuditApi(db, mind, clock),
        LabelQueueApi(db, mind, clock),
        ClusterApi(db, mind, clock),
        ClearingApi(db, mind, clock),
    ]


def _written(parts: DeskParts, edits: EditParts) -> list[HasEndpoints]:
    """Return what staff write: answers, sentences, rules, snippets, words."""
    words = DictionaryApi(edits)
    return [
        CatalogueApi(parts.mind),
        AnswerApi(edits),
        AnswerSheetApi(edits),
        TryOutApi(parts.db, parts.mind, parts.clock),
        SentenceApi(edits),
        RuleApi(edits),
        SnippetApi(parts.db, parts.clock),
        words,
        DictionaryPage(parts.frames, words, parts.mind),
    ]


def _told(parts: DeskParts) -> list[HasEndpoints]:
    """Return what looks back: models, recalls, search, reports, what to write next."""
    db, mind, clock, frames = parts.db, parts.mind, parts.clock, parts.frames
    recalls = RecallApi(db, mind, clock)
    reports = ReportApi(parts.figures, mind, clock, parts.timezone)
    return [
        ModelApi(db, parts.shelf, clock),
        recalls,
        RecallPage(frames, recalls, mind, clock, parts.timezone),
        SearchApi(db, mind),
        reports,
        NextAnswerApi(db, mind, clock),
        ReportPage(frames, reports, mind),
    ]


def _kept(parts: DeskParts) -> list[HasEndpoints]:
    """Return what the office keeps in order: people, skills, the log, settings, WeChat's menu."""
    db, mind, clock, frames = parts.db, parts.mind, parts.clock, parts.frames
    deeds = LogApi(db)
    settings = SettingApi(db, parts.settings, clock)
    menus = MenuApi(db, parts.menus, clock)
    return [
        UserApi(db, parts.passwords, clock),
        SkillApi(db, mind, clock),
        deeds,
        OfficePages(frames, db, mind, deeds),
        MentionsPage(frames, db),
        settings,
        SetupPage(frames, settings),
        menus,
        MenusPage(frames, menus, parts.menus),
    ]


def own_endpoints(
    db: Database,
    auth: Auth,
    passwords: Passwords,
    frames: Frames,
    clock: Callable[[], datetime],
) -> list[HasEndpoints]:
    """Return the owners of what is one's own: session, password, second factor, their page."""
    password, factors = OwnPassword(db, passwords, clock), SecondFactors(db, auth, clock)
    return [
        SessionApi(db, auth, passwords, factors, clock),
        OwnPasswordApi(password),
        SecondFactorApi(db, auth, password, factors, clock),
        AccountPage(frames, db, auth.door.second_factor, clock),
    ]


def by_the_clock(
    desk: Desk,
    db: Database,
    mind: LiveMind,
    clock: Callable[[], datetime],
    wake: Callable[[], None],
) -> list[Repeating]:
    """Return what brings fans back before people, offers them to one, and writes to many."""
    return [
        Returning(db, clock, lambda: desk.return_minutes),
        Offering(db, mind, clock, lambda: desk.offer_minutes, staffing(desk, clock)),
        ClearingSends(db, clock, wake, lambda: desk.sends_per_second),
    ]
