"""The secret of a server is made once, and hides what it is asked to hide."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from latch.channels.secret import keyed, secret
from tests.channels.stand_in import SECRET


def test_the_secret_is_made_once_and_readable_by_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LATCH_SECRET", raising=False)
    file = tmp_path / "var" / "web-secret"
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: secret(file), range(40)))
    assert len(found) == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["web-secret"]
    assert secret(file) in found


def test_the_secret_of_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATCH_SECRET", SECRET)
    assert secret(tmp_path / "none") == SECRET
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("short", ["x", "x" * 31])
def test_a_short_secret_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, short: str) -> None:
    monkeypatch.setenv("LATCH_SECRET", short)
    with pytest.raises(ValueError, match="LATCH_SECRET must have at least 32 characters"):
        secret(tmp_path / "none")
    monkeypatch.delenv("LATCH_SECRET")
    (tmp_path / "kept").write_text(short)
    with pytest.raises(ValueError, match="kept must have"):
        secret(tmp_path / "kept")


def test_a_keyed_hash_is_another_for_another_secret_or_other_parts() -> None:
    found = [keyed(SECRET, 1, 23), keyed(SECRET, 12, 3), keyed(SECRET, "1", "2", "3"), keyed(SECRET + "x", 1, 23)]
    assert len(set(found)) == 4
    assert keyed(SECRET, 1, 23) == keyed(SECRET, 1, 23)
    assert all(len(name) == 64 for name in found)
