"""A demo to take pictures of: a port and a folder of its own, and fans who have written."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.cookiejar import CookieJar
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice, product
from pathlib import Path
from threading import Thread
from typing import Any

from triagebot.loadtest.address import free_port

ROOT = Path(__file__).resolve().parents[1]
ROLES = ("agent", "lead", "ops", "ml", "admin")
ASKED = {
    "我的订单什么时候发货": 36,
    "屏幕碎了换一块多少钱": 24,
    "收到的手机不是我买的颜色": 17,
    "刷机以后开不了机": 11,
    "发票抬头写错了能改吗": 9,
    "换货的快递费谁出": 6,
    "帐号被别人登录了怎么办": 4,
}
"""What fans who asked for a person say, and how many of them."""
GREETINGS = ("", "你好，", "请问", "麻烦问下，")
ENDINGS = ("", "？", "啊", "呢", "!!", "，急", "，在吗", "～", "，谢谢")
SNIPPETS = {
    "发货时间": "下单后 48 小时内发货，您可以在“我的订单”里看到快递单号。",
    "稍等": "您好，正在为您查询，请稍等。",
    "发票说明": "电子发票在签收后 24 小时内发到您的邮箱。",
}


@dataclass
class Visitor:
    """Somebody with cookies, speaking JSON."""

    url: str

    def __post_init__(self) -> None:
        """Begin without cookies."""
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(jar)
        self._csrf = ""

    def sign_in(self, name: str, password: str) -> None:
        """Sign in at the desk."""
        session = self.call("POST", "session", {"name": name, "password": password})
        self._csrf = session["csrf"]

    def call(self, method: str, path: str, body: object) -> Any:
        """Return the JSON answer."""
        headers = {"Content-Type": "application/json", "X-CSRF-Token": self._csrf}
        request = urllib.request.Request(
            f"{self.url}/api/v1/{path}", json.dumps(body).encode(), headers, method=method
        )
        with self._opener.open(request, timeout=30) as answer:
            content = answer.read()
        return json.loads(content) if content else None


@dataclass(frozen=True)
class Demo:
    """A running demo: its address, the passwords by role, and a shop whose pages show its chat."""

    url: str
    passwords: dict[str, str]
    shop: str

    def person(self, role: str) -> Visitor:
        """Return somebody of a role, signed in."""
        visitor = Visitor(self.url)
        visitor.sign_in(role, self.passwords[role])
        return visitor

    def speak(self, role: str, language: str) -> None:
        """Let somebody of a role read the desk in a language from now on."""
        self.person(role).call("PUT", "session/language", {"language": language})


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    """Start the demo in `folder`, with fans who wait and snippets; stop it at the end."""
    port = free_port()
    shop = open_shop(folder / "shop", f"http://127.0.0.1:{port}")
    shutil.copytree(ROOT / "intents", folder / "intents")
    if (ROOT / "models" / "current.json").exists():  # else the demo trains one
        shutil.copytree(ROOT / "models", folder / "models")
    (folder / "triagebot.toml").write_text(f'[webchat]\nembed_in = ["{shop}"]\n', "utf-8")
    command = [sys.executable, "-m", "triagebot", "demo", "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "CI": "true"}
    server = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        demo = Demo(f"http://127.0.0.1:{port}", read_passwords(server), shop)
        wait_until_ready(demo.url)
        furnish(demo)
        yield demo
    finally:
        server.terminate()
        server.wait(20)


def open_shop(folder: Path, chat: str) -> str:
    """Serve a page that is another site's, with the chat's button; return its address."""
    folder.mkdir()
    page = f"<!doctype html><title>Shop</title><h1>Shop</h1><script src='{chat}/chat/widget.js'>"
    (folder / "index.html").write_text(f"{page}</script>", "utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


def read_passwords(server: subprocess.Popen[str]) -> dict[str, str]:
    """Return the passwords that the demo prints, by role."""
    passwords: dict[str, str] = {}
    while server.stdout and "admin" not in passwords:
        line = server.stdout.readline()
        if not line:
            raise SystemExit("the demo did not start")
        words = line.split()
        if len(words) == 2 and words[0] in ROLES:
            passwords[words[0]] = words[1]
    return passwords


def wait_until_ready(url: str) -> None:
    """Return once messages can be made durable."""
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{url}/readyz", timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the demo was not ready in 30 s")


def furnish(demo: Demo) -> None:
    """Let fans ask for a person, save snippets, and let the demo's own fans write for a while."""
    for text, fans in ASKED.items():
        for ending, greeting in islice(product(ENDINGS, GREETINGS), fans):
            fan = Visitor(demo.url)
            fan.call("POST", "chat", {"text": "转人工"})
            fan.call("POST", "chat", {"text": greeting + text + ending})
    ops = demo.person("ops")
    for title, text in SNIPPETS.items():
        ops.call("POST", "snippets", {"title": title, "text": text})
    time.sleep(6)
