"""The fault runs by name, what they usually do, and which planted faults each must find."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from triagebot.faults.plan import Plan
    from triagebot.faults.tally import Tally


@dataclass(frozen=True, slots=True)
class Run:
    """A module with a function `run(plan)`.

    One with a usual `rate`, in messages a second, is over real servers and takes a `Load`. Long
    runs are made in pieces of `piece` rounds for each process; 0 is never in pieces. `shared` ones
    can use several processes.
    """

    module: str
    words: str
    rounds: int
    planted: tuple[str, ...]
    piece: int = 0
    rate: float | None = None
    shared: bool = False

    def make(self, plan: Plan) -> Tally:
        """Run it. The module is read only now: some need extras."""
        run: Callable[[Plan], Tally] = importlib.import_module(self.module, __package__).run
        return run(plan)


CLAIMS = Run(
    ".claims",
    "Let fifty agents grab at the same conversations.",
    10_000,
    ("no check",),
)
"""Takes databases beside its plan, so it is no member of `RUNS`."""

RUNS = {
    "powercut": Run(
        ".power_cut",
        "Cut the power at random moments: unsynced writes are dropped or torn.",
        1000,
        ("normal",),
    ),
    "ioerrors": Run(
        ".io_errors",
        "Let the disk be full, or fail writes and syncs, then cut the power.",
        200,
        ("boast", "reopen"),
    ),
    "corrupt": Run(
        ".corrupt",
        "Flip bits of a store and cut it short; see who notices.",
        500,
        ("no checksums",),
    ),
    "simulate": Run(
        ".evenings",
        "Simulate evenings in virtual time, each from its own seed.",
        2000,
        ("hasty", "no key", "no deadline"),
        piece=1000,
        shared=True,
    ),
    "kill": Run(
        ".kills",
        "Kill a server under load with SIGKILL; needs a promoted model.",
        200,
        ("tells early",),
        piece=50,
        rate=300.0,
        shared=True,
    ),
    "slow": Run(
        ".slow",
        "Let thousands of clients bring half a request each; needs a promoted model.",
        2000,
        ("never sweeps",),
        piece=2000,
        rate=100.0,
    ),
    "outages": Run(
        ".outages",
        "Kill and freeze PostgreSQL under two nodes; needs PostgreSQL and a promoted model.",
        6,
        ("forgetful", "patient"),
        piece=5,
        rate=200.0,
    ),
    "link": Run(
        ".link",
        "Slow, stall and cut the line to PostgreSQL; needs what `outages` needs.",
        8,
        ("forgetful", "patient"),
        piece=4,
        rate=200.0,
    ),
    "upgrade": Run(
        ".upgrade",
        "Upgrade two nodes in turn while the tables change; needs what `outages` needs.",
        6,
        ("forgetful", "listens early"),
        piece=5,
        rate=200.0,
    ),
    "failover": Run(
        ".failover",
        "Kill or switch the primary of three; needs what `outages` needs, patroni and etcd.",
        3,
        ("forgetful",),
        piece=3,
        rate=100.0,
    ),
    "parted": Run(
        ".parted",
        "Cut members of three off from each other; needs that, root and `ip`.",
        3,
        ("forgetful", "asleep"),
        piece=3,
        rate=100.0,
    ),
}
