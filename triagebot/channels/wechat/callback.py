"""Proves that a request is WeChat's, opens it, and closes the answer the same way."""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from triagebot.channels.wechat.account import Account
from triagebot.channels.wechat.crypto import Envelope, Seal, WeChatCryptoError
from triagebot.channels.wechat.parse import parse
from triagebot.channels.wechat.xml import MAX_BYTES, WeChatParseError, read_envelope
from triagebot.domain.message import Inbound

log = logging.getLogger(__name__)

ACKNOWLEDGED = "success"
"""Means: received, nothing to show. Goes out in clear text in every mode."""

_TIMESTAMP = re.compile(r"[0-9]{1,11}")
_NONCE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ENCRYPTED = "aes"


class Delivery(NamedTuple):
    """A message proven to be WeChat's, with what closes its answer; no seal in clear text."""

    inbound: Inbound
    nonce: str
    seal: Seal | None = None

    def close(self, xml: str, now: datetime) -> str:
        """Return the body that carries `xml`, encrypted if the message was."""
        if self.seal is None:
            return xml
        return self.seal.wrap(xml, timestamp=int(now.timestamp()), nonce=self.nonce)


class Door:
    """The way in for one account."""

    def __init__(self, account: Account, clock: Callable[[], datetime]) -> None:
        self.account = account
        self._channel, self._encrypted = account.channel, account.encrypted
        self._clock = clock
        self._envelope = Envelope(account.appid, account.tokens, account.aes_keys)
        self._networks = tuple(ipaddress.ip_network(ip, strict=False) for ip in account.allow_ips)

    def check_address(self, remote: str | None) -> None:
        """Raise WeChatCryptoError unless `remote` may call; without a list anybody may."""
        if not self._networks:
            return
        try:
            address = ipaddress.ip_address(remote or "")
        except ValueError:
            raise WeChatCryptoError("address") from None
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        if not any(address in network for network in self._networks):
            raise WeChatCryptoError("address")

    def check_query(self, query: Mapping[str, str]) -> None:
        """Raise WeChatCryptoError unless the query can belong to a message of WeChat's.

        This comes before the body is read: junk costs nothing.
        """
        stamp = self._check_stamp(query)
        if not self._encrypted:
            self._envelope.check(query.get("signature", ""), *stamp)
            return
        if not query.get("msg_signature") or query.get("encrypt_type", _ENCRYPTED) != _ENCRYPTED:
            raise WeChatCryptoError("not encrypted")
        if "signature" in query:
            self._envelope.check(query["signature"], *stamp)

    def echo(self, query: Mapping[str, str]) -> str:
        """Return what proves to WeChat that the URL is ours. Raises WeChatCryptoError.

        An official account sends it in clear text in every mode; only WeCom encrypts it.
        """
        stamp = self._check_stamp(query)
        self._envelope.check(query.get("signature", ""), *stamp)
        if not query.get("echostr"):
            raise WeChatCryptoError("echostr")
        return query["echostr"]

    def open(self, query: Mapping[str, str], body: bytes) -> Delivery:
        """Return the message in `body`, whose query has been checked.

        Raises WeChatCryptoError or WeChatParseError; a caller must not tell which.
        """
        if len(body) > MAX_BYTES:
            raise WeChatParseError("too large")
        if not self._encrypted:
            return Delivery(self._parse(body), query["nonce"])
        account, encrypt = read_envelope(body)
        if not encrypt:
            raise WeChatCryptoError("clear text although a key is set")
        message, seal = self._envelope.open(
            encrypt,
            msg_signature=query["msg_signature"],
            timestamp=query["timestamp"],
            nonce=query["nonce"],
        )
        inbound = self._parse(message)
        if account and account != inbound.detail.get("ToUserName", ""):
            raise WeChatCryptoError("ToUserName differs")
        return Delivery(inbound, query["nonce"], seal)

    def _parse(self, body: bytes) -> Inbound:
        inbound = parse(body, channel=self._channel, appid=self.account.appid)
        expected = self.account.original_id
        if expected and inbound.detail.get("ToUserName") != expected:
            raise WeChatCryptoError("another account")
        return inbound

    def _check_stamp(self, query: Mapping[str, str]) -> tuple[str, str]:
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        if not _TIMESTAMP.fullmatch(timestamp) or not _NONCE.fullmatch(nonce):
            raise WeChatCryptoError("query")
        limit = self.account.freshness_seconds
        if limit and abs(self._clock().timestamp() - int(timestamp)) > limit:
            raise WeChatCryptoError("stale")
        return timestamp, nonce
