"""Pages for those who run the desk: who may sign in, and who did what."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from triagebot.desk.frames import Frames, Page, Sentence
from triagebot.desk.guess import MindHolder
from triagebot.desk.log import LogApi, LogQuery
from triagebot.desk.users import user_shape
from triagebot.domain.agent import Role
from triagebot.errors import BadInput
from triagebot.store import agents, second_factors, skills
from triagebot.store.agents import SessionRow
from triagebot.store.database import Database
from triagebot.store.skills import Skill
from triagebot.web.body import read_query
from triagebot.web.endpoint import Call, Endpoint


class OfficePages:
    """Owns `/desk/users` and `/desk/log`."""

    def __init__(self, frames: Frames, db: Database, holder: MindHolder, log: LogApi) -> None:
        self._frames = frames
        self._db = db
        self._holder = holder
        self._log = log

    def endpoints(self) -> list[Endpoint]:
        """Return the pages."""
        return [
            Endpoint("GET", "/desk/users", "People", self.users, role=None, described=False),
            Endpoint("GET", "/desk/log", "Log", self.log, role=None, described=False),
        ]

    async def users(self, call: Call) -> Page:
        """Return everybody with a login, and a form for one more."""

        async def fill(session: SessionRow, _t: Sentence) -> Mapping[str, object]:
            everybody, known, secured, tokens = await self._db.read(
                lambda connection: (
                    agents.everybody(connection),
                    skills.everybody(connection),
                    second_factors.owners(connection),
                    agents.everybodys_tokens(connection),
                )
            )
            intents = self._holder.mind.catalogue.intents.values()
            return {
                "people": [user_shape(each) for each in everybody],
                "roles": list(Role),
                "secured": {str(number) for number in secured},
                "tokens": tokens,
                "skills": {str(each.id): known.get(each.id, Skill()) for each in everybody},
                "titles": {each.name: each.title[session.agent.language] for each in intents},
            }

        return await self._frames.show(call, "desk/users.html", "users", fill)

    async def log(self, call: Call) -> Page:
        """Return a page of the log; a filter that makes no sense shows all."""

        async def fill(_session: SessionRow, t: Sentence) -> Mapping[str, object]:
            try:
                query = read_query(call.request, LogQuery)
            except BadInput:
                query = LogQuery()
            page = await self._log.page(query)
            kept = {"what": query.what, "who": query.who}
            filters = urlencode({name: value for name, value in kept.items() if value})

            def deed(what: str) -> str:
                told = t(f"log.{what}")
                return what if told.startswith("log.") else told

            return {"deeds": page, "query": query, "filters": filters, "deed": deed}

        return await self._frames.show(call, "desk/log.html", "log", fill)
