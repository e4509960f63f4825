"""InOrder: runs a model's graph node after node, in an order that is found once.

Rasa's own runner hands the graph to dask for every message, and again for every action: dask copies, cuts and orders it
each time, which takes as long as a third of the components together.

A run can also be begun, and gone on with later: what most of a message's time goes into needs no Python, so that a
thread may do it while other messages are worked on (latch/pace.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphNode, GraphNodeHook, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker

# A component whose class has this set to True spends its time outside of Python.
WORKS_ASIDE = "works_aside"

_Order = list[tuple[GraphNode, str, tuple[str, ...]]]


@dataclass
class Begun:
    """A run that has come to the first node that works aside, or to its end."""

    inputs: Mapping[str, Any]
    targets: tuple[str, ...]
    found: dict[str, tuple[str, Any]]
    left: _Order

    def step(self) -> None:
        """Run the next node; in whatever thread."""
        if self.left:
            node, name, needs = self.left.pop(0)
            self.found[name] = node(*(self.found[need] for need in needs))

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Let `InOrder.run`, asked inside for the same, go on from here."""
        token = _begun.set(self)
        try:
            yield
        finally:
            _begun.reset(token)


_begun: ContextVar[Begun | None] = ContextVar("latch_begun", default=None)


class InOrder(GraphRunner):
    """Does what DaskGraphRunner does, in one thread as that does."""

    def __init__(self, schema: GraphSchema, nodes: dict[str, GraphNode]) -> None:
        self._schema = schema
        self._nodes = nodes
        self._orders: dict[tuple[str, ...], _Order] = {}

    @classmethod
    def create(
        cls,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: list[GraphNodeHook] | None = None,
    ) -> InOrder:
        """Return the runner of a graph whose nodes are to be made."""
        return cls.of(DaskGraphRunner.create(graph_schema, model_storage, execution_context, hooks))

    @classmethod
    def of(cls, runner: DaskGraphRunner) -> InOrder:
        """Return the runner of the graph that another has made."""
        return cls(runner._graph_schema, runner._instantiated_nodes)

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """Return what the targets give for the inputs; without `targets`, the graph's own.

        Raises:
            GraphRunError: when an input has the name of a node.
        """
        wanted = tuple(targets or self._schema.target_names)
        begun = _begun.get()
        if begun is None or begun.targets != wanted or begun.inputs != (inputs or {}):
            begun = self._start(inputs or {}, wanted)
        while begun.left:
            begun.step()
        return dict(begun.found[name] for name in wanted)

    def begin(self, inputs: Mapping[str, Any], targets: list[str]) -> Begun:
        """Return a run that stands before the first node that works aside; at its end where none does.

        Raises:
            GraphRunError: when an input has the name of a node.
        """
        begun = self._start(inputs, tuple(targets))
        while begun.left and not getattr(begun.left[0][0]._component_class, WORKS_ASIDE, False):
            begun.step()
        return begun

    def _start(self, inputs: Mapping[str, Any], wanted: tuple[str, ...]) -> Begun:
        if wanted not in self._orders:
            self._orders[wanted] = self._order(wanted)
        order = self._orders[wanted]
        for _, name, _ in order:
            if name in inputs:
                raise GraphRunError(f"The input {name} has the name of a node.")
        return Begun(inputs, wanted, {name: (name, value) for name, value in inputs.items()}, list(order))

    def _order(self, targets: tuple[str, ...]) -> _Order:
        """Return the nodes that the targets need, each behind what it needs."""
        schema = self._schema.minimal_graph_schema(list(targets)).nodes
        sorter = TopologicalSorter({name: list(node.needs.values()) for name, node in schema.items()})
        return [
            (self._nodes[name], name, tuple(schema[name].needs.values()))
            for name in sorter.static_order()
            if name in schema  # the others are inputs
        ]


def run_in_order(agent: Any) -> None:
    """Let a bot run its model's graph so."""
    agent.processor.graph_runner = InOrder.of(agent.processor.graph_runner)


def begin_to_understand(processor: Any, message: UserMessage, tracker: DialogueStateTracker) -> Begun:
    """Return the run, begun, that Rasa's processor asks for when it parses a message."""
    inputs = {PLACEHOLDER_MESSAGE: [message], PLACEHOLDER_TRACKER: tracker}
    begun: Begun = processor.graph_runner.begin(inputs, [processor.model_metadata.nlu_target])
    return begun
