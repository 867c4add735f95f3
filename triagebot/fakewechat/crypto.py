"""Tencent's side of the envelope, written from the manual and not from our own module."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_SLOT = re.compile(
    r"\A<xml>\s*<Encrypt><!\[CDATA\[([A-Za-z0-9+/=]+)\]\]></Encrypt>\s*"
    r"<MsgSignature><!\[CDATA\[([0-9a-f]{40})\]\]></MsgSignature>\s*"
    r"<TimeStamp>(\d+)</TimeStamp>\s*<Nonce><!\[CDATA\[([^\]]*)\]\]></Nonce>\s*</xml>\s*\Z"
)


class NotAnEnvelope(Exception):
    """What came back is not what the manual asks for."""


def signature_of(*parts: str) -> str:
    """Return the SHA-1 over the sorted parts, as the manual asks for."""
    text = "".join(sorted(parts))
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def _cipher(aes_key: str) -> Cipher[modes.CBC]:
    key = base64.b64decode(aes_key + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def encrypt(aes_key: str, appid: str, message: str | bytes) -> str:
    """Return the `Encrypt` element's text."""
    body = message if isinstance(message, bytes) else message.encode()
    frame = os.urandom(16) + struct.pack(">I", len(body)) + body + appid.encode()
    missing = 32 - len(frame) % 32
    frame += struct.pack("B", missing) * missing
    worker = _cipher(aes_key).encryptor()
    return base64.b64encode(worker.update(frame) + worker.finalize()).decode()


def decrypt(aes_key: str, appid: str, encrypted: str) -> str:
    """Return what is inside. Raises NotAnEnvelope."""
    raw = base64.b64decode(encrypted)
    if len(raw) % 32:
        raise NotAnEnvelope("length")
    worker = _cipher(aes_key).decryptor()
    padded = worker.update(raw) + worker.finalize()
    if not 1 <= padded[-1] <= 32 or padded[-padded[-1] :] != padded[-1:] * padded[-1]:
        raise NotAnEnvelope("padding")
    frame = padded[: -padded[-1]]
    (length,) = struct.unpack(">I", frame[16:20])
    if frame[20 + length :] != appid.encode():
        raise NotAnEnvelope("appid")
    return frame[20 : 20 + length].decode()


def open_reply(token: str, aes_key: str, appid: str, nonce: str, body: str) -> str:
    """Return the clear XML of an encrypted reply, or raise NotAnEnvelope."""
    slots = _SLOT.match(body)
    if slots is None:
        raise NotAnEnvelope("not encrypted")
    encrypted, signature, timestamp, echoed = slots.groups()
    if echoed != nonce:
        raise NotAnEnvelope("nonce")
    if signature_of(token, timestamp, nonce, encrypted) != signature:
        raise NotAnEnvelope("signature")
    return decrypt(aes_key, appid, encrypted)
