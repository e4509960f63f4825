"""InOrder: runs a model's graph node after node, in an order that is found once.

Rasa's own runner hands the graph to dask for every message, and again for every action: dask copies, cuts and orders it
each time, which takes as long as a third of the components together.
"""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import Any

from rasa.engine.exceptions import GraphRunError
from rasa.engine.graph import ExecutionContext, GraphNode, GraphNodeHook, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelStorage


class InOrder(GraphRunner):
    """Does what DaskGraphRunner does, in one thread as that does."""

    def __init__(self, schema: GraphSchema, nodes: dict[str, GraphNode]) -> None:
        self._schema = schema
        self._nodes = nodes
        self._orders: dict[tuple[str, ...], list[tuple[GraphNode, str, tuple[str, ...]]]] = {}

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
        if wanted not in self._orders:
            self._orders[wanted] = self._order(wanted)
        found = {name: (name, value) for name, value in (inputs or {}).items()}
        for node, name, needs in self._orders[wanted]:
            if name in found:
                raise GraphRunError(f"The input {name} has the name of a node.")
            found[name] = node(*(found[need] for need in needs))
        return dict(found[name] for name in wanted)

    def _order(self, targets: tuple[str, ...]) -> list[tuple[GraphNode, str, tuple[str, ...]]]:
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
