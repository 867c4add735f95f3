"""Time verify + decrypt + parse + render + encrypt of one message, beside wechatpy in one run.

python tests/benchmarks/bench_wechat.py

Prints CPU microseconds a message, the median over rounds, and the ratio to ours.
"""

from __future__ import annotations

import statistics
import sys
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from xml.etree import ElementTree

from triagebot.channels.wechat.account import Account, Mode
from triagebot.channels.wechat.callback import Door
from triagebot.channels.wechat.render import render
from triagebot.domain.message import Reply
from triagebot.fakewechat.pusher import text_xml

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import wechatpy
    from wechatpy.crypto import WeChatCrypto
    from wechatpy.replies import TextReply
    from wechatpy.utils import check_signature

ROUNDS = 9
MESSAGES = 1000
TOKEN, APPID = "tokenOne1", "wx00000000000000aa"
KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
STAMP, NONCE = "1790000000", "77"
NOW = datetime(2026, 9, 21, 14, 0, tzinfo=UTC)
WORDS = "您好，下单后48小时内发货，节假日顺延。发货后会有短信通知，您也可以在订单页查看物流。"


def main() -> None:
    """Measure and print a table."""
    ours, plain, theirs = _ours(Mode.SAFE), _ours(Mode.PLAIN), _wechatpy()
    cases = {"safe mode": ours, "safe mode, wechatpy": theirs, "plain mode": plain}
    micros: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(ROUNDS):  # in turn, so that what else runs disturbs all alike
        for name, step in cases.items():
            micros[name].append(_time(step))
    base = statistics.median(micros["safe mode"])
    for name, times in micros.items():
        middle = statistics.median(times)
        sys.stdout.write(f"{name:22} {middle:8.1f} µs  {middle / base:5.2f} ×\n")


def _time(step: Callable[[], object]) -> float:
    began = time.process_time()
    for _ in range(MESSAGES):
        step()
    return (time.process_time() - began) / MESSAGES * 1e6


def _sealed() -> tuple[str, dict[str, str]]:
    body = WeChatCrypto(TOKEN, KEY, APPID).encrypt_message(text_xml("下单后多久发货"), NONCE, STAMP)
    encrypted = ElementTree.fromstring(body)
    to = "<ToUserName><![CDATA[gh_0a1b2c3d4e5f]]></ToUserName>"
    inner = f"<Encrypt><![CDATA[{encrypted.findtext('Encrypt')}]]></Encrypt>"
    query = {"msg_signature": encrypted.findtext("MsgSignature") or "", **_stamp()}
    return f"<xml>{to}{inner}</xml>", {**query, "encrypt_type": "aes"}


def _stamp() -> dict[str, str]:
    from triagebot.channels.wechat.crypto import sign

    return {"timestamp": STAMP, "nonce": NONCE, "signature": sign(TOKEN, STAMP, NONCE)}


def _ours(mode: Mode) -> Callable[[], object]:
    keys = (KEY,) if mode is Mode.SAFE else ()
    door = Door(Account("main", APPID, "gh_0a1b2c3d4e5f", (TOKEN,), keys, mode), lambda: NOW)
    body, query = _sealed() if mode is Mode.SAFE else (text_xml("下单后多久发货"), _stamp())
    raw, reply = body.encode(), Reply(WORDS)

    def answer() -> str:
        door.check_query(query)
        delivery = door.open(query, raw)
        return delivery.close(render(reply, delivery.inbound), NOW)

    return answer


def _wechatpy() -> Callable[[], object]:
    body, query = _sealed()
    crypto = WeChatCrypto(TOKEN, KEY, APPID)

    def answer() -> str:
        check_signature(TOKEN, query["signature"], STAMP, NONCE)
        clear = crypto.decrypt_message(body, query["msg_signature"], STAMP, NONCE)
        message = wechatpy.parse_message(clear)
        reply = TextReply(content=WORDS, message=message)
        return crypto.encrypt_message(reply.render(), NONCE, STAMP)

    return answer


if __name__ == "__main__":
    main()
