"""Staff edit what the bot says; fans get it from the next message on."""

import base64
import csv
import io
import zipfile
from datetime import timedelta

import openpyxl
import pytest

from triagebot.desk.workbook import MOST_BYTES
from triagebot.domain.agent import Role

ONE = "/api/v1/answers/delivery/when"
BODY = {"question": "什么时候发货", "similar": ["多久发货"], "text": "{brand}今天就发"}


@pytest.fixture
async def ops(world):
    return await world.signed_in("ops", Role.OPS)


async def save(desk, body=BODY, path=ONE, status=200):
    response = await desk.request("PUT", path + "/draft", json=body)
    assert response.status == status, await response.text()
    return await response.json()


async def says(world, text="什么时候发货", fan="fan-1"):
    return (await world.fan_says(text, fan)).reply.text.split("\n")[0]


async def test_a_draft_is_no_answer_and_a_published_one_is_at_once(world, ops):
    saved = await save(ops)
    assert saved["draft"]["by"] == "ops"
    assert await says(world) == "小样三天内发货"
    shown = await ops.post(ONE + "/publish")
    assert (shown["draft"], shown["versions"][0]["in_use"]) == (None, True)
    assert await says(world, fan="fan-2") == "小样今天就发"
    assert shown["trained"]["text"] == "{brand}三天内发货"


async def test_another_process_hears_of_it(world, ops):
    await save(ops)
    await ops.post(ONE + "/publish")
    world.holder.mind = world.holder.trained
    await world.editions.refresh()
    assert await says(world) == "小样今天就发"


async def test_an_answer_ends_with_the_sale(world, ops):
    await save(ops)
    end = (world.clock() + timedelta(hours=1)).isoformat()
    await ops.post(ONE + "/publish", {"valid_until": end})
    assert await says(world) == "小样今天就发"
    world.clock.forward(hours=1)
    await world.editions.apply()
    assert await says(world, fan="fan-2") == "小样三天内发货"
    (line, _) = await ops.get("/api/v1/answers")
    assert (line["state"], line["sent"]) == ("edited", 0)


async def test_a_period_nobody_means_is_refused(world, ops):
    await save(ops)
    past = (world.clock() - timedelta(hours=1)).isoformat()
    error = await ops.post(ONE + "/publish", {"valid_until": past}, 400)
    assert error["error"]["fields"] == {"valid_until": "early"}
    error = await ops.post(ONE + "/publish", {"valid_until": "2030-01-01T00:00:00"}, 400)
    assert error["error"]["fields"] == {"valid_until": "zone"}


async def test_two_people_do_not_overwrite_each_others_draft(world, ops):
    other = await world.signed_in("other", Role.OPS)
    await save(ops)
    error = await save(other, {**BODY, "text": "别的"}, status=409)
    assert error["error"]["fields"] == {"draft": "ops"}
    seen = (await other.get(ONE))["draft"]["revision"]
    await save(other, {**BODY, "text": "别的", "seen": seen})


async def test_retired_and_brought_back(world, ops):
    await save(ops)
    await ops.post(ONE + "/publish")
    shown = await ops.post(ONE + "/retire")
    assert shown["words"] is None
    assert "delivery/when" not in world.holder.mind.catalogue.answers
    assert [each["state"] for each in await ops.get("/api/v1/answers")] == ["trained", "retired"]
    await ops.post(ONE + "/retire", status=404)
    old = shown["versions"][1]["id"]
    restored = await ops.post(f"{ONE}/restore/{old}")
    assert restored["draft"]["words"]["text"] == "{brand}今天就发"
    await ops.post(ONE + "/publish")
    assert await says(world) == "小样今天就发"


async def test_a_new_answer_is_found_by_its_words(world, ops):
    path = "/api/v1/answers/delivery/abroad"
    await save(ops, {"question": "能寄到国外吗", "text": "不能"}, path)
    assert (await ops.get(path))["words"] is None
    await ops.post(path + "/publish")
    assert world.holder.mind.catalogue.answers["delivery/abroad"].text == "不能"


async def test_what_fans_must_not_read_is_not_even_a_draft(ops):
    error = await save(ops, {**BODY, "text": "{price} 元"}, status=400)
    assert error["error"]["fields"] == {"text": "form"}


async def test_agents_read_and_do_not_write(world):
    agent = await world.signed_in("li")
    assert len(await agent.get("/api/v1/answers")) == 2
    assert (await agent.request("PUT", ONE + "/draft", json=BODY)).status == 403


async def test_what_the_bot_would_say_with_drafts_and_without(world, ops):
    await save(ops)
    plain = await ops.post("/api/v1/answers/try", {"text": "什么时候发货"})
    assert plain["reply"].startswith("小样三天内发货")
    assert (plain["action"], plain["answer"]) == ("answer", "delivery/when")
    drafted = await ops.post("/api/v1/answers/try", {"text": "什么时候发货", "drafts": True})
    assert drafted["reply"].startswith("小样今天就发")
    assert (
        await world.db.read(lambda c: c.exec_driver_sql("SELECT 1 FROM message").first())
    ) is None


async def test_the_welcome_is_edited_and_the_log_says_who(world, ops):
    path = "/api/v1/sentences/welcome"
    await save(ops, {"text": "新年好"}, path)
    await ops.post(path + "/publish")
    assert world.holder.mind.catalogue.policy.texts["welcome"] == "新年好"
    listed = {each["name"]: each["words"] for each in await ops.get("/api/v1/sentences")}
    assert (listed["welcome"], listed["help"]) == ("新年好", "我可以回答发货问题")
    (deed,) = (await ops.get("/api/v1/log"))["items"]
    assert (deed["who"], deed["what"], deed["detail"]["name"]) == ("ops", "publish", "welcome")


