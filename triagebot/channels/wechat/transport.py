"""Carries requests to Tencent's API and tells the ways of failing apart."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from triagebot.channels.wechat.api_errors import Ambiguous, Unreachable, error_of

log = logging.getLogger(__name__)

BASE_URL = "https://api.weixin.qq.com"
TIMEOUT = aiohttp.ClientTimeout(total=10, connect=3, sock_connect=3)
MAX_ANSWER = 16 * 1024 * 1024

_RID = re.compile(r"\brid: ([0-9a-f-]{1,64})|\bhint: \[([^\]\s]{1,64})\]")

_HEADERS_OF_JSON = {"Content-Type": "application/json; charset=utf-8"}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: bytes, which may or may not be JSON whatever the headers say."""

    path: str
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_json(self) -> bool:
        """Whether this looks like a JSON object; media never begin with a brace."""
        return self.content.lstrip()[:1] == b"{"

    def json(self) -> Json:
        """Return the object. Raises a WeChatApiError for Tencent's errors and for junk."""
        try:
            values = json.loads(self.content)
        except ValueError:
            raise Ambiguous("WeChat's answer cannot be read") from None
        if not isinstance(values, dict):
            raise Ambiguous("WeChat's answer is not an object")
        errcode = _number(values.get("errcode", 0))
        if errcode:
            errmsg = str(values.get("errmsg", ""))
            rid = rid_of(errmsg)
            log.warning("WeChat refused %s: errcode %d, rid %s", self.path, errcode, rid or "-")
            raise error_of(errcode, errmsg, rid)
        return values


class Transport:
    """One base URL and one session. URLs carry the token, so none is ever logged or raised."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str = BASE_URL,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
    ) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._timeout = timeout

    async def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Json | None = None,
        form: aiohttp.FormData | None = None,
    ) -> Answer:
        """Return the answer. Raises Unreachable or Ambiguous when there is none to trust."""
        request = self._session.request(
            method,
            self._base_url + path,
            params=query,
            data=form if body is None else _encoded(body),
            headers=_HEADERS_OF_JSON if body is not None else None,
            timeout=self._timeout,
            allow_redirects=False,
        )
        try:
            async with request as response:
                return _answer(path, response, await _content(response))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            log.warning("WeChat cannot be reached for %s: %s", path, type(error).__name__)
            raise Unreachable("WeChat cannot be reached") from None
        except (TimeoutError, aiohttp.ClientError, ConnectionError) as error:
            log.warning("no answer from WeChat to %s: %s", path, type(error).__name__)
            raise Ambiguous("WeChat did not answer") from None


def _encoded(body: Json) -> bytes:
    # Raw UTF-8: escaped characters are refused, or shown to the fan as they are.
    return json.dumps(body, ensure_ascii=False).encode()


def rid_of(errmsg: str) -> str:
    """Return the request id that Tencent puts at the end of its error texts, or ""."""
    found = _RID.search(errmsg)
    return (found.group(1) or found.group(2)) if found else ""


async def _content(response: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > MAX_ANSWER:
            raise Ambiguous("WeChat's answer is too large")
    return bytes(content)


def _answer(path: str, response: aiohttp.ClientResponse, content: bytes) -> Answer:
    if response.status != 200:
        log.warning("WeChat answered %s with HTTP %d", path, response.status)
        raise Ambiguous(f"WeChat answered with HTTP {response.status}")
    return Answer(path, response.headers, content)


def _number(errcode: object) -> int:
    try:
        return int(str(errcode))  # some old calls send it as text
    except ValueError:
        raise Ambiguous("WeChat's answer cannot be read") from None
