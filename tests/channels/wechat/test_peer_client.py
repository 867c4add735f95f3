"""A client that we did not write works against the fake, so the fake is Tencent enough."""

import asyncio
import warnings
from functools import partial

import pytest
from wechat_world import APPID, SECRET

from triagebot.channels.wechat.api_errors import WeChatApiError

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    pytest.importorskip("wechatpy")
    import requests
    from wechatpy import WeChatClient
    from wechatpy.exceptions import WeChatClientException

SEND = "/cgi-bin/message/custom/send"


class ToFake(requests.adapters.HTTPAdapter):
    """Sends what is meant for Tencent to loopback."""

    def __init__(self, url):
        super().__init__()
        self.url = url

    def send(self, request, **options):
        request.url = request.url.replace("https://api.weixin.qq.com", self.url)
        return super().send(request, **options)


@pytest.fixture
async def peer(tencent):
    client = WeChatClient(APPID, SECRET, timeout=5)
    client._http.mount("https://api.weixin.qq.com", ToFake(tencent.url))
    yield client
    client._http.close()


async def in_thread(call, *args, **kwargs):
    return await asyncio.to_thread(partial(call, *args, **kwargs))


async def test_the_peer_sends_and_reads_at_the_fake(peer, tencent):
    tencent.open_window("oFan1")
    assert (await in_thread(peer.message.send_text, "oFan1", "你好"))["errcode"] == 0
    assert tencent.sent_to("oFan1") == ["你好"]
    assert (await in_thread(peer.user.get, "oFan1"))["subscribe"] == 1
    followers = await in_thread(peer.user.get_followers)
    assert followers["data"]["openid"] == ["oFan1"]
    ticket = await in_thread(
        peer.qrcode.create,
        {"action_name": "QR_SCENE", "action_info": {"scene": {"scene_id": 1}}},
    )
    assert ticket["ticket"]
    tag = await in_thread(peer.tag.create, "标签")
    await in_thread(peer.tag.tag_user, tag["id"], "oFan1")
    assert await in_thread(peer.tag.get_user_tag, "oFan1") == [tag["id"]]
    await in_thread(peer.menu.create, {"button": [{"type": "click", "name": "a", "key": "k"}]})
    assert tencent.menu["button"][0]["key"] == "k"
    assert "101.226.103.0/25" in await in_thread(peer.misc.get_wechat_ips)


async def test_the_peer_gets_the_fakes_refusals(peer, tencent):
    tencent.open_window("oFan1", left=0)
    with pytest.raises(WeChatClientException) as failure:
        await in_thread(peer.message.send_text, "oFan1", "x")
    assert failure.value.errcode == 45047


async def test_trap_endless_refresh_on_40001(peer, api, tencent):
    """wechatpy goes on as long as it is refused; ours asks once more and stops."""
    tencent.open_window("oFan1")
    tencent.knobs.only_path, tencent.knobs.errcodes = SEND, [40001] * 20
    await in_thread(peer.message.send_text, "oFan1", "x")
    assert tencent.calls["/cgi-bin/token"] == 21
    tencent.calls.clear()
    tencent.knobs.always_40001 = True
    with pytest.raises(WeChatApiError):
        await api.post(SEND, {"touser": "oFan1"})
    assert tencent.calls["/cgi-bin/stable_token"] <= 2
    assert tencent.calls[SEND] <= 2


async def test_trap_dev_and_prod_kick_each_others_token(peer, api, tencent):
    """The peer's way kills the older token in five minutes; the stable way touches none."""
    await api.get("/cgi-bin/getcallbackip")
    for _ in range(3):
        await in_thread(peer.fetch_access_token)
    await api.get("/cgi-bin/getcallbackip")
    assert tencent.calls["/cgi-bin/stable_token"] == 1
