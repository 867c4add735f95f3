"""Clear a backlog of real messages through the clusters' API, and count decisions.

    python tests/benchmarks/clear_backlog.py --messages 5000 --stream FILE.jsonl.gz --model FOLDER

A scripted agent takes card after card: what reads alike and what one answer fits is answered, what
is none of the brand's business is closed. `careful` decides only on who is ticked; `quick` ticks
whole cards. Everybody left is one decision each. Prints one JSON object; no text is kept.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import tempfile
import time
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from aiohttp.test_utils import TestClient, TestServer
from msgspec.structs import replace

from triagebot.app import Server
from triagebot.domain.agent import Role
from triagebot.domain.conversation import Status
from triagebot.domain.decision import Action
from triagebot.domain.message import Inbound, Kind
from triagebot.intake.handle_message import conclude
from triagebot.settings import load_settings
from triagebot.store import agents, messages

BATCH = 200
PASSWORD = "correct horse"


def read(stream: Path, count: int) -> list[str]:
    with gzip.open(stream, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in islice(lines, count)]


def hand_off(mind):
    """Conclude as the server does, but let everybody wait for a person."""

    def always(_mind, inbound, memory, thought, place):
        made = conclude(mind, inbound, memory, thought, place)
        decision = replace(made.decision, action=Action.HUMAN)
        return replace(made, decision=decision, memory=replace(made.memory, status=Status.OPEN))

    return lambda *arguments: always(mind, *arguments)


async def pile_up(server: Server, texts: list[str]) -> None:
    mind, now = server.mind.mind, datetime.now(UTC)
    for start in range(0, len(texts), BATCH):
        part = texts[start : start + BATCH]
        arrivals = [
            (Inbound("webchat", f"fan-{start + i}", "1", Kind.TEXT, text, now), thought)
            for i, (text, thought) in enumerate(zip(part, mind.think(part), strict=True))
        ]
        await server.db.write(messages.record, arrivals, hand_off(mind), now)


async def clear(client: TestClient, csrf: str, *, quick: bool) -> dict[str, object]:
    """Take the cards in order until none is left; return what that took."""
    began, kinds = time.perf_counter(), {"alike": [0, 0], "answer": [0, 0], "intent": [0, 0]}
    page = await (await client.get("/api/v1/clusters?fresh=true&limit=200")).json()
    grouped = page["seconds"]
    for card in page["clusters"]:
        found = await (await client.get(f"/api/v1/clusters/{card['key']}")).json()
        chosen = [each for each in found["items"] if quick or each["ticked"]]
        if len(chosen) < 2:
            continue
        names = ("conversation_id", "message_id", "newest_id")
        targets = [{name: each[name] for name in names} for each in chosen]
        body = {"targets": targets, "text": card["text"]}
        headers = {"X-CSRF-Token": csrf}
        response = await client.post("/api/v1/clearings", json=body, headers=headers)
        size = (await response.json())["clearing"]["size"]
        kinds[card["kind"]][0] += 1
        kinds[card["kind"]][1] += size
    decisions = sum(count for count, _ in kinds.values())
    cleared = sum(size for _, size in kinds.values())
    return {
        "grouping_seconds": grouped,
        "decisions": decisions,
        "cleared": cleared,
        "per_decision": round(cleared / max(1, decisions), 1),
        "left_for_single_replies": page["waiting"] - cleared,
        "by_kind": {kind: {"decisions": n, "messages": size} for kind, (n, size) in kinds.items()},
        "api_seconds": round(time.perf_counter() - began, 1),
    }


async def run(texts: list[str], models: Path, *, quick: bool) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        overrides = [f"database.url=sqlite:///{folder}/b.db", f"models.dir={models}"]
        settings, _ = load_settings(None, {}, overrides)
        server = Server(settings, lambda: datetime.now(UTC))
        async with TestClient(TestServer(server.app)) as client:
            hashed = await asyncio.to_thread(server.passwords.hash, PASSWORD)
            now = datetime.now(UTC)
            await server.db.write(agents.add, "agent", Role.AGENT, hashed, now)
            await pile_up(server, texts)
            login = {"name": "agent", "password": PASSWORD}
            session = await (await client.post("/api/v1/session", json=login)).json()
            return await clear(client, session["csrf"], quick=quick)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--stream", type=Path, required=True)
    parser.add_argument("--models", type=Path, required=True, help="folder with a promoted bundle")
    options = parser.parse_args()
    texts = read(options.stream, options.messages)
    figures = {
        name: asyncio.run(run(texts, options.models, quick=name == "quick"))
        for name in ("careful", "quick")
    }
    print(json.dumps({"messages": len(texts), **figures}, indent=2))


if __name__ == "__main__":
    main()
