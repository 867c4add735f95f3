"""`triagebot init`: a folder of one's own, with intents to begin from."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import click

import triagebot
from triagebot.cli import echo_json
from triagebot.errors import BadInput

PACKAGE = Path(triagebot.__file__).parent
TEMPLATES = ("phone-brand", "empty")
MANNERS = ("_policy.yml", "_rules.yml")
KEPT_WHEN_EMPTY = ("greeting_chitchat.yml", "out_of_scope.yml", "complaint.yml", *MANNERS)

SETTINGS = """\
# Every setting: triagebot config show
[brand]
name = "{name}"
hotline = "400-000-0000"
shop_url = "https://shop.example.com"

[desk]
hours = "09:00-12:00,13:30-18:00"
timezone = "Asia/Shanghai"

# [wechat.main]   # served at /wechat/main; `triagebot wechat check` goes through it with you
# appid = "wx0000000000000000"
# token_file = "secrets/token"
# aes_key_file = "secrets/aes_key"
# secret_file = "secrets/app_secret"
"""

OWN_INTENT = """\
version: "3.1"
nlu:
- intent: "delivery"
  metadata:
    title: {zh: 物流配送, en: Delivery}
    risk: low
    guideline:
      zh: 问发货、快递、到货时间的归这里。
      en: Shipping, couriers and arrival.
  examples: |
    - 什么时候发货
    - 快递到哪里了
    - 几天能收到
- intent: "delivery/ship_time"
  metadata: {question: 多久发货}
  examples: |
    - 下单后几天发货
    - 今天买今天发吗
responses:
  utter_delivery/ship_time:
  - text: 付款后一般 48 小时内发货，以订单页显示为准。
"""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@click.option(
    "--template", type=click.Choice(TEMPLATES), default="phone-brand", help="What to begin with."
)
@click.pass_obj
def init(obj: dict[str, Any], folder: Path, template: str) -> None:
    """Begin a project in FOLDER: settings, and intents to change; nothing is overwritten."""
    for name in ("triagebot.toml", "intents"):
        if (folder / name).exists():
            raise BadInput(f"{folder / name} is there already; choose another folder")
    made = _make(folder, template)
    if obj["json"]:
        echo_json({"folder": str(folder), "template": template, "intents": made})
        return
    click.echo(f"{made} intents in {folder / 'intents'}, settings in {folder / 'triagebot.toml'}")
    where = "" if folder == Path() else f"-C {folder} "
    click.echo(f"Next: triagebot {where}train --promote && triagebot {where}serve")


def _make(folder: Path, template: str) -> int:
    source = starter()
    (folder / "intents").mkdir(parents=True)
    for path in sorted(source.iterdir()):
        if template == "phone-brand" or path.name in KEPT_WHEN_EMPTY:
            shutil.copyfile(path, folder / "intents" / path.name)
    if template == "empty":
        (folder / "intents" / "delivery.yml").write_text(OWN_INTENT, encoding="utf-8")
        (folder / "intents" / "_rules.yml").write_text("rules: []\n", encoding="utf-8")
    name = folder.resolve().name.replace('"', "")
    (folder / "triagebot.toml").write_text(SETTINGS.format(name=name), encoding="utf-8")
    return sum(not path.name.startswith("_") for path in (folder / "intents").glob("*.yml"))


def starter() -> Path:
    """Return the folder of the shipped intents: in the package, or beside it in a checkout."""
    for folder in (PACKAGE / "starter", PACKAGE.parent / "intents"):
        if (folder / MANNERS[0]).is_file():
            return folder
    raise BadInput("the shipped intents are missing from this installation")