async def test_rules_decide_in_their_order_and_are_counted(world, ops):
    rules = [
        {"name": "海外", "words": ["国外"], "action": "answer", "answer": "delivery/track"},
        {"name": "全部", "words": ["国"], "action": "human"},
    ]
    await save(ops, {"rules": rules}, "/api/v1/rules")
    await ops.post("/api/v1/rules/publish")
    assert await says(world, "寄国外") == "在订单里查"
    await world.upkeep.count()
    assert (await ops.get("/api/v1/rules/hits"))["hits"] == {"海外": 1}
    line = next(each for each in await ops.get("/api/v1/answers") if each["id"] == "delivery/track")
    assert line["sent"] == 1


async def test_snippets_are_written_by_leads_and_used_by_all(world):
    lead = await world.signed_in("lead", Role.LEAD)
    agent = await world.signed_in("li")
    body = {"title": "发货时间", "text": "三天内发货", "shortcut": "fhsj"}
    added = await lead.post("/api/v1/snippets", body, 201)
    await lead.post("/api/v1/snippets", body, 409)
    path = f"/api/v1/snippets/{added['id']}"
    assert (await lead.request("PUT", path, json={**body, "text": "两天"})).status == 200
    assert [each["text"] for each in await agent.get("/api/v1/snippets")] == ["两天"]
    assert (await agent.request("DELETE", path)).status == 403
    assert (await lead.request("DELETE", path)).status == 204
    assert (await lead.request("DELETE", path)).status == 404


SHEET = "/api/v1/answers/sheet"


def as_table(rows):
    out = io.StringIO()
    writer = csv.DictWriter(out, ("id", "question", "text", "similar"), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return "\ufeff" + out.getvalue()


async def test_a_table_is_looked_at_first_and_becomes_drafts_only(world, ops):
    same = {"id": "delivery/when", "question": "什么时候发货", "text": "{brand}三天内发货"}
    shown = await ops.get(ONE)
    same["similar"] = "\n".join(shown["words"]["similar"])
    rows = [
        same,
        {
            "id": "delivery/slow",
            "question": "怎么这么慢",
            "text": "马上催",
            "similar": "好慢\n太慢了",
        },
        {"id": "delivery/none", "question": "", "text": "没有问题"},
        {"id": "nowhere/x", "question": "问", "text": "答"},
        {"id": "delivery/slow", "question": "又一次", "text": "两次"},
    ]
    lines = await ops.post(SHEET, {"table": as_table(rows)})
    states = [each["state"] for each in lines]
    assert states == ["same", "new", "refused", "refused", "refused"]
    assert all(each["problem"] for each in lines[2:])
    assert not any(each["saved"] or each["id"] == "" for each in lines)

    rows[0]["text"] = "{brand}今天发货"
    lines = await ops.post(SHEET, {"table": as_table(rows), "save": True})
    assert [each["id"] for each in lines if each["saved"]] == ["delivery/when", "delivery/slow"]
    assert lines[0]["parts"] == [
        {"name": "text", "before": "{brand}三天内发货", "after": "{brand}今天发货"}
    ]
    assert await says(world) == "小样三天内发货"
    assert (await ops.get(ONE))["draft"]["words"]["text"] == "{brand}今天发货"
    # A colleague's draft is never written over.
    again = await ops.post(SHEET, {"table": as_table(rows[:1]), "save": True})
    assert (again[0]["state"], again[0]["saved"]) == ("refused", False)


async def test_the_table_of_answers_is_safe_in_a_spreadsheet(world, ops):
    await save(ops, {"question": "什么时候发货", "text": "=1+1"})
    await ops.post(ONE + "/publish")
    sheet = await (await ops.client.get(SHEET)).text()
    assert sheet.startswith("\ufeffid,question,text,similar,risk")
    assert ",'=1+1," in sheet
    (back, _) = await ops.post(SHEET, {"table": sheet})
    assert (back["id"], back["state"]) == ("delivery/when", "same")
    refused = await ops.post(SHEET, {"table": "问题,回答\n在吗,在"}, 400)
    assert refused["error"]["fields"] == {"table": "head"}


def as_workbook(rows, name="answers"):
    book = openpyxl.Workbook()
    book.active.title = name
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return base64.b64encode(out.getvalue()).decode()


async def test_a_workbook_of_excel_is_a_table_too(ops):
    rows = [("id", "question", "text"), ("delivery/book", "工作簿\n里的", 48.0), (None, None, None)]
    book = {"table": as_workbook(rows), "workbook": True}
    (line,) = await ops.post(SHEET, book)
    assert (line["state"], line["parts"][1]["after"]) == ("new", "48")
    await ops.post(SHEET, {**book, "save": True})
    draft = (await ops.get("/api/v1/answers/delivery/book"))["draft"]
    assert draft["words"]["question"] == "工作簿\n里的"


def zipped(size):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", b" " * size)
    return base64.b64encode(out.getvalue()).decode()


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ("不是", "workbook"),
        ("UEsDBA==", "workbook"),
        (zipped(10), "workbook"),
        (zipped(MOST_BYTES + 1), "large"),
        (as_workbook([("问题", "回答"), ("在吗", "在")]), "head"),
    ],
)
async def test_what_is_no_workbook_is_refused(ops, table, what):
    refused = await ops.post(SHEET, {"table": table, "workbook": True}, 400)
    assert refused["error"]["fields"] == {"table": what}
