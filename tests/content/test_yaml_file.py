"""YAML is read with the lines on which things stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from latch.content.yaml_file import ContentError, Fault, read_yaml


def _fault(tmp_path: Path, text: str | bytes) -> Fault:
    path = tmp_path / "file.yml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(ContentError) as caught:
        read_yaml(path)
    (fault,) = caught.value.faults
    assert fault.path == path
    return fault


def test_every_key_and_list_item_has_its_line(tmp_path: Path) -> None:
    path = tmp_path / "file.yml"
    path.write_text("topic:\n  title: Milk\n  facts:\n  - one\n  - two\n", encoding="utf-8")
    file = read_yaml(path)
    assert file.data == {"topic": {"title": "Milk", "facts": ["one", "two"]}}
    assert [file.line("topic"), file.line("topic", "title"), file.line("topic", "facts", 1)] == [1, 2, 5]


def test_what_is_missing_has_the_line_of_its_nearest_parent(tmp_path: Path) -> None:
    path = tmp_path / "file.yml"
    path.write_text("version: 1\ntopic:\n  title: Milk\n", encoding="utf-8")
    file = read_yaml(path)
    assert file.line("topic", "facts", 3) == 2
    assert str(file.fault("nothing here", "topic", "facts")) == f"{path}:2: nothing here"


def test_a_key_that_stands_twice_is_a_fault_on_its_second_line(tmp_path: Path) -> None:
    fault = _fault(tmp_path, "a: 1\nb: 2\na: 3\n")
    assert (fault.line, fault.reason) == (3, "'a' stands here twice")


def test_a_key_that_stands_twice_deep_inside_is_found(tmp_path: Path) -> None:
    assert _fault(tmp_path, "list:\n- a: 1\n- b: 1\n  b: 2\n").line == 4


@pytest.mark.parametrize(
    "text", ["a: [1\nb: 2\n", "a: 'open\n", "a: b: c\n", "a: *unknown\n", "a: !!python/object:os.system 1\n"]
)
def test_what_is_no_yaml_is_a_fault_with_its_line(tmp_path: Path, text: str) -> None:
    fault = _fault(tmp_path, text)
    assert fault.reason.startswith("not valid YAML")
    assert fault.line >= 1


def test_a_tab_in_the_indentation_is_named_by_its_line(tmp_path: Path) -> None:
    assert _fault(tmp_path, "a:\n  b: 1\n\tc: 2\n").line == 3


@pytest.mark.parametrize("text", ["a: 2026-13-99\n", "? [1, 2]\n: 3\n", "a: \x07\n", "--- 1\n--- 2\n"])
def test_odd_yaml_is_a_fault_and_no_crash(tmp_path: Path, text: str) -> None:
    assert _fault(tmp_path, text).reason


def test_an_empty_file_is_a_fault(tmp_path: Path) -> None:
    assert _fault(tmp_path, "# only a comment\n").reason == "the file is empty"


def test_a_file_that_is_not_utf8_is_a_fault(tmp_path: Path) -> None:
    assert _fault(tmp_path, b"a: caf\xe9\n").reason.startswith("cannot be read")


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="cannot be read"):
        read_yaml(tmp_path / "missing.yml")


def test_a_content_error_tells_all_its_faults() -> None:
    error = ContentError([Fault(Path("a.yml"), 1, "one"), Fault(Path("b.yml"), 2, "two")])
    assert str(error) == "a.yml:1: one\nb.yml:2: two"
