"""WeChat's signature and its AES envelope, with one error for all that can be wrong."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from triagebot.errors import BadInput, NotAllowed

_BLOCK = 32
_AES_BLOCK = 16
_HEAD = 20
_KEY_CHARACTERS = 43

_ENVELOPE = """<xml>
<Encrypt><![CDATA[{encrypt}]]></Encrypt>
<MsgSignature><![CDATA[{signature}]]></MsgSignature>
<TimeStamp>{timestamp}</TimeStamp>
<Nonce><![CDATA[{nonce}]]></Nonce>
</xml>"""


class WeChatCryptoError(NotAllowed):
    """The request is not proven to come from WeChat. Which proof failed is for our log only."""

    def __init__(self, reason: str) -> None:
        super().__init__("forbidden")
        self.reason = reason


def sign(*parts: str) -> str:
    """Return WeChat's signature: the SHA-1 in hex of the parts, sorted as bytes and joined."""
    return hashlib.sha1(  # noqa: S324 - the protocol's choice
        b"".join(sorted([part.encode("utf-8", "surrogatepass") for part in parts]))
    ).hexdigest()


def decode_key(encoding_aes_key: str) -> bytes:
    """Return the 32 bytes of an EncodingAESKey.

    Real keys end in a character with spare bits set, so nothing is checked by encoding again.
    Raises BadInput when it is not 43 letters and digits.
    """
    plain = encoding_aes_key.isascii() and encoding_aes_key.isalnum()
    if len(encoding_aes_key) != _KEY_CHARACTERS or not plain:
        raise BadInput("an EncodingAESKey is 43 letters and digits", fields={"aes_keys": "format"})
    return base64.b64decode(encoding_aes_key + "=")


@dataclass(frozen=True, slots=True)
class Seal:
    """One token with one key: what a message was closed with, and its answer is to be."""

    appid: str
    token: str = field(repr=False)
    key: bytes = field(repr=False)

    def encrypt(self, text: str, random16: bytes | None = None) -> str:
        """Return `text` as base64 of the encrypted frame; `random16` is for known vectors."""
        message = text.encode()
        head = (random16 or secrets.token_bytes(16)) + len(message).to_bytes(4, "big")
        frame = head + message + self.appid.encode()
        pad = _BLOCK - len(frame) % _BLOCK
        encryptor = self._cipher().encryptor()
        sealed = encryptor.update(frame + bytes([pad]) * pad) + encryptor.finalize()
        return base64.b64encode(sealed).decode("ascii")

    def decrypt(self, encrypt: str) -> bytes:
        """Return the message in `encrypt`. Raises WeChatCryptoError, whatever is wrong."""
        try:
            raw = base64.b64decode(encrypt, validate=True)
        except (binascii.Error, ValueError):
            raise WeChatCryptoError("base64") from None
        if len(raw) < _BLOCK or len(raw) % _AES_BLOCK:
            raise WeChatCryptoError("length")
        decryptor = self._cipher().decryptor()
        return self._message_of(decryptor.update(raw) + decryptor.finalize())

    def wrap(self, text: str, *, timestamp: int, nonce: str) -> str:
        """Return the XML envelope of a reply, encrypted and signed."""
        encrypt = self.encrypt(text)
        signature = sign(self.token, str(timestamp), nonce, encrypt)
        return _ENVELOPE.format(
            encrypt=encrypt, signature=signature, timestamp=timestamp, nonce=nonce
        )

    def _message_of(self, padded: bytes) -> bytes:
        pad = padded[-1]
        if not 1 <= pad <= _BLOCK or not padded.endswith(bytes([pad]) * pad):
            raise WeChatCryptoError("padding")
        frame = padded[:-pad]
        end = _HEAD + int.from_bytes(frame[16:_HEAD], "big")
        if len(frame) < _HEAD or end > len(frame):
            raise WeChatCryptoError("frame")
        if not hmac.compare_digest(frame[end:], self.appid.encode()):
            raise WeChatCryptoError("appid")
        return frame[_HEAD:end]

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self.key), modes.CBC(self.key[:16]))


class Envelope:
    """Opens what WeChat sends with any of the tokens and keys now in use."""

    def __init__(self, appid: str, tokens: Sequence[str], aes_keys: Sequence[str] = ()) -> None:
        self._appid = appid
        self._tokens = tuple(tokens)
        self._keys = tuple(decode_key(key) for key in aes_keys)

    def check(self, signature: str, *parts: str) -> str:
        """Return the token that `signature` over the parts was made with.

        Raises WeChatCryptoError when it was none of ours.
        """
        given = signature.encode("utf-8", "surrogatepass")
        found = None
        for token in self._tokens:  # all of them, so that the time taken tells nothing
            if hmac.compare_digest(sign(token, *parts).encode(), given):
                found = token
        if found is None:
            raise WeChatCryptoError("signature")
        return found

    def open(
        self, encrypt: str, *, msg_signature: str, timestamp: str, nonce: str
    ) -> tuple[bytes, Seal]:
        """Return the message and the seal to answer with. Raises WeChatCryptoError."""
        token = self.check(msg_signature, timestamp, nonce, encrypt)
        failure = WeChatCryptoError("no key")
        for key in self._keys:
            seal = Seal(self._appid, token, key)
            try:
                return seal.decrypt(encrypt), seal
            except WeChatCryptoError as error:
                failure = error
        raise failure
