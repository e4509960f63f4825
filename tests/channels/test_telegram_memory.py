"""What is held of conversations is bounded, and gone when one is forgotten."""

from __future__ import annotations

from latch.channels.telegram.memory import Memory


def test_of_more_than_it_may_hold_the_oldest_goes() -> None:
    memory: Memory[int] = Memory(2)
    for number in (1, 2, 3):
        memory.put(("a", number), "a", number)
    assert [memory.get(("a", number)) for number in (1, 2, 3)] == [None, 2, 3]


def test_what_is_put_again_is_the_newest() -> None:
    memory: Memory[int] = Memory(2)
    for key, value in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        memory.put(key, "somebody", value)
    assert [memory.get(key) for key in ("a", "b", "c")] == [3, None, 4]


def test_a_conversation_that_is_forgotten_leaves_the_others() -> None:
    memory: Memory[None] = Memory(10)
    memory.put("x", "a", None)
    memory.put("y", "b", None)
    memory.forget("a")
    assert ("x" in memory, "y" in memory) == (False, True)
