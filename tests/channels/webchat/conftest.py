"""The server of the desk's tests, with fans in browsers."""

from __future__ import annotations

from tests.desk.conftest import Client, World, passwords, world

__all__ = ["Fan", "passwords", "world"]

API = "/api/v1/chat"


class Fan:
    """A fan in a browser."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.cursor = ""

    async def says(self, text: str, status: int = 200, **more: str):
        response = await self.client.post(API, json={"text": text, **more})
        assert response.status == status, await response.text()
        return await response.json()

    async def reads(self, wait: float = 0):
        query = {"after": self.cursor, "wait": str(wait)}
        response = await self.client.get(f"{API}/messages", params=query)
        assert response.status == 200, await response.text()
        news = await response.json()
        self.cursor = news["cursor"]
        return news


async def a_fan(world: World) -> Fan:
    return Fan(await world.client())
