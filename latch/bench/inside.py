"""`python -m latch.bench.inside`: what a turn costs inside a process of its own, in CPU; prints JSON.

CPU, not time: other processes of the machine do not change it much.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from latch.bench.bots import LATCH
from latch.light import (
    without_checking_domains,
    without_checking_messages,
    without_copying_for_logs,
    without_tensorflow,
)

WARM_UP = 20
# Cost at a turn is the median of so many turns around it: they hold the same messages at every such point.
AROUND = 20
Stage = tuple[str, object, str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for; return the exit code."""
    parser = argparse.ArgumentParser(prog="latch.bench.inside", description=__doc__)
    parser.add_argument("what", choices=("stages", "long"))
    parser.add_argument("bot")
    parser.add_argument("model", type=Path)
    parser.add_argument("endpoints", type=Path)
    parser.add_argument("--turns", type=int, default=1_000)
    options = parser.parse_args(arguments)
    texts = json.load(sys.stdin)
    if options.bot == LATCH:
        without_tensorflow()
        without_checking_domains()
        without_copying_for_logs()
    agent = asyncio.run(_load(options.model, options.endpoints, options.bot == LATCH))
    measured = {"stages": stages, "long": long}[options.what](agent, texts, options.turns)
    print(json.dumps(measured))
    return 0


async def _load(model: Path, endpoints: Path, is_latch: bool) -> Any:
    """Return a bot as its server runs it."""
    import logging

    from rasa.core.agent import load_agent
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.log_utils import configure_structlog

    from latch.graph import run_in_order

    configure_structlog(logging.ERROR)
    agent = await load_agent(model_path=str(model), endpoints=AvailableEndpoints.read_endpoints(str(endpoints)))
    if is_latch:
        run_in_order(agent)
        without_checking_messages(agent)
    return agent


def stages(agent: Any, texts: Sequence[str], turns: int) -> dict[str, float]:
    """Return the milliseconds of a message at the median, and by stage on average; each opens a conversation."""
    spent: Counter[str] = Counter()
    store = getattr(agent.tracker_store, "_tracker_store", agent.tracker_store)
    for stage, holder, name in (
        ("understand", agent.processor, "parse_message"),
        ("decide", agent.processor, "predict_next_with_tracker_if_should"),
        ("say", agent.nlg, "generate"),
        ("read", store, "retrieve"),
        ("write", store, "save"),
    ):
        setattr(holder, name, _counted(getattr(holder, name), spent, stage))
    asked = [texts[number % len(texts)] for number in range(turns)]
    costs = list(_turns(agent, asked, lambda number: f"bench-{number}", spent))
    totals = {f"{stage}_ms": 1000 * seconds / len(costs) for stage, seconds in spent.items()}
    rest = statistics.mean(costs) - sum(totals.values())
    return {"turn_ms": statistics.median(costs), "mean_ms": statistics.mean(costs), **totals, "rest_ms": rest}


def long(agent: Any, texts: Sequence[str], turns: int) -> dict[str, float]:
    """Return the milliseconds of a turn at some points of one long conversation, by its number.

    The beginning is measured at its end: turns of a new conversation and of the long one alternate, so that what else
    the machine's host does touches both alike.
    """
    fresh = range(turns, turns + 2 * AROUND, 2)
    asked = [texts[number % AROUND] for number in range(turns)]
    asked += [texts[number % AROUND] for number in range(AROUND) for _ in ("new", "long")]
    costs = list(_turns(agent, asked, lambda number: "bench-new" if number in fresh else "bench-long"))
    points = [number for number in (50, 100, 200, 300, 500, 700, 1_000) if number <= turns]
    measured = {str(number): statistics.median(costs[number - AROUND : number]) for number in points}
    new, last = costs[turns::2], costs[turns + 1 :: 2]
    return {"10": statistics.median(new), **measured, str(turns): statistics.median(last)}


def _turns(
    agent: Any, asked: Sequence[str], sender: Callable[[int], str], spent: Counter[str] | None = None
) -> Iterator[float]:
    """Yield the milliseconds of CPU of each turn; what `spent` holds of the warm-up is dropped."""
    from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

    loop = asyncio.new_event_loop()

    def turn(text: str, name: str) -> float:
        message = UserMessage(text, CollectingOutputChannel(), name)
        begun = time.process_time()
        loop.run_until_complete(agent.handle_message(message))
        return 1000 * (time.process_time() - begun)

    for number in range(WARM_UP):
        turn(asked[number % len(asked)], f"warm-up-{number}")
    if spent is not None:
        spent.clear()
    for number, text in enumerate(asked):
        yield turn(text, sender(number))
    loop.close()


def _counted(work: Callable[..., Any], spent: Counter[str], stage: str) -> Callable[..., Any]:
    """Return `work`, whose CPU is added to that of a stage."""
    if asyncio.iscoroutinefunction(work):

        async def awaited(*given: Any, **named: Any) -> Any:
            begun = time.process_time()
            try:
                return await work(*given, **named)
            finally:
                spent[stage] += time.process_time() - begun  # type: ignore[assignment]

        return awaited

    def called(*given: Any, **named: Any) -> Any:
        begun = time.process_time()
        try:
            return work(*given, **named)
        finally:
            spent[stage] += time.process_time() - begun  # type: ignore[assignment]

    return called


if __name__ == "__main__":
    sys.exit(main())
