"""The quieter half of Tencent's API: fans, tags, codes, menu, media, notices, kefu accounts."""

from __future__ import annotations

import re

from aiohttp import web

from triagebot.fakewechat.token_desk import Json, Refusal

PAGE = 10_000


class People:
    """State and answers; the other half adds tokens, sends and failures."""

    page = PAGE
    certified = True
    daily_left = 500_000

    def __init__(self) -> None:
        self.followers: dict[str, Json] = {}
        self.tags: dict[int, str] = {2: "星标组"}
        self.menu: Json = {}
        self.media: dict[str, tuple[str, bytes]] = {}
        self.files: list[tuple[str, str]] = []
        self.notices: list[Json] = []
        self.noticed: set[str] = set()
        self.kf_accounts: dict[str, str] = {}
        self.kf_sessions: dict[str, str] = {}
        self.callback_ips = ["106.55.206.146", "101.226.103.0/25"]
        self.cleared = 0

    def follow(self, openid: str, **more: object) -> None:
        """Let a fan follow; `more` are fields of `user/info`."""
        known = self.followers.setdefault(openid, {"tagid_list": [], "remark": ""})
        known.update({"subscribe": 1, "subscribe_time": 1789000000, **more})

    def unfollow(self, openid: str) -> None:
        """Let a fan leave."""
        self.followers.setdefault(openid, {"tagid_list": [], "remark": ""})["subscribe"] = 0

    def people(self, request: web.Request, values: Json, body: bytes) -> Json | web.Response:
        """Answer a call whose token is good; the method is named as its path."""
        name = re.sub(r"[^a-z]+", "_", request.path.removeprefix("/cgi-bin/").lower()).strip("_")
        handler = getattr(self, f"do_{name}", self._unknown)
        return handler({**request.query, **values, "_body": body}) or {"errcode": 0, "errmsg": "ok"}

    def _unknown(self, _q: Json) -> None:
        self.refuse(-3, "no such path here")

    def refuse(self, errcode: int, errmsg: str = "refused") -> None:
        """Answer with an error number."""
        raise Refusal(errcode, errmsg)

    def do_user_info(self, q: Json) -> Json:
        return self._info(q["openid"])

    def do_user_info_batchget(self, q: Json) -> Json:
        if len(q["user_list"]) > 100:
            self.refuse(40032, "invalid openid list size")
        return {"user_info_list": [self._info(user["openid"]) for user in q["user_list"]]}

    def _info(self, openid: str) -> Json:
        if openid not in self.followers:
            self.refuse(40003, "invalid openid")
        known = self.followers[openid]
        if not known["subscribe"]:
            return {"subscribe": 0, "openid": openid}
        return {
            "openid": openid, "language": "zh_CN", "subscribe_scene": "ADD_SCENE_QR_CODE",
            "groupid": 0, "qr_scene": 0, "qr_scene_str": "launch", **known,
        }  # fmt: skip

    def do_user_info_updateremark(self, q: Json) -> None:
        self.followers[q["openid"]]["remark"] = q["remark"]

    def do_user_get(self, q: Json) -> Json:
        return self._page([o for o, v in self.followers.items() if v["subscribe"]], q)

    def _page(self, everybody: list[str], q: Json) -> Json:
        start = everybody.index(q["next_openid"]) + 1 if q.get("next_openid") else 0
        found = everybody[start : start + self.page]
        if not found:
            return {"total": len(everybody), "count": 0, "next_openid": ""}
        data = {"openid": found}
        return {
            "total": len(everybody), "count": len(found), "data": data, "next_openid": found[-1],
        }  # fmt: skip

    def do_tags_create(self, q: Json) -> Json:
        name = q["tag"]["name"]
        if name in self.tags.values():
            self.refuse(45157, "invalid tag name")
        if len(name.encode()) > 30:
            self.refuse(45158, "tag name too long")
        number = max(self.tags, default=99) + 98
        self.tags[number] = name
        return {"tag": {"id": number, "name": name}}

    def do_tags_get(self, q: Json) -> Json:
        counts = {n: sum(n in v["tagid_list"] for v in self.followers.values()) for n in self.tags}
        return {"tags": [{"id": n, "name": t, "count": counts[n]} for n, t in self.tags.items()]}

    def do_tags_update(self, q: Json) -> None:
        self._tag(q["tag"]["id"])
        self.tags[q["tag"]["id"]] = q["tag"]["name"]

    def do_tags_delete(self, q: Json) -> None:
        self._tag(q["tag"]["id"])
        del self.tags[q["tag"]["id"]]

    def _tag(self, number: int) -> None:
        if number in (0, 1, 2):
            self.refuse(45058, "can't modify sys tag")
        if number not in self.tags:
            self.refuse(45159, "invalid tag id")

    def do_tags_members_batchtagging(self, q: Json) -> None:
        self._members(q, on=True)

    def do_tags_members_batchuntagging(self, q: Json) -> None:
        self._members(q, on=False)

    def _members(self, q: Json, *, on: bool) -> None:
        if len(q["openid_list"]) > 50:
            self.refuse(40032, "invalid openid list size")
        for openid in q["openid_list"]:
            tags = set(self.followers[openid]["tagid_list"]) - {q["tagid"]}
            self.followers[openid]["tagid_list"] = sorted(tags | ({q["tagid"]} if on else set()))

    def do_tags_getidlist(self, q: Json) -> Json:
        return {"tagid_list": self.followers[q["openid"]]["tagid_list"]}

    def do_user_tag_get(self, q: Json) -> Json:
        found = [o for o, v in self.followers.items() if q["tagid"] in v["tagid_list"]]
        return self._page(found, q)

    def do_qrcode_create(self, q: Json) -> Json:
        scene = q["action_info"]["scene"]
        ticket = f"ticket/{scene.get('scene_id') or scene['scene_str']}=="
        answer = {"ticket": ticket, "url": f"http://weixin.qq.com/q/{len(ticket)}"}
        if "expire_seconds" in q:
            answer["expire_seconds"] = q["expire_seconds"]
        return answer

    def do_menu_create(self, q: Json) -> None:
        self.menu = {"button": q["button"]}

    def do_get_current_selfmenu_info(self, q: Json) -> Json:
        return {"is_menu_open": int(bool(self.menu)), "selfmenu_info": self.menu}

    def do_menu_get(self, q: Json) -> Json:
        return {"menu": self.menu}

    def do_menu_delete(self, q: Json) -> None:
        self.menu = {}

    def do_media_upload(self, q: Json) -> Json:
        body = q["_body"]
        head, _, rest = body.partition(b"\r\n\r\n")
        if b'name="media"' not in head:
            self.refuse(41005, "media data missing")
        found = re.search(rb'filename="([^"]*)"', head)
        kind = re.search(rb"Content-Type: (\S+)", head)
        self.files.append((found[1].decode() if found else "", kind[1].decode() if kind else ""))
        content = rest[: rest.rindex(b"\r\n--")]
        media_id = f"media-{len(self.media) + 1}"
        self.media[media_id] = (q["type"], content)
        name = "thumb_media_id" if q["type"] == "thumb" else "media_id"
        return {"type": q["type"], name: media_id, "created_at": 1790000000}

    def do_media_get(self, q: Json) -> Json | web.Response:
        if q["media_id"] not in self.media:
            self.refuse(40007, "invalid media_id")
        kind, content = self.media[q["media_id"]]
        if kind == "video":
            return {"video_url": "http://mmbiz.qpic.cn/invented/video.mp4"}
        disposition = 'attachment; filename="fan.jpg"'
        return web.Response(body=content, headers={"Content-disposition": disposition})

    do_media_get_jssdk = do_media_get

    def do_message_template_send(self, q: Json) -> Json:
        if q["template_id"] == "banned":
            self.refuse(43116, "this template is banned")
        if q.get("client_msg_id") not in self.noticed:
            self.notices.append({name: v for name, v in q.items() if not name.startswith("_")})
        if "client_msg_id" in q:
            self.noticed.add(q["client_msg_id"])
        return {"errcode": 0, "errmsg": "ok", "msgid": 200000001}

    def do_message_subscribe_bizsend(self, q: Json) -> None:
        if q["touser"].startswith("oRefuses"):
            self.refuse(43101, "user refuse to accept the msg")
        self.notices.append(q)

    def do_getcallbackip(self, q: Json) -> Json:
        return {"ip_list": self.callback_ips}

    do_get_api_domain_ip = do_getcallbackip

    def do_openapi_quota_get(self, q: Json) -> Json:
        if not q["cgi_path"].startswith("/cgi-bin/"):
            self.refuse(76003, "cgi_path not found")
        if "custom/send" in q["cgi_path"] and not self.certified:
            self.refuse(48001, "api unauthorized")
        left = self.daily_left
        quota = {"daily_limit": 500_000, "used": 500_000 - left, "remain": left}
        return {"errcode": 0, "quota": quota}

    def do_clear_quota(self, q: Json) -> None:
        self.cleared += 1
        if self.cleared > 10:
            self.refuse(48006, "forbid to clear quota because of reaching the limit")
        self.daily_left = 500_000

    do_clear_quota_v = do_clear_quota

    def do_customservice_kfaccount_add(self, q: Json) -> None:
        if q["kf_account"] in self.kf_accounts:
            self.refuse(65406, "kf_account exists")
        self.kf_accounts[q["kf_account"]] = q["nickname"]

    def do_customservice_kfaccount_del(self, q: Json) -> None:
        self.kf_accounts.pop(q["kf_account"], None)

    def do_customservice_getkflist(self, q: Json) -> Json:
        accounts = self.kf_accounts.items()
        return {"kf_list": [{"kf_account": a, "kf_nick": nick} for a, nick in accounts]}

    def do_customservice_kfsession_create(self, q: Json) -> None:
        self.kf_sessions[q["openid"]] = q["kf_account"]

    def do_customservice_kfsession_close(self, q: Json) -> None:
        self.kf_sessions.pop(q["openid"], None)
