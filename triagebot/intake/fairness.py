"""While a surge lasts, each fan gets a fair share of the thinking; the rest is put off."""

from __future__ import annotations

from collections import OrderedDict

Fan = tuple[str, str]

REMEMBERED = 100_000


class Shares:
    """Token buckets: `most` messages of a fan in `seconds`, after that one each `seconds / most`.

    The fans that wrote longest ago are forgotten beyond `remembered`.
    """

    def __init__(self, most: int = 20, seconds: float = 10.0, remembered: int = REMEMBERED) -> None:
        self._most = float(most)
        self._refill = most / seconds
        self._remembered = remembered
        self._buckets: OrderedDict[Fan, tuple[float, float]] = OrderedDict()

    def take(self, fan: Fan, now: float) -> bool:
        """Return whether the fan has something left, and take it; `now` in seconds."""
        left, at = self._buckets.get(fan, (self._most, now))
        left = min(self._most, left + (now - at) * self._refill)
        has = left >= 1.0
        self._buckets[fan] = (left - has, now)
        self._buckets.move_to_end(fan)
        if len(self._buckets) > self._remembered:
            self._buckets.popitem(last=False)
        return has
