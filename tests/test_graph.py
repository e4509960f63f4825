"""The graph that runs in order gives what Rasa's own runner gives."""

from __future__ import annotations

from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.runner.interface import GraphRunner
from rasa.shared.core.trackers import DialogueStateTracker

from latch.assistant import Assistant
from latch.graph import InOrder, begin_to_understand


@pytest.fixture
def processor(assistant: Assistant) -> Any:
    return assistant._agent.processor


@pytest.fixture
def theirs(processor: Any) -> DaskGraphRunner:
    ours = processor.graph_runner
    runner = DaskGraphRunner.__new__(DaskGraphRunner)  # its own way is to load every component again
    runner._graph_schema, runner._instantiated_nodes, runner._execution_context = ours._schema, ours._nodes, None
    return runner


@pytest.mark.parametrize("text", ["what is let-down", "my baby is not breathing", "", "/greet", "is it safe? and why?"])
def test_a_message_is_understood_and_answered_alike(processor: Any, theirs: DaskGraphRunner, text: str) -> None:
    understand, decide = processor.model_metadata.nlu_target, processor.model_metadata.core_target

    def done(runner: GraphRunner) -> tuple[Any, Any]:
        tracker = DialogueStateTracker("somebody", processor.domain.slots)
        inputs = {PLACEHOLDER_MESSAGE: [UserMessage(text)], PLACEHOLDER_TRACKER: tracker}
        (message,) = runner.run(inputs, [understand])[understand]
        prediction = runner.run({PLACEHOLDER_TRACKER: tracker}, [decide])[decide]
        return message.as_dict(only_output_properties=True), prediction.probabilities

    assert done(InOrder.of(theirs)) == done(theirs)


def test_an_input_with_the_name_of_a_node_is_refused(processor: Any, theirs: DaskGraphRunner) -> None:
    name = processor.model_metadata.nlu_target
    given = {name: 1, PLACEHOLDER_MESSAGE: [UserMessage("hello")], PLACEHOLDER_TRACKER: None}
    with pytest.raises(GraphRunError):
        InOrder.of(theirs).run(given, [name])


@pytest.mark.parametrize("text", ["what is let-down", "my baby is not breathing", "", "/greet", "is it safe? and why?"])
def test_a_run_that_was_begun_goes_on_where_it_stopped(processor: Any, theirs: DaskGraphRunner, text: str) -> None:
    ours = InOrder.of(theirs)
    target = processor.model_metadata.nlu_target
    tracker = DialogueStateTracker("somebody", processor.domain.slots)
    said = UserMessage(text)
    inputs = {PLACEHOLDER_MESSAGE: [said], PLACEHOLDER_TRACKER: tracker}
    begun = begin_to_understand(
        SimpleNamespace(graph_runner=ours, model_metadata=processor.model_metadata), said, tracker
    )
    left = len(begun.left)
    assert 0 < left < len(ours._orders[(target,)])
    aside = Thread(target=begun.step)
    aside.start()
    aside.join()
    assert len(begun.left) == left - 1
    with begun.going_on():
        (message,) = ours.run(inputs, [target])[target]
    assert not begun.left
    (whole,) = ours.run({**inputs, PLACEHOLDER_MESSAGE: [UserMessage(text)]}, [target])[target]
    assert message.as_dict(only_output_properties=True) == whole.as_dict(only_output_properties=True)


def test_a_run_that_was_begun_for_another_message_is_not_gone_on_with(processor: Any, theirs: DaskGraphRunner) -> None:
    ours = InOrder.of(theirs)
    target = processor.model_metadata.nlu_target
    tracker = DialogueStateTracker("somebody", processor.domain.slots)
    begun = ours.begin({PLACEHOLDER_MESSAGE: [UserMessage("hello")], PLACEHOLDER_TRACKER: tracker}, [target])
    with begun.going_on():
        inputs = {PLACEHOLDER_MESSAGE: [UserMessage("what is let-down")], PLACEHOLDER_TRACKER: tracker}
        (message,) = ours.run(inputs, [target])[target]
    assert begun.left
    assert message.get("intent")["name"] == "let_down"
