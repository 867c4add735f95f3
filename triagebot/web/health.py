"""Say whether the process lives, whether it can keep a message, and how it does in numbers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import accumulate

import msgspec
from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from triagebot.domain.agent import Role
from triagebot.errors import Busy, TriagebotError
from triagebot.web.endpoint import Call, Endpoint
from triagebot.web.times import BUCKETS, Times, together

READY_SECONDS = 1.0
_BOUNDS = (*map(str, BUCKETS), "+Inf")


class Health(msgspec.Struct):
    """`ok`, nothing more."""

    status: str = "ok"


class Metrics(Collector):
    """The numbers of one server, in a registry of its own; other areas add theirs to it."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.registry.register(self)
        self._times: dict[tuple[str, str, int], Times] = {}

    def measure(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        times = self._times.get((method, route, status))
        if times is None:
            times = self._times[method, route, status] = Times()
        times.add(seconds)

    def take(self, method: str, route: str, status: int, times: Times) -> None:
        """Count the requests that another process has answered."""
        before = self._times.get((method, route, status), Times())
        self._times[method, route, status] = together((before, times))

    def collect(self) -> Iterator[Metric]:
        """Yield how many requests were answered how, and how long each route took."""
        labels = ("method", "route", "status")
        answered = CounterMetricFamily(
            "triagebot_http_requests", "Requests answered", labels=labels
        )
        by_route: dict[str, list[Times]] = {}
        for (method, route, status), times in self._times.items():
            answered.add_metric((method, route, str(status)), sum(times.counts))
            by_route.setdefault(route, []).append(times)
        yield answered
        took = HistogramMetricFamily(
            "triagebot_http_request_seconds", "Seconds from request to response", labels=("route",)
        )
        for route, several in by_route.items():
            times = together(several)
            buckets = list(zip(_BOUNDS, accumulate(times.counts), strict=True))
            took.add_metric((route,), buckets, times.seconds)
        yield took

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
