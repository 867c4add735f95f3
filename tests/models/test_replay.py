"""Two minds treat the same past messages: what changes, at what price, for better or worse."""

from dataclasses import replace

import msgspec
import pytest

from triagebot.domain.label import Label, Source
from triagebot.errors import BadBundle
from triagebot.models.replay import Past, Replay, read_record, write_record
from triagebot.models.stored import replay_stored
from triagebot.store import labels, messages
from triagebot.triage.registry import load
from triagebot.triage.think import Mind

ASKED = "我想问问delivery的事"


@pytest.fixture
def minds(small_trained):
    """A mind that never answers deliveries and one that does from 0.1 up."""

    def deployed(threshold):
        bundle = load(small_trained.folder)
        proofs = {
            name: msgspec.structs.replace(one, threshold=threshold if name == "delivery" else None)
            for name, one in bundle.proof.intents.items()
        }
        return Mind(replace(bundle, proof=msgspec.structs.replace(bundle.proof, intents=proofs)))

    return deployed(None), deployed(0.1)


def said(text, intent, clock):
    return Label(text, intent, Source.REVIEW, "li", clock())


def replayed(minds, pasts):
    replay = Replay(*minds)
    replay.feed(pasts)
    return replay.record("2024-11-11T20:00:00Z", "li", "store", 14.0)


def test_groups_say_what_changes_from_what_to_what(minds):
    record = replayed(minds, [Past("webchat", ASKED, str(n)) for n in range(7)])
    (group,) = record.groups
    assert (group.after, group.n, record.n, record.changed) == ("answer delivery/main", 7, 7, 7)
    assert group.before in ("ask", "human")
    assert group.at_stake == 7 * 1  # low risk, by the policy
    assert [one.text for one in group.examples] == [ASKED], "each text is shown once"


def test_the_same_model_changes_nothing(minds):
    assert replayed((minds[1], minds[1]), [Past("webchat", ASKED)] * 3).changed == 0


def test_what_people_said_decides_which_is_better(minds, clock):
    right = [Past("webchat", ASKED, label=said(ASKED, "delivery", clock))] * 9
    wrong = [Past("webchat", ASKED, label=said(ASKED, "purchase", clock))] * 2
    record = replayed(minds, [*right, *wrong, Past("webchat", ASKED)])
    judged = record.judged
    assert (judged.better, judged.worse, judged.tied) == (9, 2, 0)
    assert judged.p == pytest.approx(0.0654, abs=1e-4)  # binomial, 2 of 11, both sides
    assert (record.judged_by_intent["purchase"].worse, record.groups[0].judged.better) == (2, 9)


def test_the_dearest_come_first_and_personal_data_is_masked(minds):
    dear = minds[1].catalogue.policy
    assert dear.human_cost == 2
    pasts = [Past("webchat", f"{ASKED} 13812345678")] + [Past("webchat", "发货")] * 2
    record = replayed((minds[1], minds[0]), pasts)
    stakes = [group.at_stake for group in record.groups]
    assert stakes == sorted(stakes, reverse=True)
    assert "138" not in msgspec.json.encode(record).decode()


def test_the_record_is_read_back_and_a_damaged_one_refused(minds, tmp_path):
    assert read_record(tmp_path) is None
    record = replayed(minds, [Past("webchat", ASKED)])
    write_record(tmp_path, record)
    assert read_record(tmp_path) == record
    (tmp_path / "replay.json").write_text("{")
    with pytest.raises(BadBundle, match="damaged"):
        read_record(tmp_path)


async def test_the_store_is_replayed_newest_first_with_its_labels(
    minds, any_database, inbound, clock, small_mind
):
    from triagebot.intake.accept import Intake

    class Holder:
        mind = small_mind

    intake = Intake(any_database, Holder(), clock)
    old = await intake.accept(inbound(ASKED, fan="early", sent_at=clock()))
    since = clock.forward(hours=1)
    numbers = [
        (await intake.accept(inbound(ASKED, fan=f"fan-{n}", sent_at=clock()))).message_id
        for n in range(3)
    ]
    await intake.close()
    known = Label("", "delivery", Source.AGENT, "li", clock(), message_id=str(numbers[0]))
    await any_database.write(labels.put, known)
    replay, steps = Replay(*minds), []
    await replay_stored(any_database, replay, since, lambda *step: steps.append(step))
    record = replay.record("", "li", "store", 1 / 24)
    assert (record.n, record.judged.better, steps) == (3, 1, [(3, 3)])
    assert record.groups[0].examples[0].message_id == str(numbers[-1])
    stored = await any_database.read(messages.get, old.message_id)
    assert stored.text == ASKED
