"""Two processes on one store, Tencent in front of and behind them, and everything that goes wrong.

Run by itself this takes many steps: `python -m tests.channels.wechat.delivery_machine 10000`.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from triagebot.channels.outbox import INTERRUPTED_AFTER, Outbox
from triagebot.channels.wechat import api
from triagebot.channels.wechat.account import Account, Mode
from triagebot.channels.wechat.answering import Answering
from triagebot.channels.wechat.service import WeChatService
from triagebot.domain.catalogue import Catalogue, Policy
from triagebot.domain.conversation import Status
from triagebot.domain.decision import Action, Decision, Reason
from triagebot.domain.message import Inbound, Kind, Reply
from triagebot.domain.prediction import Prediction, RankedIntent
from triagebot.fakewechat.platform import Platform
from triagebot.intake.accept import Intake
from triagebot.store import outbound
from triagebot.store.database import Database

APPID, SECRET = "wx00000000000000aa", "0123456789abcdef0123456789abcdef"
CHANNEL = "wechat:main"
PATIENT, HURRIED = 20.0, 0.0
DELIVERIES = 3
STEPS = 50


class EchoMind:
    """Answers everything with its own words, so that each reply shows what it answers."""

    model = "echo"
    catalogue = Catalogue({}, {}, (), Policy(0.02, 0.95, 0.1, 3, 2, {}, 1.0, {}), ())

    @property
    def mind(self):
        return self

    def think(self, texts):
        ranked = (RankedIntent("any", 0.9),)
        return [Prediction(text, (text,), ranked, (), 1.0, self.model) for text in texts]

    def decide(self, inbound, memory, prediction, switches):
        if memory.status is Status.OPEN:
            return Decision(Action.SILENT, Reason.PERSON_HAS_IT)
        return Decision(Action.ANSWER, Reason.CERTIFIED, "any", 0.9, prediction.text)

    def say(self, decision, place):
        return Reply(decision.answer)


@dataclass
class Sent:
    """A message at Tencent's: how often it was delivered, and what the fan was shown for it."""

    inbound: Inbound
    deliveries: int = 0
    is_over: bool = False
    shown: list[str] = field(default_factory=list)


class Process:
    """What one server has of the channel, without its web server."""

    def __init__(self, world: World) -> None:
        self.db = Database(world.url, clock=world.clock)
        self.intake = Intake(self.db, EchoMind(), world.clock)
        account = Account("main", APPID, tokens=("token1",), mode=Mode.PLAIN, secret=SECRET)
        urls = {"main": world.platform.url}
        self.wechat = WeChatService({"main": account}, urls, self.intake, self.db, world.clock)
        self.answering = Answering(self.wechat, world.ways_of(self.wechat.ways))
        self.outbox = Outbox(self.db, self.wechat.deliverers, world.clock)

    async def start(self) -> None:
        await self.db.start()
        await self.wechat.start()

    async def store(self, inbound: Inbound) -> None:
        await self.intake.accept(inbound)

    async def stop(self) -> None:
        await self.answering.drain()
        await self.intake.close()
        await self.wechat.close()
        await self.db.close()


class World:
    """Both processes, Tencent and the time; lives for many examples, as starting is slow."""

    def __init__(self, folder: Path, ways_of=lambda ways: ways) -> None:
        self.url = f"sqlite:///{folder / 'store.db'}"
        self.ways_of = ways_of
        self.now = datetime(2026, 9, 21, 14, 0, tzinfo=UTC)
        self.loop = asyncio.new_event_loop()
        self._pause, api.PAUSE = api.PAUSE, 0.0  # nothing here needs a pause
        self.platform = Platform(APPID, SECRET, now=lambda: self.now.timestamp())
        self.numbers = itertools.count(1)
        self.steps = 0
        self.loop.run_until_complete(self._start())

    def clock(self) -> datetime:
        return self.now

    def run(self, step):
        self.steps += 1
        return self.loop.run_until_complete(step)

    async def _start(self) -> None:
        self._runner = web.AppRunner(self.platform.app())
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.platform.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.processes = [Process(self), Process(self)]
        for process in self.processes:
            await process.start()

    async def restart(self, which: int) -> None:
        await self.processes[which].stop()
        self.processes[which] = Process(self)
        await self.processes[which].start()

    def close(self) -> None:
        async def stop() -> None:
            for process in self.processes:
                await process.stop()
            await self._runner.cleanup()

        self.loop.run_until_complete(stop())
        self.loop.close()
        api.PAUSE = self._pause


