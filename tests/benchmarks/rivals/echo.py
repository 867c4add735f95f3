"""A bare aiohttp server: reads each request and says `success`."""

import sys

from aiohttp import web


async def echo(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(text="success")


app = web.Application()
app.router.add_post("/wechat/{account}", echo)

if __name__ == "__main__":
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[-1]), access_log=None, print=None)
