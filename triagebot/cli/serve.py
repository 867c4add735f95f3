"""`triagebot serve`: run the server until it is told to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import msgspec

if TYPE_CHECKING:
    from triagebot.app.server import Server


@click.command()
@click.option("--host", help="Address to listen on; server.host by default.")
@click.option("--port", type=int, help="Port to listen on; server.port by default.")
@click.option("--dev", is_flag=True, help="Serve console files as they are on disk.")
@click.option(
    "--workers",
    type=click.IntRange(0, 64),
    help="Processes that take messages in and think, beside the one that stores; "
    "server.workers by default.",
)
@click.pass_obj
def serve(obj: dict[str, Any], host: str | None, port: int | None, dev: bool, workers: int) -> None:
    """Run the server."""
    from triagebot.app.memory import loading
    from triagebot.cli.stores import now

    settings = with_address(obj["settings"], host, port, dev)
    with loading():
        from triagebot.app import Server

        server = Server(settings, now, origins=obj["origins"])
    listen(server, settings.server.workers if workers is None else workers)


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


def listen(server: Server, workers: int = 0) -> None:
    """Serve until SIGINT or SIGTERM, then finish what is under way."""
    from triagebot.app import loops
    from triagebot.app.listening import run
    from triagebot.logs import set_up_logs

    settings = server.settings
    set_up_logs(settings.log.level, settings.log.format)
    loops.run(run(server, workers))