class DeliveryMachine(RuleBasedStateMachine):
    """Whatever happens in whatever order, a fan is shown one reply to each message."""

    world: World
    messages = Bundle("messages")
    which = st.integers(0, 1)

    def __init__(self) -> None:
        super().__init__()
        self.mine: list[Sent] = []

    @rule(target=messages, length=st.sampled_from([1, 1, 1, 900]))
    def a_fan_writes(self, length):
        number = next(self.world.numbers)
        fan, text = f"oFan{number % 7}", f"第{number}句" + "。" * length
        self.world.platform.open_window(fan)
        inbound = Inbound(CHANNEL, fan, f"key{number}", Kind.TEXT, text, self.world.now)
        sent = Sent(inbound)
        self.mine.append(sent)
        return sent

    @rule(sent=messages, which=which, hurried=st.booleans(), is_lost=st.booleans())
    def tencent_delivers(self, sent, which, hurried, is_lost):
        if sent.is_over or sent.deliveries == DELIVERIES:
            return
        sent.deliveries += 1
        self.world.run(self._deliver(sent, which, HURRIED if hurried else PATIENT, is_lost))

    @rule(sent=messages, hurried=st.booleans())
    def two_deliveries_overlap(self, sent, hurried):
        if sent.is_over or sent.deliveries > DELIVERIES - 2:
            return
        sent.deliveries += 2
        first = self._deliver(sent, 0, HURRIED if hurried else PATIENT, True)
        self.world.run(_both(first, self._deliver(sent, 1, PATIENT, False)))

    @rule(sent=messages, which=which)
    def a_process_dies_between_storing_and_answering(self, sent, which):
        if sent.is_over or sent.deliveries == DELIVERIES:
            return
        sent.deliveries += 1
        self.world.run(self.world.processes[which].store(sent.inbound))
        self.world.run(self.world.restart(which))

    @rule(which=which)
    def a_process_restarts(self, which):
        self.world.run(self.world.restart(which))

    @rule(which=which)
    def the_outbox_works(self, which):
        self.world.run(self.world.processes[which].outbox.deliver_due())

    @rule(which=which)
    def the_outbox_dies_while_sending(self, which):
        db = self.world.processes[which].db
        self.world.run(db.write(outbound.claim, CHANNEL, self.world.now))
        self.world.now += INTERRUPTED_AFTER + timedelta(seconds=1)

    @rule(seconds=st.sampled_from([1, 25, 120, 7000]))
    def time_goes_by(self, seconds):
        self.world.now += timedelta(seconds=seconds)

    @rule()
    def the_token_expires(self):
        self.world.platform.expire_tokens()

    @rule(errcodes=st.lists(st.sampled_from([45047, 45015, 45009, 45011, -1, 40001]), max_size=3))
    def tencent_refuses(self, errcodes):
        self.world.platform.knobs.errcodes = list(errcodes)

    @rule(knob=st.sampled_from(["drop_before", "drop_after", "bad_gateway", "truncate"]))
    def the_line_breaks(self, knob):
        setattr(self.world.platform.knobs, knob, 1)

    @invariant()
    def a_fan_is_shown_one_reply(self):
        for sent in self.mine:
            count = len(self._replies(sent))
            assert count <= 1, f"{sent.inbound.text[:6]} was answered {count} times"

    def teardown(self) -> None:
        """All that is still to come comes: then everybody is answered, or a person is told."""
        knobs = self.world.platform.knobs
        knobs.errcodes, knobs.drop_before, knobs.drop_after = [], 0, 0
        knobs.bad_gateway = knobs.truncate = 0
        for sent in self.mine:
            while sent.deliveries < DELIVERIES and not sent.is_over:
                sent.deliveries += 1
                self.world.run(self._deliver(sent, 0, PATIENT, False))
        for _ in range(4):
            self.world.now += timedelta(seconds=130)
            self.world.run(self.world.processes[1].outbox.deliver_due())
        self.a_fan_is_shown_one_reply()
        told = self.world.run(self.world.processes[0].db.read(_ends))
        for sent in self.mine:
            if sent.is_over and not self._replies(sent):
                assert sent.inbound.key in told, f"{sent.inbound.text[:6]} was never answered"

    def _replies(self, sent: Sent) -> list[str]:
        late = self.world.platform.sent_to(sent.inbound.fan)
        mark = sent.inbound.text.split("。", 1)[0] + "。"
        return [*sent.shown, *(text for text in late if text.startswith(mark))]

    async def _deliver(self, sent: Sent, which: int, seconds: float, is_lost: bool) -> None:
        answering = self.world.processes[which].answering
        try:
            outcome = await answering.answer(
                sent.inbound,
                lambda outcome: outcome,
                seconds=seconds,
                may_be_late=False,
                fits=lambda reply: len(reply.text.encode()) <= 2000,
            )
        except TimeoutError:
            await answering.drain()
            return
        if is_lost and sent.deliveries < DELIVERIES:
            return  # Tencent did not get it, and tries again
        if sent.is_over:
            return  # of answers to overlapping deliveries it takes the first
        sent.is_over = True
        if outcome and outcome.reply:
            sent.shown.append(outcome.reply.text)


async def _both(first, second) -> None:
    await asyncio.gather(first, second)


def _ends(connection) -> set[str]:
    """Return the keys of messages that a person has, or sees that their reply did not arrive."""
    query = """SELECT m.key FROM outbound AS o JOIN message AS m ON m.id = o.message_id
               WHERE o.state IN ('failed', 'uncertain', 'held', 'queued')
               UNION SELECT key FROM message WHERE reason = 'person_has_it'"""
    return set(connection.exec_driver_sql(query).scalars())


def run(examples: int, folder: Path, ways_of=lambda ways: ways, first: int = 0) -> int:
    """Run examples of up to `STEPS` rules each and return how many steps touched the world."""
    world = World(folder, ways_of)
    machine = type("Machine", (DeliveryMachine,), {"world": world})
    limits = settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # the seed is enough to see it again
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(seed(first)(machine), settings=limits)
    finally:
        world.close()
    return world.steps


def main() -> None:
    wanted, done, turn = int(sys.argv[1]), 0, 0
    began = time.monotonic()
    while done < wanted:
        with tempfile.TemporaryDirectory() as folder:
            done += run(25, Path(folder), first=turn)
        turn += 1
        seconds = time.monotonic() - began
        sys.stdout.write(f"{done} steps, {seconds:.0f} s, no fan saw two replies\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
