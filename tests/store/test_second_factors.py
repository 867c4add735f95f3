"""On both engines: a code's step counts once, a recovery code too, and nothing is left after."""

import pytest

from triagebot.domain.agent import Role
from triagebot.errors import Conflict, NotFound
from triagebot.store import agents, second_factors


async def test_from_beginning_to_removal(any_database, clock):
    db, now = any_database, clock()
    boss = await db.write(agents.add, "boss", Role.ADMIN, "hash", now)
    await db.write(second_factors.begin, boss.id, "A" * 32, now)
    await db.write(second_factors.begin, boss.id, "B" * 32, now)
    pending = await db.read(second_factors.of, boss.id)
    assert (pending.secret, pending.confirmed) == ("B" * 32, False)
    codes = await db.write(second_factors.confirm, boss.id, 7, now)
    assert await db.read(second_factors.owners) == {boss.id}
    with pytest.raises(Conflict):
        await db.write(second_factors.begin, boss.id, "C" * 32, now)

    used = [await db.write(second_factors.use_step, boss.id, step) for step in (7, 8, 8, 6, 9)]
    assert used == [False, True, False, False, True]
    spent = [await db.write(second_factors.use_recovery_code, boss.id, codes[0], now) for _ in "ab"]
    assert spent == [True, False]
    assert (await db.read(second_factors.of, boss.id)).codes == len(codes) - 1

    await db.write(second_factors.remove, boss.id, "command line", now)
    assert await db.read(second_factors.of, boss.id) is None
    with pytest.raises(NotFound):
        await db.write(second_factors.remove, boss.id, "command line", now)
