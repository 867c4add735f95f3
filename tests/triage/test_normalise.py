import pytest
from hypothesis import given, strategies

from triagebot.triage.normalise import MAX_CHARACTERS, mask, normalise

FORMS = [
    ("１００元ＶＩＰ！？", "100元vip!?"),
    ("怎麼還沒發貨", "怎么还没发货"),
    ("  多個   空格\n換行 ", "多个 空格 换行"),
    ("好好好好好好", "好好好"),
    ("谢谢[微笑]", "谢谢☺"),
    ("在吗/::)", "在吗☺"),
    ("哈哈😀😀", "哈哈☺"),
    ("零\u200b宽", "零宽"),
    ("", ""),
    ("[这不是表情因为太长了啊]", "[这不是表情因为太长了啊]"),
]

MASKED = [
    ("我电话13812345678", "我电话☎"),
    ("打138-1234-5678给我", "打☎给我"),
    ("+86 13812345678", "☎"),
    ("订单MI20121122334455没到", "订单⌗没到"),
    ("11010119900101123X是我", "♚是我"),
    ("看http://a.cn/x?y=1这个", "看↗这个"),
    ("写信a.b@c.com吧", "写信✉吧"),
    ("米2S要1999块", "米2S要1999块"),
]


@pytest.mark.parametrize(("typed", "form"), FORMS)
def test_normalise_brings_what_fans_type_into_one_form(typed, form):
    assert normalise(typed) == form


@pytest.mark.parametrize(("typed", "masked"), MASKED)
def test_mask_hides_what_is_personal_and_nothing_else(typed, masked):
    assert mask(typed) == masked


@pytest.mark.parametrize("typed", [form for form, _ in FORMS + MASKED])
def test_normalise_is_stable(typed):
    assert normalise(normalise(typed)) == normalise(typed)


def test_a_very_long_message_is_judged_by_its_beginning():
    assert len(normalise("发货了吗？" * 10_000)) <= MAX_CHARACTERS


@given(strategies.text("发貨後来 Ab,?!。、~，？…1.@/:[]\u200b☎", max_size=30))
def test_what_is_looked_through_once_gets_the_same_form(typed):
    # What nobody types makes the message one that is looked through for everything.
    assert normalise(f"{typed} ☎") == f"{normalise(typed)} ☎".strip()
