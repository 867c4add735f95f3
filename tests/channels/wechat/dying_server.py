"""The server, but it dies by SIGKILL between storing the message 死 and answering it."""

from __future__ import annotations

import os
import signal

from triagebot.channels.wechat.service import WeChatService
from triagebot.cli import main

_accept = WeChatService.accept


async def accept(self, inbound):
    outcome = await _accept(self, inbound)
    if "死" in inbound.text and not outcome.duplicate:
        os.kill(os.getpid(), signal.SIGKILL)
    return outcome


WeChatService.accept = accept

if __name__ == "__main__":
    main()
