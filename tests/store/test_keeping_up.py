"""Work behind the messages comes to an end, however steadily they come."""

from types import SimpleNamespace

import pytest

from tests.store.conftest import conclude
from triagebot.channels.wechat.media_keeping import MediaKeeping
from triagebot.desk.audit_draw import AuditDraw
from triagebot.fans.files import MediaFolder
from triagebot.programs.webhook_sender import WebhookSender
from triagebot.store import messages, webhooks
from triagebot.store.upkeep import Upkeep

MANY = 30
POLICY = SimpleNamespace(audit_rate=0.1)
HOLDER = SimpleNamespace(mind=SimpleNamespace(catalogue=SimpleNamespace(policy=POLICY)))


class Flow:
    """A store where one more message stands whenever somebody looks."""

    def __init__(self, database, inbound, clock):
        self._database, self._inbound, self._clock = database, inbound, clock
        self._looks = 0

    async def read(self, *job, **more):
        await self._come()
        return await self._database.read(*job, **more)

    async def write(self, *job, **more):
        await self._come()
        return await self._database.write(*job, **more)

    async def _come(self):
        self._looks += 1
        assert self._looks < MANY, "it runs after messages that come one by one"
        batch = [(self._inbound("在吗"), None)]
        await self._database.write(messages.record, batch, conclude, self._clock())


WORK = {
    "count": lambda db, clock, _folder: Upkeep(db, clock).count(),
    "index": lambda db, clock, _folder: Upkeep(db, clock).index(),
    "audits": lambda db, clock, _folder: AuditDraw(db, HOLDER, clock).draw(),
    "media": lambda db, clock, folder: MediaKeeping(db, dict, folder, clock).fetch(),
    "webhooks": lambda db, clock, _folder: WebhookSender(db, clock).tell(),
}


@pytest.mark.parametrize("name", WORK)
async def test_what_comes_meanwhile_waits_for_the_next_time(
    database, inbound, clock, tmp_path, name
):
    hook = ("http://127.0.0.1:9/", ["message_created"], "secret", "agent:1", clock())
    await database.write(webhooks.add, *hook)
    await WORK[name](Flow(database, inbound, clock), clock, MediaFolder(tmp_path))
