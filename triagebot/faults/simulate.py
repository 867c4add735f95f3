"""A simulated evening of fans, WeChat, nodes, agents and crashes, the same for the same seed.

Intake, answering in time, recording and claiming are the real code; WeChat, the line, the clock
and the moments at which a process dies come from the seed.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from triagebot.domain.agent import Role
from triagebot.domain.message import Inbound, Kind
from triagebot.errors import Busy, Conflict, TriagebotError
from triagebot.faults import virtual_time
from triagebot.faults.judge import judge
from triagebot.faults.mind import COMPLAINT
from triagebot.faults.plan import Plan
from triagebot.faults.simulated_node import Node, World
from triagebot.faults.simulated_store import Memory, SimulatedStore, Temper
from triagebot.faults.tally import Tally
from triagebot.faults.virtual_time import VirtualLoop
from triagebot.store import agents, conversation_lists, conversations
from triagebot.store.conversation_lists import View

EVENING = 60.0
PATIENCE = 5.0
TRIES = 3


def run(plan: Plan) -> Tally:
    """Simulate an evening for each seed from that of `plan` on, as many as it has rounds.

    With a `planted` fault the first seed that breaks a promise is the last; `faults` name it.
    """
    tally = Tally("simulate", plan.seed, plan.planted)
    memory = Memory()
    with tally.timed(), _quiet():
        for number in range(plan.seed, plan.seed + plan.rounds):
            _one(tally, memory, number, plan.planted)
            tally.rounds += 1
            if tally.faults and plan.planted:
                break
            plan.report(tally.rounds)
    memory.close()
    return tally


@contextmanager
def _quiet() -> Iterator[None]:
    # Here faults are the rule; logging a million of them would be most of the work.
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _one(tally: Tally, memory: Memory, number: int, planted: str) -> None:
    memory.clear()
    loop, world = VirtualLoop(), World()
    chance = random.Random(number)  # noqa: S311 - repeatable on purpose
    virtual_time.run(_Evening(memory, loop, chance, world, planted).live(), loop)
    tally.figures["simulated seconds"] = round(
        float(tally.figures.get("simulated seconds", 0)) + loop.time()
    )
    tally.add("crashes", world.crashes)
    judge(tally, memory, world.answers, number)
    if world.double:
        tally.doubled += world.double
        tally.faults.append(f"seed {number}: a conversation had two holders")


class _Evening:
    def __init__(
        self, memory: Memory, loop: VirtualLoop, chance: random.Random, world: World, planted: str
    ) -> None:
        self._chance, self._world, self._loop = chance, world, loop
        temper = Temper(
            seconds=chance.choice((0.002, 0.02, 0.2)),
            slow=chance.choice((0.0, 0.05)),
            fails=chance.choice((0.0, 0.1)),
            lies=chance.choice((0.0, 0.1)),
            hasty=planted == "hasty",
        )

        def build() -> SimulatedStore:
            return SimulatedStore(memory, loop, chance, temper)

        self._memory = memory
        self._nodes = [Node(build, planted, world) for _ in range(chance.choice((1, 1, 2)))]
        self._people: list[int] = []

    async def live(self) -> None:
        """Let everybody come, act and go."""
        with self._memory.engine.begin() as connection:
            for name in ("小林", "小周", "小吴"):
                added = agents.add(connection, name, Role.AGENT, "-", self._loop.now())
                self._people.append(added.id)
        fans = [self._fan(f"fan-{number}") for number in range(self._chance.randrange(2, 8))]
        people = [self._agent(person) for person in self._people]
        crashes = [self._crash() for _ in range(self._chance.randrange(4))]
        await asyncio.gather(*fans, *people, *crashes)

    async def _fan(self, name: str) -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(self._chance.randrange(1, 8)):
                await asyncio.sleep(self._chance.expovariate(0.2))
                words = f"{COMPLAINT}发货" if self._chance.random() < 0.3 else "什么时候发货"
                key = f"{name}-{number}"
                sent = Inbound(
                    "wechat:main", name, key, Kind.TEXT, words, self._loop.now(),
                    detail={"MsgId": key},
                )  # fmt: skip
                group.create_task(self._push(sent))

    async def _push(self, inbound: Inbound) -> None:
        """Deliver as WeChat does: at 0, 5 and 10 seconds, until an answer comes; now and then
        once more although one came, as the line lost it.
        """
        for _ in range(TRIES):
            began = self._loop.time()
            node = self._chance.choice(self._nodes)
            try:
                async with asyncio.timeout(PATIENCE + 1000):
                    body = await node.receive(inbound)
            except (Busy, ConnectionError, TriagebotError):
                await asyncio.sleep(max(0.0, PATIENCE - (self._loop.time() - began)))
                continue
            self._world.answers[inbound.key].append((body, self._loop.time() - began))
            if self._chance.random() > 0.1:
                return
        self._world.unseen += not self._world.answers[inbound.key]

    async def _crash(self) -> None:
        await asyncio.sleep(self._chance.uniform(0, EVENING / 2))
        node = self._chance.choice(self._nodes)
        if node.store is not None:
            node.crash()
            await asyncio.sleep(self._chance.uniform(0.4, 3.0))
            node.start()

    async def _agent(self, person: int) -> None:
        while self._loop.time() < EVENING:
            await asyncio.sleep(self._chance.expovariate(0.3))
            store = self._chance.choice(self._nodes).store
            if store is not None:
                with suppress(Busy, Conflict, asyncio.TimeoutError):
                    async with asyncio.timeout(30):
                        await self._help(store, person)

    async def _help(self, store: SimulatedStore, person: int) -> None:
        # Most looks find nothing, and a page costs twenty times as much as they.
        if not store.has_waiting():
            return
        page = await store.read(conversation_lists.page, View.WAITING, person)
        row = self._chance.choice(page.items)
        await asyncio.sleep(self._chance.expovariate(1))
        row = await store.write(conversations.take, row.id, person, self._loop.now(), row.fence)
        self._world.double += self._world.holders.setdefault(row.id, person) != person
        await asyncio.sleep(self._chance.expovariate(0.2))
        self._world.holders.pop(row.id, None)
        done = self._chance.choice(
            (conversations.resolve, conversations.release, conversations.hand_back)
        )
        await store.write(done, row.id, person, self._loop.now(), row.fence)
