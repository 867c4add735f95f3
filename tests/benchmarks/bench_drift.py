"""How soon drift is noticed, and how often by mistake: real messages, others mixed in.

    python tests/benchmarks/bench_drift.py --data DIR --model FOLDER

Prints one JSON object. `false_alarms` is over a stream of usual messages; `delays` are messages
from the first strange one until the bot is more careful, those noticed within 6,000.
"""

import argparse
import gzip
import json
import random
import statistics
from pathlib import Path

from triagebot.models.drift import Guard, Window, judge, step
from triagebot.models.drift_watch import EVERY, WINDOW
from triagebot.triage.registry import load
from triagebot.triage.think import wake

HOURS, STREAM, WITHIN, RUNS = 30, 24_000, 6_000, 8
SHARES = (0.1, 0.2, 0.3, 0.5, 1.0)


def think(mind, path, limit):
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line, _ in zip(lines, range(limit), strict=False)]
    starts = range(0, len(texts), 512)
    return [each for start in starts for each in mind.think(texts[start : start + 512])]


def window(predictions):
    counted = Window()
    for each in predictions:
        counted.add(each)
    return counted


def alarms(stream, hours, begin):
    """Yield at how many messages after `begin` the bot becomes more careful."""
    guard = Guard()
    for end in range(WINDOW + EVERY, len(stream) + 1, EVERY):
        after = step(guard, judge(window(stream[end - WINDOW : end]), hours), float(end))
        if after.tight and not guard.tight:
            yield end - begin
        guard = after


def delay(usual, strange, share, seed, hours):
    rng = random.Random(seed)
    begin, others = (
        rng.randrange(len(usual) - WITHIN - WINDOW),
        iter(rng.sample(strange, len(strange))),
    )
    stream = usual[begin : begin + WINDOW + WITHIN]
    mixed = stream[:WINDOW] + [
        next(others) if rng.random() < share else one for one in stream[WINDOW:]
    ]
    return next(alarms(mixed, hours, WINDOW), None)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    options = parser.parse_args()
    mind = wake(load(options.model))
    usual = think(mind, options.data / "load_stream_0.jsonl.gz", HOURS * WINDOW + STREAM)
    strange = think(mind, options.data / "oos_noise.jsonl.gz", 10_000)
    hours = [window(usual[i * WINDOW : (i + 1) * WINDOW]).trimmed() for i in range(HOURS)]
    rest = usual[HOURS * WINDOW :]
    found = {"messages": len(rest), "false_alarms": len(list(alarms(rest, hours, 0))), "share": {}}
    for share in SHARES:
        delays = [delay(rest, strange, share, seed, hours) for seed in range(RUNS)]
        noticed = sorted(each for each in delays if each is not None)
        found["share"][f"{share:g}"] = {
            "noticed": f"{len(noticed)} of {RUNS}",
            "median_delay": statistics.median(noticed) if noticed else None,
            "delays": noticed,
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
