"""Words are added and removed for the next training, one by one, and each can be taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.desk.conftest import World
from tests.desk.mind import StandInMind
from triagebot.domain.agent import Role

PATH = "/api/v1/dictionary"


@pytest.fixture
async def engineer(world: World):
    catalogue = world.holder.trained.catalogue
    world.holder.trained = StandInMind(replace(catalogue, words=("快递员", "线刷包")))
    await world.editions.refresh()
    return await world.signed_in("suan", Role.ML)


def states(found):
    return {row["word"]: (row["state"], row["by"]) for row in found["words"]}


async def test_a_change_waits_for_the_training_and_can_be_taken_back(world, engineer):
    await engineer.post(PATH, {"add": ["ＦＣ码"], "remove": ["线刷包"]})
    found = await engineer.get(PATH)
    assert states(found) == {
        "fc码": ("adding", "suan"),
        "快递员": ("in_use", None),
        "线刷包": ("removing", "suan"),
    }
    exported = await engineer.client.get(PATH + "/words.txt")
    assert await exported.text() == "fc码\n快递员\n"
    assert world.holder.trained.catalogue.words == ("快递员", "线刷包")

    await engineer.post(PATH, {"remove": ["fc码"]})
    found = await engineer.post(PATH, {"add": ["线刷包"]})
    assert {word: state for word, (state, _) in states(found).items()} == {
        "快递员": "in_use",
        "线刷包": "in_use",
    }
    assert [deed["word"] for deed in found["deeds"]][:2] == ["线刷包", "fc码"]
    assert [deed["newest"] for deed in found["deeds"]] == [True, True, False, False]


async def test_once_trained_with_the_word_it_is_in_use(world, engineer):
    await engineer.post(PATH, {"add": ["蓝岭核"]})
    catalogue = world.holder.trained.catalogue
    world.holder.trained = StandInMind(replace(catalogue, words=("蓝岭核", "快递员", "线刷包")))
    await world.editions.refresh()
    assert states(await engineer.get(PATH))["蓝岭核"] == ("in_use", "suan")


@pytest.mark.parametrize(
    ("body", "status", "field", "what"),
    [
        ({"add": ["久"]}, 400, "words", "form"),
        ({"add": ["有 空格"]}, 400, "words", "form"),
        ({"add": ["井#号"]}, 400, "words", "form"),
        ({"add": ["蓝岭核", "一二三四五六七八九十甲乙丙丁戊己庚辛壬癸子"]}, 400, "words", "form"),
        ({"add": ["快递员"]}, 409, "words", "same"),
        ({"remove": ["没有过"]}, 409, "words", "same"),
        ({}, 409, "words", "same"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_changes(engineer, body, status, field, what):
    refused = await engineer.post(PATH, body, status)
    assert refused["error"]["fields"] == {field: what}
    assert states(await engineer.get(PATH)) == {
        "快递员": ("in_use", None),
        "线刷包": ("in_use", None),
    }


async def test_new_words_come_from_what_fans_write(world, engineer):
    starts = ["想要", "听说", "我的", "新的", "关于", "换成", "带着", "谁有"]
    ends = ["好吗", "贵吗", "在哪", "坏了", "多少", "谢谢", "呢", "没了"]
    for start, end in zip(starts, ends, strict=True):
        await world.fan_says(f"请问蓝岭核{end}")
        await world.fan_says(f"{start}蓝岭核呀")
        await world.fan_says("。".join(start + each for each in ends))
    assert [each["word"] for each in await engineer.get(PATH + "/suggestions")] == ["蓝岭核"]
    await engineer.post(PATH, {"add": ["蓝岭核"]})
    assert await engineer.get(PATH + "/suggestions") == []


async def test_a_preview_cuts_what_fans_wrote_and_saves_nothing(world, engineer):
    await world.fan_says("请问蓝岭核 13812345678 在哪")
    found = await engineer.post(PATH + "/preview", {"add": ["蓝岭核"]})
    (recut,) = found["recut"]
    assert "蓝岭核" in recut["after"]
    assert "蓝岭核" not in recut["before"]
    assert "138" not in recut["text"]
    assert "蓝岭核" not in states(await engineer.get(PATH))
