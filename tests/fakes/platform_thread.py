"""WeChat's API in a thread of its own, for servers and commands that run loops of their own."""

import asyncio
import threading
from contextlib import contextmanager

from aiohttp import web

from triagebot.fakewechat.platform import Platform


@contextmanager
def platform_thread(appid, secret):
    """Run the fake until the end of the block; `url` is where it answers."""
    platform, loop = Platform(appid, secret), asyncio.new_event_loop()
    ready, stop = threading.Event(), asyncio.Event()

    async def serve():
        runner = web.AppRunner(platform.app())
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        platform.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
        ready.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(60)
    yield platform
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()
