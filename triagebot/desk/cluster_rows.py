"""Turn clusters into cards."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from triagebot.desk.cluster_shapes import ClusterShape, MemberShape
from triagebot.desk.guess import Mind
from triagebot.desk.pile import Turn
from triagebot.desk.rows import NEVER
from triagebot.triage.cluster import Cluster, Kind, Member

SHOWN = 5


def key_of(cluster: Cluster, pile: Sequence[Turn]) -> str:
    """Return a name that stays while the heart of the cluster does."""
    heart = pile[cluster.members[0].place]
    share = {Kind.ALIKE: heart.message_id, Kind.ANSWER: cluster.answer, Kind.INTENT: cluster.intent}
    return f"{cluster.kind}-{share[cluster.kind]}".replace("/", ".")


def card(key: str, cluster: Cluster, pile: Sequence[Turn], mind: Mind) -> ClusterShape:
    """Return the card of a cluster; an answer that the catalogue has no more is left out."""
    catalogue = mind.catalogue
    # What is none of the brand's business has an intent in common, never an answer.
    shared = cluster.answer if cluster.kind is not Kind.INTENT else None
    answer = catalogue.answers.get(shared or "")
    most = _different(cluster.members, pile)
    rest = [each for each in cluster.members if each not in most]
    least = _different(rest[::-1], pile, {pile[each.place].text for each in most})[::-1]
    windows = [pile[member.place].window_until for member in cluster.members]
    return ClusterShape(
        key=key,
        kind=cluster.kind.value,
        size=len(cluster.members),
        ticked=len(cluster.ticked),
        intent=cluster.intent if cluster.intent in catalogue.intents else None,
        answer=answer.id if answer else None,
        question=answer.question if answer else "",
        text=mind.voice.answer(answer.id) if answer else "",
        soonest=min((window for window in windows if window > NEVER), default=None),
        typical=members(cluster, most, pile),
        least=members(cluster, least, pile),
    )


def _different(
    some: Sequence[Member], pile: Sequence[Turn], seen: Collection[str] = ()
) -> list[Member]:
    """Return the first five that say something else than those before and in `seen`."""
    found: dict[str, Member] = {}
    for member in some:
        text = pile[member.place].text
        if text not in seen:
            found.setdefault(text, member)
        if len(found) == SHOWN:
            break
    return list(found.values())


def members(cluster: Cluster, some: Sequence[Member], pile: Sequence[Turn]) -> list[MemberShape]:
    """Return some members of a cluster as rows."""
    ticked = set(cluster.ticked)
    return [
        MemberShape(
            conversation_id=str(turn.conversation_id),
            message_id=str(turn.message_id),
            newest_id=str(turn.newest_id),
            text=turn.text,
            nearness=round(member.nearness, 3),
            ticked=member in ticked,
            channel=turn.channel,
            window_until=turn.window_until if turn.window_until > NEVER else None,
        )
        for member, turn in ((each, pile[each.place]) for each in some)
    ]
