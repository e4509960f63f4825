"""Light: runs Rasa's server without TensorFlow, which is most of its start and of its memory, and loads models fast.

Rasa's base classes for policies and extractors import three modules that train its own networks, and these import
TensorFlow; a model also names the validator of its training, which imports all of Rasa's components; and the server
imports what tests a model. None of Latch's components uses them to answer (their one network is trained with
TensorFlow, and runs without).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn

# Set it to 1 where a component of one's own, such as Rasa's DIETClassifier, needs TensorFlow to answer.
TENSORFLOW = "LATCH_TENSORFLOW"

_UNUSED = frozenset(
    {
        "rasa.utils.tensorflow.callback",
        "rasa.utils.tensorflow.data_generator",
        "rasa.utils.tensorflow.model_data",
        "rasa.graph_components.validators.default_recipe_validator",
        "rasa.core.test",
        "rasa.nlu.test",
    }
)


def without_tensorflow(environment: Mapping[str, str] = os.environ) -> None:
    """Let the modules of Rasa that answer nothing stay empty, if they are not loaded yet and nobody asked for them."""
    if environment.get(TENSORFLOW) != "1" and not any(isinstance(one, _Finder) for one in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def without_checking_domains() -> None:
    """Let Rasa take the domain of a model as it stands.

    It was checked when the model was trained, and the model is known by its checksum (latch/model.py). To check it
    again takes longer than all other loading: YAML is read by a parser in Python for it.
    """
    from rasa.shared.utils import validation

    validation.validate_yaml_schema = lambda *_, **__: None


def without_checking_messages(agent: Any) -> None:
    """Let Rasa not compare each message with the domain: a model's components name nothing that its domain lacks.

    The comparison writes out the whole domain and sorts its intents for every message.
    """
    agent.processor._check_for_unseen_features = lambda _: None


def without_copying_for_logs() -> None:
    """Let Rasa's processor not copy what it logs at debug level; a log writes it at once, or not at all."""
    from rasa.core import processor

    processor.copy = SimpleNamespace(deepcopy=lambda logged: logged)  # it copies nothing else


class _Finder(MetaPathFinder):
    """Finds the modules in _UNUSED before Python does."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        return ModuleSpec(name, _Loader()) if name in _UNUSED else None


class _Loader(Loader):
    """Makes a module whose classes can be named and not used."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: there is nothing in it."""


class _Module(ModuleType):
    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)

        def refuse(*_: Any, **__: Any) -> NoReturn:
            raise RuntimeError(f"{name} of Rasa needs TensorFlow: set {TENSORFLOW}=1 and start again.")

        return type(name, (), {"__init__": refuse, "__init_subclass__": classmethod(refuse)})
