"""An agent who uses the desk's API with a real HTTP client."""

from __future__ import annotations

import asyncio

from triagebot.cli.stores import now
from triagebot.domain.agent import Role
from triagebot.store import agents


async def sign_in(server, client):
    password = server.passwords.hash("correct horse")
    await server.db.write(agents.add, "xiaoli", Role.AGENT, password, now())
    body = {"name": "xiaoli", "password": "correct horse"}
    session = await (await client.post("/api/v1/session", json=body)).json()
    return {"X-CSRF-Token": session["csrf"]}


async def answer(client, headers, text, client_id="r1"):
    """Answer the one open conversation as the agent."""
    listed = await (await client.get("/api/v1/conversations?view=open")).json()
    (row,) = listed["items"]
    return await answer_in(client, headers, row["id"], text, client_id)


async def answer_in(client, headers, number, text, client_id="r1"):
    """Answer a conversation as the agent, and return where it is."""
    path = f"/api/v1/conversations/{number}"
    sent = await client.post(
        f"{path}/messages", json={"text": text, "client_id": client_id}, headers=headers
    )
    assert sent.status == 201, await sent.text()
    return path


async def states_of(client, path, wanted, seconds=30):
    """Wait until the agent's texts have these states."""
    async with asyncio.timeout(seconds):
        while True:
            thread = (await (await client.get(path)).json())["thread"]
            found = [item["state"] for item in thread if item["from"] == "agent"]
            if found == wanted:
                return thread
            await asyncio.sleep(0.02)
