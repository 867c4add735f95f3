"""Every order of taking, releasing, resolving, handing back and crashing keeps one owner."""

import contextlib
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import update

from triagebot.domain.agent import Role
from triagebot.domain.conversation import Status
from triagebot.domain.message import Inbound, Kind
from triagebot.errors import Conflict
from triagebot.faults.mind import COMPLAINT, CountingMind
from triagebot.intake.handle_message import conclude
from triagebot.store import agents, conversations, engines, messages, schema
from triagebot.store.tables import conversation

NOW = datetime(2024, 11, 11, tzinfo=UTC)
PEOPLE = st.integers(0, 2)
AFTER = {
    "take": Status.OPEN,
    "release": Status.OPEN,
    "resolve": Status.RESOLVED,
    "hand_back": Status.PENDING,
    "reopen": Status.OPEN,
}
KEEPS = ("take", "reopen")


class Claims(RuleBasedStateMachine):
    """One conversation, three agents with screens of any age, and a model of who may do what."""

    moves = conversations
    template: Path

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory(prefix="triagebot-claims-")
        path = Path(self.folder.name) / "claims.db"
        shutil.copy(self.template, path)
        self.url = engines.parse(f"sqlite:///{path}")
        self.engine = engines.writing_engine(self.url, lock_seconds=1)
        self.connection = self.engine.connect()
        self.people = [self.commit(agents.add, f"p{n}", Role.AGENT, "-", NOW).id for n in range(3)]
        self.keys = 0
        self.mind = CountingMind()
        self.fan_complains()
        self.status, self.holder, self.fence = Status.OPEN, None, self.row().fence
        self.seen = [self.fence] * 3

    def commit(self, fn, *args):
        with self.connection.begin():
            return fn(self.connection, *args)

    def row(self):
        return self.commit(conversations.get, 1)

    def fan_complains(self):
        self.keys += 1
        sent = Inbound("fault", "fan", str(self.keys), Kind.TEXT, COMPLAINT, NOW)

        def deciding(inbound, memory, thought, place):
            return conclude(self.mind, inbound, memory, thought, place)

        self.commit(messages.record, [(sent, None)], deciding, NOW)

    @rule()
    def fan_writes(self):
        self.fan_complains()
        if self.status is not Status.OPEN:
            self.status, self.holder, self.fence = Status.OPEN, None, self.row().fence

    @rule(person=PEOPLE)
    def looks(self, person):
        self.seen[person] = self.row().fence

    @rule(person=PEOPLE, move=st.sampled_from(sorted(AFTER)))
    def acts(self, person, move):
        may = self.may(person, move) and self.seen[person] == self.fence
        already = move == "take" and self.status is Status.OPEN and self.holder == person
        act = getattr(self.moves, move)
        try:
            row = self.commit(act, 1, self.people[person], NOW, self.seen[person])
        except Conflict:
            assert not may, f"{move} was refused to who may"
            return
        assert may or already, f"{move} was allowed to who may not"
        if not already:
            self.status = AFTER[move]
            self.holder = person if move in KEEPS else None
            assert row.fence > self.fence
            self.fence = row.fence
        self.seen[person] = row.fence

    def may(self, person, move):
        free = self.holder in (None, person)
        if move == "release":
            return self.holder == person
        if move == "reopen":
            return self.status is Status.RESOLVED and free
        return free

    @rule(person=PEOPLE)
    def crashes_before_the_commit(self, person):
        transaction = self.connection.begin()
        with contextlib.suppress(Conflict):
            self.moves.take(self.connection, 1, self.people[person], NOW, self.fence)
        transaction.rollback()
        self.connection.close()
        self.engine.dispose()
        self.engine = engines.writing_engine(self.url, lock_seconds=1)
        self.connection = self.engine.connect()

    @invariant()
    def the_store_says_who_has_it(self):
        if not hasattr(self, "status"):
            return
        row = self.row()
        holder = None if self.holder is None else self.people[self.holder]
        assert (row.status, row.agent_id, row.fence) == (self.status, holder, self.fence)

    def teardown(self):
        if hasattr(self, "engine"):
            self.connection.close()
            self.engine.dispose()
            self.folder.cleanup()


class NoFence:
    """The planted fault: a screen of any age is believed."""

    def __getattr__(self, name):
        act = getattr(conversations, name)
        return lambda connection, number, person, now, _fence: act(connection, number, person, now)


class NoHolder:
    """The planted fault: whoever comes last has it."""

    def __getattr__(self, name):
        return getattr(conversations, name)

    def take(self, connection, number, person, now, fence):
        current = conversations.get(connection, number)
        if current.agent_id == person:
            return current
        connection.execute(
            update(conversation)
            .where(conversation.c.id == number, conversation.c.fence == fence)
            .values(agent_id=person, status=Status.OPEN, fence=fence + 1)
        )
        return conversations.get(connection, number)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("claims") / "empty.db"
    schema.upgrade(engines.parse(f"sqlite:///{path}"))
    return path


def machine(template, broken=conversations, phases=tuple(Phase)):
    class Machine(Claims):
        pass

    Machine.template = template
    Machine.moves = broken
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            database=None,
            derandomize=True,
            phases=phases,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_one_owner_whatever_happens(template):
    machine(template)


@pytest.mark.parametrize("broken", [NoFence(), NoHolder()], ids=["no fence", "no holder"])
def test_a_planted_fault_is_found(template, broken):
    with pytest.raises(AssertionError):
        machine(template, broken, [Phase.generate])
