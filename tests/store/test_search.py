import pytest

from triagebot.store import search, tokens

TEXTS = [
    "F码怎么用",
    "求一个F码！！",
    "2S线什么时候到",
    "小米2S线刷教程",
    "ｆ码 在哪里领",
    "码F",
    "刷机失败了，怎么办",
    "刷，机",
    "我的手机",
    "iPhone 15 Pro Max 和 K70 比",
    "k70pro",
    "😂😂",
    "",
    "100%满意 it's 'ok' \"quoted\" \\ NEAR AND OR",
    "哈" * 300 + "完",
    "𠮷野家 ×2 café Привет かな",
    "a" * 5000,
]


@pytest.fixture
async def indexed(any_database, record, inbound):
    await record(*(inbound(text) for text in TEXTS))
    while await any_database.write(search.index_new, 4):
        pass


def texts(hits):
    return [hit.text for hit in hits]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("F码", [4, 1, 0]),
        ("f码", [4, 1, 0]),
        ("Ｆ码", [4, 1, 0]),
        ("2S线", [3, 2]),
        ("2s 线", [3, 2]),
        ("码", [5, 4, 1, 0]),
        ("f", [5, 4, 1, 0]),
        ("机", [8, 7, 6]),
        ("刷机", [7, 6]),
        ("机刷", []),
        ("刷机 怎么办", [6]),
        ("怎么办 刷机", [6]),
        ("k70", [9]),
        ("K70 iphone", [9]),
        ("70", []),
        ("", []),
        ("😂 ！", []),
        ("it's", [13]),
        ("'ok'", [13]),
        ('"', []),
        ("NEAR OR", [13]),
        ("100%", [13]),
        ("哈哈哈", [14]),
        ("𠮷野", [15]),
        ("CAFÉ", [15]),
        ("привет かな", [15]),
        ("a" * 5000, [16]),
        ("\x00 ' OR 1=1 --", []),
    ],
)
async def test_a_query_finds_the_same_in_both_engines(any_database, indexed, query, found):
    hits = await any_database.read(search.find, query)
    assert texts(hits) == [TEXTS[number] for number in found]


async def test_marks_lie_on_the_text_as_shown(any_database, indexed):
    hits = await any_database.read(search.find, "f码")
    assert [[hit.text[a:b] for a, b in hit.marks] for hit in hits] == [["ｆ码"], ["F码"], ["F码"]]


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("刷，机和刷机", "刷机", [(0, 3), (4, 6)]),
        ("哈哈哈", "哈哈", [(0, 3)]),
        ("小米2S线刷", "2s线 刷", [(2, 5), (5, 6)]),
        ("😂F码", "f码", [(1, 3)]),
        ("没有", "刷", []),
    ],
)
def test_marks(text, query, expected):
    assert tokens.marks(text, tokens.phrases(query)) == expected


async def test_pages_go_back_in_time(any_database, indexed):
    first = await any_database.read(search.find, "码", 3)
    rest = await any_database.read(search.find, "码", 3, first[-1].message_id)
    assert texts(first + rest) == [TEXTS[number] for number in (5, 4, 1, 0)]


async def test_the_index_follows_and_is_never_doubled(any_database, indexed, record, inbound):
    assert await any_database.write(search.index_new) == 0
    await record(inbound("新的F码"))
    assert texts(await any_database.read(search.find, "新的")) == []
    assert await any_database.write(search.index_new) == 1
    assert texts(await any_database.read(search.find, "新的f码")) == ["新的F码"]


async def test_what_is_removed_is_not_found(any_database, indexed):
    hit = (await any_database.read(search.find, "刷机失败"))[0]
    await any_database.write(search.remove, hit.message_id, hit.text)
    assert texts(await any_database.read(search.find, "刷机")) == ["刷，机"]
