"""The table of settings: every name, default and help, by section."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Help = msgspec.Meta


class Server(msgspec.Struct, forbid_unknown_fields=True):
    """[server]."""

    host: Annotated[str, Help(description="address to listen on")] = "127.0.0.1"
    port: Annotated[int, Help(ge=0, le=65535, description="port to listen on")] = 8080
    base_url: Annotated[str, Help(description="public address, for links and Origin checks")] = ""
    workers: Annotated[
        int,
        Help(ge=0, le=64, description="processes that take messages in, beside the storing one"),
    ] = 0
    dev: Annotated[bool, Help(description="serve console files unhashed and uncached")] = False


class Database(msgspec.Struct, forbid_unknown_fields=True):
    """[database]."""

    url: Annotated[
        str, Help(description="sqlite:///file or postgresql+psycopg://user@host/name")
    ] = "sqlite:///var/triagebot.db"
    reports_url: Annotated[
        str, Help(description="a copy of it, which reports read; empty for the same")
    ] = ""


class Spool(msgspec.Struct, forbid_unknown_fields=True):
    """[spool]: this machine's own file for messages while PostgreSQL is slow or away."""

    dir: Annotated[str, Help(description="folder on a disk of this machine")] = "var/spool"
    max_mb: Annotated[
        int, Help(ge=1, description="size above which messages are refused instead")
    ] = 5120
    after_seconds: Annotated[
        float, Help(gt=0, le=3, description="how long PostgreSQL may take before it stands in")
    ] = 1.0
    text: Annotated[str, Help(description="what fans read meanwhile; empty for nothing")] = (
        "消息已收到，马上回复您。"
    )


class Models(msgspec.Struct, forbid_unknown_fields=True):
    """[models]."""

    dir: Annotated[str, Help(description="folder of bundles and current.json")] = "models"
    signing_key_file: Annotated[
        str, Help(description="file with the key that bundles are signed with")
    ] = ""


class Intents(msgspec.Struct, forbid_unknown_fields=True):
    """[intents]."""

    dir: Annotated[str, Help(description="folder that staff edit")] = "intents"


class Brand(msgspec.Struct, forbid_unknown_fields=True):
    """[brand]: what the variables in replies stand for."""

    name: Annotated[str, Help(description="{brand} in replies")] = "星火手机"
    hotline: Annotated[str, Help(description="{hotline} in replies")] = "400-000-0000"
    shop_url: Annotated[str, Help(description="{shop_url} in replies")] = "https://shop.example.com"


class Desk(msgspec.Struct, forbid_unknown_fields=True):
    """[desk]: when people are at work."""

    hours: Annotated[
        str, Help(description="periods of a working day, e.g. 09:00-12:00,13:30-18:00")
    ] = "00:00-24:00"
    timezone: Annotated[str, Help(description="time zone of these hours")] = "Asia/Shanghai"
    return_minutes: Annotated[
        int, Help(ge=0, description="back in the queue when an agent does not answer; 0 never")
    ] = 0
    offer_minutes: Annotated[
        int,
        Help(ge=0, description="a waiting fan is offered to one agent so long first; 0 to nobody"),
    ] = 0
    sends_per_second: Annotated[
        int, Help(ge=1, le=150, description="fans written to each second after a decision on many")
    ] = 20
    second_factor: Annotated[
        Literal["off", "optional", "admins"],
        Help(description="a code beside the password: off, optional, or a must for admins"),
    ] = "optional"


class WebChat(msgspec.Struct, forbid_unknown_fields=True):
    """[webchat]."""

    embed_in: Annotated[
        list[str],
        Help(description="sites whose pages may show the chat, e.g. https://shop.example"),
    ] = []


class WeChat(msgspec.Struct, forbid_unknown_fields=True):
    """[wechat.NAME]: one official account, served at /wechat/NAME."""

    appid: Annotated[str, Help(description="AppID, wx and 16 hex digits")] = ""
    original_id: Annotated[str, Help(description="original id, gh_…")] = ""
    mode: Annotated[str, Help(description="plain, compatible or safe")] = "safe"
    token_file: Annotated[str, Help(description="file with one or two tokens, newest first")] = ""
    aes_key_file: Annotated[str, Help(description="file with one or two EncodingAESKeys")] = ""
    secret_file: Annotated[str, Help(description="file with the AppSecret")] = ""
    passive_only: Annotated[bool, Help(description="the account may not use the send API")] = False
    tap_menus: Annotated[bool, Help(description="late menus can be tapped instead of numbered")] = (
        False
    )
    mark_ai: Annotated[
        bool, Help(description="WeChat's grey line under the bot's late replies")
    ] = False
    show_typing: Annotated[bool, Help(description="fans see when their agent is writing")] = False
    freshness_seconds: Annotated[
        int, Help(ge=0, description="refuse older callbacks; 0 accepts all")
    ] = 0
    allow_ips: Annotated[list[str], Help(description="addresses and networks let in")] = []
    answered_template: Annotated[
        str, Help(description="template that tells a fan, after 48 hours, that an agent answered")
    ] = ""
    answered_words: Annotated[
        list[str], Help(description="its fields as FIELD=WORDS; {time} is the moment")
    ] = []
    api_url: Annotated[str, Help(description="WeChat's API")] = "https://api.weixin.qq.com"


