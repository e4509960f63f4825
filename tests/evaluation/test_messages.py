from __future__ import annotations

from pathlib import Path

from latch.content.load import load
from latch.evaluation.messages import read_messages


def test_every_topic_has_five_messages_held_out() -> None:
    counts = dict.fromkeys(load().topics, 0)
    for message in read_messages():
        if message.topic:
            counts[message.topic] += 1
    assert {topic for topic, count in counts.items() if count < 5} == set()


def test_a_message_names_only_topics_that_exist() -> None:
    known = set(load().topics)
    named = {name for message in read_messages() for name in (message.topic, *message.also) if name}
    assert named - known == set()


def test_no_id_stands_twice() -> None:
    ids = [message.id for message in read_messages()]
    assert len(ids) == len(set(ids))


def test_conversations_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(
        "- {id: a1, text: how is it made, topic: made, also: [other], category: milk}\n"
        "- {id: a2, turns: [{user: hello, expect: greet}]}\n"
        "- {id: a3, text: what time is it, kind: far}\n",
        encoding="utf-8",
    )
    first, second = read_messages(tmp_path)
    assert first.right("made")
    assert first.right("other")
    assert not first.right("else")
    assert (second.topic, second.kind) == (None, "far")
