"""The server answers without TensorFlow; whoever needs it is told how to get it."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

ANSWER = """
import asyncio, sys
from pathlib import Path
from latch.light import without_checking_domains, without_tensorflow
without_tensorflow()
without_checking_domains()
from latch.assistant import Assistant
turn = asyncio.run(Assistant.load(Path(sys.argv[1])).turn("my baby is not breathing", "a"))
assert "tensorflow" not in sys.modules
print(turn.messages[0]["metadata"]["kind"])
"""
NEED = """
from latch.light import without_tensorflow
without_tensorflow()
from rasa.utils.tensorflow.model_data import RasaModelData
{use}
"""


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True)


def test_a_message_is_answered_without_tensorflow(model: Path) -> None:
    done = run(ANSWER, str(model))
    assert done.stdout.strip() == "danger", done.stderr[-2000:]


def test_what_needs_tensorflow_says_how_to_get_it() -> None:
    for use in ("RasaModelData()", "class Mine(RasaModelData): pass"):
        done = run(NEED.format(use=use))
        assert done.returncode == 1
        assert "RuntimeError: RasaModelData of Rasa needs TensorFlow: set LATCH_TENSORFLOW=1" in done.stderr


def test_who_asks_for_tensorflow_has_rasa_as_it_is() -> None:
    environment = "import os; os.environ['LATCH_TENSORFLOW'] = '1'\n"
    done = run(environment + NEED.format(use="print(RasaModelData.__mro__[-2].__name__)"))
    assert done.stdout.strip() == "RasaModelData"


def test_all_that_rasas_processor_copies_it_copies_for_a_log() -> None:
    """latch/light.py leaves these copies out: none may have become one that matters."""
    from rasa.core import processor

    def copies(tree: ast.AST) -> int:
        return sum(isinstance(node, ast.Name) and node.id == "copy" for node in ast.walk(tree))

    whole = ast.parse(inspect.getsource(processor))
    logged = [
        node
        for node in ast.walk(whole)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "structlogger.debug"
    ]
    assert copies(whole) == sum(map(copies, logged)) > 0