class Turns(msgspec.Struct, forbid_unknown_fields=True):
    """[turns]: how long a fan's next message is waited for; 0 answers each message by itself."""

    wechat: Annotated[float, Help(ge=0, le=3, description="seconds, on WeChat")] = 0.0
    webchat: Annotated[float, Help(ge=0, le=3, description="seconds, in the web chat")] = 0.0


class Fans(msgspec.Struct, forbid_unknown_fields=True):
    """[fans]: what is kept of whom, and for how long."""

    after_leaving: Annotated[
        str, Help(description="when a fan unfollows: keep, anonymise or delete what is held")
    ] = "keep"
    after_days: Annotated[int, Help(ge=0, description="so many days after they left")] = 30
    keep_labelled: Annotated[
        bool, Help(description="erasing a fan keeps labelled texts, masked and without a name")
    ] = False
    media_dir: Annotated[str, Help(description="folder of pictures and voices of fans")] = (
        "var/media"
    )
    media_days: Annotated[
        int, Help(ge=1, description="pictures and voices are kept so many days")
    ] = 90
    media_mib: Annotated[
        int, Help(ge=1, description="so many MiB of them at most, the oldest go first")
    ] = 2048


class Retention(msgspec.Struct, forbid_unknown_fields=True):
    """[retention]: how long words are kept; what was decided stays countable for ever."""

    message_days: Annotated[
        int, Help(ge=0, description="days after which messages lose their words; 0 keeps them")
    ] = 0
    log_days: Annotated[
        int, Help(ge=0, description="days that the log of deeds is kept, at least 180; 0 for ever")
    ] = 0


class Surge(msgspec.Struct, forbid_unknown_fields=True):
    """[surge]: what happens when more comes than can be thought about."""

    text: Annotated[str, Help(description="what fans read while messages are only received")] = (
        "现在消息很多，您的消息已经收到，稍后会回复您。"
    )
    pressed_seconds: Annotated[
        float, Help(gt=0, description="longer waits, for a second, give up one stage more")
    ] = 1.0
    calm_seconds: Annotated[
        float, Help(gt=0, description="so long without pressure takes one stage back")
    ] = 60.0
    refused_seconds: Annotated[
        float, Help(gt=0, description="who would wait longer is refused, and WeChat repeats it")
    ] = 3.5


class Webhooks(msgspec.Struct, forbid_unknown_fields=True):
    """[webhooks]: other programs that are told what happens."""

    allow_private: Annotated[
        bool, Help(description="webhooks may lie in private networks and on this machine")
    ] = False
    give_up_hours: Annotated[
        int, Help(ge=1, description="a webhook that fails for so long is disabled")
    ] = 72


class Log(msgspec.Struct, forbid_unknown_fields=True):
    """[log]."""

    level: Annotated[str, Help(description="debug, info, warning or error")] = "info"
    format: Annotated[str, Help(description="auto, text or json")] = "auto"


class Settings(msgspec.Struct, forbid_unknown_fields=True):
    """The whole table."""

    server: Server = msgspec.field(default_factory=Server)
    database: Database = msgspec.field(default_factory=Database)
    spool: Spool = msgspec.field(default_factory=Spool)
    models: Models = msgspec.field(default_factory=Models)
    intents: Intents = msgspec.field(default_factory=Intents)
    brand: Brand = msgspec.field(default_factory=Brand)
    desk: Desk = msgspec.field(default_factory=Desk)
    turns: Turns = msgspec.field(default_factory=Turns)
    webchat: WebChat = msgspec.field(default_factory=WebChat)
    wechat: dict[str, WeChat] = {}
    retention: Retention = msgspec.field(default_factory=Retention)
    surge: Surge = msgspec.field(default_factory=Surge)
    fans: Fans = msgspec.field(default_factory=Fans)
    webhooks: Webhooks = msgspec.field(default_factory=Webhooks)
    log: Log = msgspec.field(default_factory=Log)
