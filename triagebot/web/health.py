"""Say whether the process lives, whether it can keep a message, and how it does in numbers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from triagebot.domain.agent import Role
from triagebot.errors import Busy, TriagebotError
from triagebot.web.endpoint import Call, Endpoint

READY_SECONDS = 1.0
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 30.0)


class Health(msgspec.Struct):
    """`ok`, nothing more."""

    status: str = "ok"


class Metrics:
    """The numbers of one server, in a registry of its own; other areas add theirs to it."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        labels = ("method", "route", "status")
        self._requests = Counter(
            "triagebot_http_requests", "Requests answered", labels, registry=self.registry
        )
        self._seconds = Histogram(
            "triagebot_http_request_seconds",
            "Seconds from request to response",
            ("route",),
            buckets=BUCKETS,
            registry=self.registry,
        )

        self._of_request: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def measure(self, method: str, route: str, status: int, *seconds: float) -> None:
        """Count requests that were answered alike, each with its seconds."""
        key = method, route, status
        found = self._of_request.get(key)
        if found is None:
            counter = self._requests.labels(method, route, str(status))
            found = self._of_request[key] = counter, self._seconds.labels(route)
        counter, histogram = found
        counter.inc(len(seconds))
        for each in seconds:
            histogram.observe(each)

    def gauge(self, name: str, meaning: str, value: Callable[[], float]) -> None:
        """Show a number that is asked for whenever somebody looks."""
        Gauge(name, meaning, registry=self.registry).set_function(value)


class HealthApi:
    """Owns `/healthz`, `/readyz` and `/metrics`.

    `commit` makes one small commit and raises when the store cannot. Its result is kept for a
    second, so that nobody can make the server write by asking often. `metrics_role` closes the
    numbers to those who have no token.
    """

    def __init__(
        self,
        commit: Callable[[], Awaitable[object]],
        metrics: Metrics,
        *,
        metrics_role: Role | None = None,
    ) -> None:
        self._commit = commit
        self._metrics = metrics
        self._metrics_role = metrics_role
        self._checked = float("-inf")
        self._fault = ""
        self._lock = asyncio.Lock()

    def endpoints(self) -> list[Endpoint]:
        """Return the three endpoints."""
        tag = "service"
        return [
            Endpoint("GET", "/healthz", "The process lives", self.healthz, result=Health,
                     role=None, tag=tag),
            Endpoint("GET", "/readyz", "A message could be kept now", self.readyz, result=Health,
                     role=None, tag=tag),
            Endpoint("GET", "/metrics", "Numbers for Prometheus", self.metrics,
                     role=self._metrics_role, tag=tag),
        ]  # fmt: skip

    async def healthz(self, _call: Call) -> Health:
        """Answer at all."""
        return Health()

    async def readyz(self, _call: Call) -> Health:
        """Commit within a second. Raises `Busy` when that fails."""
        async with self._lock:
            if time.monotonic() - self._checked >= READY_SECONDS:
                self._fault = await self._try_commit()
                self._checked = time.monotonic()
        if self._fault:
            raise Busy(f"The store cannot take a message now: {self._fault}.")
        return Health()

    async def metrics(self, _call: Call) -> web.Response:
        """Return the text format of Prometheus."""
        body = generate_latest(self._metrics.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _try_commit(self) -> str:
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self._commit()
        except TimeoutError:
            return "no commit within a second"
        except TriagebotError as error:
            return error.code
        except Exception as error:  # whatever the engine raises, we are not ready
            return type(error).__name__
        return ""
