"""The labelling loop played out, from the command line."""

import json
from pathlib import Path
from statistics import mean

import pytest

from training.outcomes import read_judged
from training.simulate import Plan, read_traffic, simulate
from training.simulate_choice import by_chance, unsurest
from training.simulate_pairs import COMPARED

THINGS = [
    "手机",
    "耳机",
    "手环",
    "音箱",
    "平板",
    "电视",
    "充电器",
    "路由器",
    "手表",
    "键盘",
    "相机",
    "台灯",
]
ASKS = {
    "delivery": "{}什么时候发货 {}的快递到哪了 {}几天能送到 {}还没收到 催一下{}的物流 {}发什么快递",
    "purchase": "{}多少钱 {}还有货吗 在哪里能买{} {}能便宜点吗 {}现货还是预售 买{}打折吗",
    "after_sales": "{}坏了能修吗 我要退{} {}保修多久 {}屏幕碎了 {}能换一个吗 {}没声音了",
    "activity": "{}有优惠券吗 {}抽奖怎么参加 {}送什么赠品 {}积分能换吗 {}活动几点开始 {}能返现吗",
}


@pytest.fixture
def traffic(tmp_path):
    path = tmp_path / "traffic.jsonl"
    rows = [
        {"text": ask.format(thing), "label": intent}
        for intent, asks in ASKS.items()
        for ask in asks.split()
        for thing in THINGS
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


SMALL = ("--first", "2", "--rounds", "3", "--arrive", "60", "--labels", "20", "--max-error", "0.2",
         "--seeds", "2")  # fmt: skip


def test_it_prints_coverage_against_labels_for_each_strategy(run, traffic):
    ran = run("--json", "simulate", "--file", traffic, *SMALL)
    runs = ran.json["runs"]
    assert set(runs) == {"random", "uncertainty", "ours"}
    for rounds in runs.values():
        assert [each["labels"] for each in rounds[:3]] == [8, 28, 48]
        assert 48 < rounds[3]["labels"] <= 68, "no more than still wait"
        assert rounds[-1]["accuracy"] > rounds[0]["accuracy"]
        for each in rounds:
            for name in ("accuracy", "reach", "proven", "error"):
                assert 0 <= each["low"][name] <= each[name] <= each["high"][name] <= 1
        assert any(each["low"]["reach"] < each["high"]["reach"] for each in rounds)
    apart = {(each["strategy"], each["figure"]): each for each in ran.json["differences"]}
    assert set(apart) == {(a, b) for a in ("uncertainty", "ours") for b in COMPARED}
    for (name, figure), each in apart.items():
        means = zip(runs[name][1:], runs["random"][1:], strict=True)
        assert each["mean"] == pytest.approx(mean(a[figure] - b[figure] for a, b in means))
        assert each["interval"]["low"] <= each["mean"] <= each["interval"]["high"]
    page = Path("report.html").read_text("utf-8")
    assert page.count('<polyline class="curve') == 4 * 3 + 3
    assert page.count('<polygon class="band') == 4 * 3
    assert "labels spent" in page


def test_the_table_names_the_file_with_the_curves(run, traffic):
    told = run("simulate", "--file", traffic, *SMALL, "--report", "curves.html").output
    assert "curves.html has the curves" in told
    assert "ours − random, proven: " in told
    assert "proofs let more be wrong than promised" in told


def test_too_few_rows_and_a_file_that_is_absent_are_named(run, traffic):
    ran = run("simulate", "--file", traffic, "--first", "60")
    assert (ran.code, "too few" in ran.message) == (5, True)
    assert run("simulate", "--file", "absent.jsonl").code == 3


def test_the_same_seed_plays_the_same_and_choosing_matters(traffic):
    plan = Plan(first=2, rounds=2, arrive=100, labels=24, max_error=0.2)
    played = read_traffic(read_judged(traffic), plan.seed, plan.first)

    def run(strategy):
        return simulate(played, plan, strategy, lambda _done: None)

    assert run(unsurest) == run(unsurest)
    assert run(unsurest) != run(by_chance)


def test_what_proves_is_never_learnt_from(traffic, monkeypatch):
    from training import simulate as module

    plan = Plan(first=2, rounds=2, arrive=100, labels=24, max_error=0.2)
    played = read_traffic(read_judged(traffic), plan.seed, plan.first)
    learnt, learn = [], module._learn

    def watched(traffic, plan, given):
        learnt.append((set(given.known), set(given.fair)))
        return learn(traffic, plan, given)

    monkeypatch.setattr(module, "_learn", watched)
    simulate(played, plan, by_chance, lambda _done: None)
    unseen = set(played.unseen.tolist())
    assert len(learnt) == 3
    assert all(not known & fair and not (known | fair) & unseen for known, fair in learnt)
    assert learnt[-1][1]
