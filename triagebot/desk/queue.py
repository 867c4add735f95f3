"""How long fans may wait, by what their matter costs."""

from __future__ import annotations

from datetime import datetime

from triagebot.domain.catalogue import Catalogue, Risk
from triagebot.store.urgency import USUAL_HOURS, Patience

SHORTEST_HOURS = 0.5


def patience(catalogue: Catalogue, now: datetime) -> Patience:
    """Return the patience with each intent: the usual, shared by the price of its risk.

    The prices are those of the policy, as multiples of the lowest one.
    """
    prices = {risk: catalogue.policy.cost.get(risk, 1.0) for risk in Risk}
    cheapest = max(min(prices.values()), 1e-9)
    hours = {
        intent.name: max(SHORTEST_HOURS, USUAL_HOURS * cheapest / max(prices[intent.risk], 1e-9))
        for intent in catalogue.intents.values()
    }
    return Patience(now, hours)
