import csv
import io
from datetime import timedelta

import pytest

from triagebot.domain.agent import Role
from triagebot.web.csv_file import safe_cell

TODAY = "2024-11-12"  # the clock stands at 04:00 of it in Shanghai


@pytest.fixture
async def evening(world):
    """Three fans write on Monday evening, one of them gets a person's answer five minutes later."""
    for fan in ("fan-1", "fan-2", "fan-3"):
        await world.fan_says("我要投诉", fan)
    await world.fan_says("你好", "fan-4")
    desk = await world.signed_in("li")
    first = (await desk.get("/api/v1/conversations?view=waiting"))["items"][0]["id"]
    world.clock.forward(minutes=5)
    body = {"text": "在的", "client_id": "c1"}
    await desk.post(f"/api/v1/conversations/{first}/messages", body, 201)
    await world.upkeep.count()
    return desk


async def test_a_report_counts_what_was_done_with_each_message(evening):
    report = await evening.get("/api/v1/reports")
    assert (report["since"], report["until"]) == ("2024-11-06", TODAY)
    total = report["total"]
    assert total["messages"] == 4
    assert total["handed_off"] == 3
    assert total["messages"] == sum(total[k] for k in ("answered", "asked", "handed_off", "silent"))
    assert total["auto_share"] == pytest.approx(total["answered"] / (4 - total["silent"]))
    assert report["audited"]["right"] is None
    assert report["before"]["messages"] == 0
    assert report["before"]["auto_share"] is None


async def test_days_and_hours_are_those_of_the_team(evening):
    report = await evening.get("/api/v1/reports")
    assert [row["day"] for row in report["days"] if row["treated"]["messages"]] == [TODAY]
    assert len(report["days"]) == 7
    tuesday = next(row for row in report["heat"] if row["weekday"] == 1)
    assert tuesday["hours"][4] == 4
    assert sum(sum(row["hours"]) for row in report["heat"]) == 4


async def test_waits_end_with_a_persons_first_text(evening):
    waits = (await evening.get("/api/v1/reports"))["waits"]
    assert waits["handed_off"] == 3
    assert waits["still_waiting"] == 2
    assert waits["first_replies"] == 1
    assert 300 <= waits["median_wait"] <= 303


async def test_a_second_text_ends_no_wait(world, evening):
    held = (await evening.get("/api/v1/conversations?view=mine"))["items"][0]["id"]
    body = {"text": "还有什么可以帮您", "client_id": "c2"}
    await evening.post(f"/api/v1/conversations/{held}/messages", body, 201)
    assert (await evening.get("/api/v1/reports"))["waits"]["first_replies"] == 1


async def test_a_fan_nobody_answered_within_the_window_is_lost(world, evening):
    world.clock.forward(hours=49)
    desk = await world.signed_in("li")
    waits = (await desk.get(f"/api/v1/reports?since=2024-11-11&until={TODAY}"))["waits"]
    assert (waits["lost"], waits["still_waiting"]) == (2, 0)


async def test_agents_see_their_own_figures_and_leads_everybodys(world, evening):
    await world.signed_in("wang")
    own = (await evening.get("/api/v1/reports"))["agents"]
    assert [(row["name"], row["texts"], row["conversations"]) for row in own] == [("li", 1, 1)]
    other = await world.signed_in("wang")
    assert (await other.get("/api/v1/reports"))["agents"] == []
    lead = await world.signed_in("chen", Role.LEAD)
    assert [row["name"] for row in (await lead.get("/api/v1/reports"))["agents"]] == ["li"]


async def test_counting_twice_counts_once(world, evening):
    await world.upkeep.count()
    await world.upkeep.count()
    assert (await evening.get("/api/v1/reports"))["total"]["messages"] == 4


async def test_one_channel_alone(evening):
    report = await evening.get("/api/v1/reports?channel=wechat:main")
    assert report["total"]["messages"] == 0
    assert report["all_channels"] == ["webchat"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=2024-11-12&until=2024-11-01", "since"),
        ("since=2020-01-01&until=2024-11-01", "since"),
        ("since=yesterday", "since"),
        ("day=1", "day"),
    ],
)
async def test_a_period_that_makes_no_sense_is_refused(evening, query, field):
    response = await evening.client.get(f"/api/v1/reports?{query}")
    assert response.status == 400
    assert field in (await response.json())["error"]["fields"]


@pytest.mark.parametrize("table", ["days", "hours", "intents", "channels", "reasons", "agents"])
async def test_each_table_is_a_file_that_excel_opens(evening, table):
    response = await evening.client.get(f"/api/v1/reports/{table}")
    raw = await response.read()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert response.headers["Content-Disposition"].startswith("attachment")
    head, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig")))
    assert rows
    assert {len(row) for row in rows} == {len(head)}


async def test_there_is_no_other_table(evening):
    assert (await evening.client.get("/api/v1/reports/users")).status == 404


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(text):
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("value", ["刷机", "", 3, -0.5, timedelta(0)])
def test_what_is_no_formula_stays_as_it_is(value):
    assert safe_cell(value) == value
