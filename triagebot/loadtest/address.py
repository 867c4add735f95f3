"""Finds where to send, refuses every machine but this one, and finds free ports of it."""

from __future__ import annotations

import contextlib
import ipaddress
import secrets
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from triagebot.errors import BadInput

REFUSED = "A load test only goes to this machine itself: 127.0.0.1, ::1 or localhost."


@dataclass(frozen=True, slots=True)
class Target:
    """An address of this machine and what the server is called there."""

    host: str
    port: int
    name: str


def find_target(url: str) -> Target:
    """Return where `url` leads, such as `http://127.0.0.1:8080`.

    Raises `BadInput` unless every address that the name stands for is of this machine.
    """
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise BadInput("The address must be http://HOST:PORT.", fields={"url": "format"})
    try:
        port = parts.port or 80
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (ValueError, OSError) as error:
        raise BadInput("The address cannot be read.", fields={"url": "host"}) from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(ipaddress.ip_address(each).is_loopback for each in addresses):
        raise BadInput(REFUSED, fields={"url": "not loopback"})
    return Target(addresses[0], port, parts.netloc)


def free_port() -> int:
    """Return a port of loopback that nobody listens on, and that no connection gets by chance.

    Systems give connections those from 32768 on: one of them may be taken before a server starts.
    """
    while True:
        port = 10_240 + secrets.randbelow(32_768 - 10_240)
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port
