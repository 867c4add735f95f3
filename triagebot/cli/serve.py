"""`triagebot serve`: run the server until it is told to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import msgspec

if TYPE_CHECKING:
    from aiohttp import web


@click.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on.")
@click.option("--dev", is_flag=True, help="Serve console files as they are on disk.")
@click.pass_obj
def serve(obj: dict[str, Any], host: str | None, port: int | None, dev: bool) -> None:
    """Run the server."""
    from triagebot.app import Server
    from triagebot.cli.stores import now

    settings = with_address(obj["settings"], host, port, dev)
    listen(Server(settings, now).app, settings)


def with_address(settings: Any, host: str | None, port: int | None, dev: bool = False) -> Any:
    """Return the settings with what the command line says of the address."""
    server = settings.server
    return msgspec.structs.replace(
        settings,
        server=msgspec.structs.replace(
            server,
            host=host or server.host,
            port=server.port if port is None else port,
            dev=dev or server.dev,
        ),
    )


def listen(app: web.Application, settings: Any) -> None:
    """Serve until SIGINT or SIGTERM, then finish what is under way."""
    from aiohttp import web

    from triagebot.cli.logs import set_up_logs

    set_up_logs(settings.log.level, settings.log.format)
    web.run_app(
        app,
        host=settings.server.host,
        port=settings.server.port,
        access_log=None,
        print=lambda *_: None,
        shutdown_timeout=5.0,
    )
