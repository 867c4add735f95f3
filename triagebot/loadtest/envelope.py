"""Writes requests as WeChat's servers do, in clear text or encrypted, and reads the answers."""

from __future__ import annotations

import base64
import random
import re
from dataclasses import dataclass, field
from hashlib import sha1
from os import urandom
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK = 32
_ENCRYPTED = re.compile(rb"<Encrypt><!\[CDATA\[([A-Za-z0-9+/=]+)\]\]></Encrypt>")


class Letter(NamedTuple):
    """One message of one fan: `at` in whole seconds since 1970, `number` WeChat's MsgId."""

    fan: str
    number: int
    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Sender:
    """One official account as WeChat knows it; with an `aes_key`, bodies are encrypted.

    `account` is the name in the server's own address, `host` the server's.
    """

    account: str
    appid: str
    original_id: str
    token: str = field(repr=False)
    aes_key: str = field(default="", repr=False)
    host: str = "127.0.0.1"

    def request(self, letter: Letter, now: int) -> bytes:
        """Return the whole HTTP request of one delivery, stamped with `now`."""
        body = self._body(letter)
        stamp, nonce = str(now), str(random.getrandbits(31))
        query = f"signature={_sign(self.token, stamp, nonce)}&timestamp={stamp}&nonce={nonce}"
        query += f"&openid={letter.fan}"
        if self.aes_key:
            encrypted = self._encrypt(body)
            proof = _sign(self.token, stamp, nonce, encrypted)
            query += f"&encrypt_type=aes&msg_signature={proof}"
            body = (
                f"<xml>\n    <ToUserName><![CDATA[{self.original_id}]]></ToUserName>\n"
                f"    <Encrypt><![CDATA[{encrypted}]]></Encrypt>\n</xml>\n"
            ).encode()
        head = (
            f"POST /wechat/{self.account}?{query} HTTP/1.1\r\nUser-Agent: Mozilla/4.0\r\n"
            f"Accept: */*\r\nHost: {self.host}\r\nPragma: no-cache\r\n"
            f"Content-Length: {len(body)}\r\nContent-Type: text/xml\r\n\r\n"
        )
        return head.encode() + body

    def seen(self, body: bytes) -> bytes:
        """Return the answer as the fan's phone gets it, which no encryption changes."""
        match = _ENCRYPTED.search(body) if self.aes_key else None
        return self._decrypt(match[1]) if match else body

    def _body(self, letter: Letter) -> bytes:
        content = letter.text.replace("]]>", "]]]]><![CDATA[>")
        return (
            f"<xml><ToUserName><![CDATA[{self.original_id}]]></ToUserName>\n"
            f"<FromUserName><![CDATA[{letter.fan}]]></FromUserName>\n"
            f"<CreateTime>{letter.at}</CreateTime>\n<MsgType><![CDATA[text]]></MsgType>\n"
            f"<Content><![CDATA[{content}]]></Content>\n<MsgId>{letter.number}</MsgId>\n</xml>"
        ).encode()

    def _cipher(self) -> Cipher[modes.CBC]:
        key = base64.b64decode(self.aes_key + "=")
        return Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def _encrypt(self, body: bytes) -> str:
        frame = urandom(16) + len(body).to_bytes(4, "big") + body + self.appid.encode()
        pad = _BLOCK - len(frame) % _BLOCK
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(frame + bytes([pad]) * pad) + encryptor.finalize()
        return base64.b64encode(sealed).decode()

    def _decrypt(self, encrypted: bytes) -> bytes:
        decryptor = self._cipher().decryptor()
        frame = decryptor.update(base64.b64decode(encrypted)) + decryptor.finalize()
        return frame[20 : 20 + int.from_bytes(frame[16:20], "big")]


def _sign(*parts: str) -> str:
    joined = "".join(sorted(parts)).encode()
    return sha1(joined).hexdigest()  # noqa: S324 - the protocol's choice
