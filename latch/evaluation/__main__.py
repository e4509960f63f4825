"""`make evaluate`: how well the whole bot answers the held-out messages."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from latch.ask import Answer, answer_message
from latch.assistant import DEFAULT_MODELS, Assistant
from latch.evaluation.messages import DEFAULT_FOLDER, HeldOut, read_messages
from latch.evaluation.statistics import share

REPORT = Path("reports/evaluation.json")
WORST = 20


def main(arguments: list[str] | None = None) -> int:
    """Answer every message, print what was right, write the report; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m latch.evaluation", description=__doc__)
    parser.add_argument(
        "--messages", type=Path, default=DEFAULT_FOLDER, help="folder of messages (default: %(default)s)"
    )
    parser.add_argument(
        "--model", type=Path, default=DEFAULT_MODELS, help="model file or folder (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    messages = read_messages(options.messages)
    assistant = Assistant.load(options.model)
    answers = asyncio.run(_answers(assistant, messages))
    report = _report(messages, answers)
    for name, value in report["rates"].items():
        print(f"{name:55s} {value['share']:6.1%}  ({value['low']:.1%} to {value['high']:.1%}, n {value['of']})")
    print(f"\nThe {WORST} confusions met most:")
    for entry in report["confusions"]:
        print(f"  {entry['times']:2d}  {entry['asked']} -> {entry['answered']}")
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(f"\nWritten to {REPORT}. Intervals are Wilson's, at 95 %.")
    return 0


async def _answers(assistant: Assistant, messages: list[HeldOut]) -> list[Answer]:
    found = []
    for number, message in enumerate(messages):
        found.append(await answer_message(assistant, message.text, f"evaluation-{number}"))
        if number % 200 == 199:
            print(f"{number + 1} of {len(messages)} messages", file=sys.stderr, flush=True)
    return found


def _report(messages: list[HeldOut], answers: list[Answer]) -> dict[str, Any]:
    pairs = list(zip(messages, answers))
    inside = [(message, answer) for message, answer in pairs if message.topic]
    near = [answer for message, answer in pairs if message.kind == "near"]
    far = [answer for message, answer in pairs if message.kind == "far"]
    rates = {
        "right topic in the first reply": share(_topic_right(m, a) for m, a in inside),
        "right topic in the first reply or on its buttons": share(
            _topic_right(m, a) or any(map(m.right, a["offered"])) for m, a in inside
        ),
        "right category in the first reply": share(_category_right(m, a) for m, a in inside),
        "asked back (did you mean)": share(a["doubt"] for _, a in inside),
        "said to be outside although a topic answers it": share(a["out_of_scope"] for _, a in inside),
        "near outside messages answered with a topic": share(bool(a["topics"]) for a in near),
        "far outside messages answered with a topic": share(bool(a["topics"]) for a in far),
    }
    for category in sorted({message.category for message, _ in inside}):
        rates[f"right category: {category}"] = share(_category_right(m, a) for m, a in inside if m.category == category)
    wrong = Counter(
        (str(m.topic), a["topics"][0]["id"]) for m, a in inside if a["topics"] and not m.right(a["topics"][0]["id"])
    )
    confusions = [{"asked": asked, "answered": got, "times": times} for (asked, got), times in wrong.most_common(WORST)]
    return {"messages": len(messages), "rates": rates, "confusions": confusions}


def _topic_right(message: HeldOut, answer: Answer) -> bool:
    return any(message.right(topic["id"]) for topic in answer["topics"][:1])


def _category_right(message: HeldOut, answer: Answer) -> bool:
    return any(topic["category"] == message.category for topic in answer["topics"][:1])


if __name__ == "__main__":
    sys.exit(main())
