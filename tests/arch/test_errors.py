"""What is short memory and what is a broken setup."""

from __future__ import annotations

from typing import Any

import pytest

from anatomatte.engine import subject
from anatomatte.errors import SetupError, is_shortage

LOADER = "libtorch_cpu.so: failed to map segment from shared object"


@pytest.mark.parametrize(
    "why",
    [ImportError(LOADER), OSError("libx.so: cannot allocate memory in static TLS block"), MemoryError()],
)
def test_the_loaders_words_for_short_memory_are_known(why: BaseException) -> None:
    assert is_shortage(why)


def test_a_missing_package_is_no_short_memory() -> None:
    assert not is_shortage(ImportError("No module named 'torch'"))


@pytest.mark.parametrize(("words", "kind"), [(LOADER, MemoryError), ("No module named 'torch'", SetupError)])
def test_torch_that_cannot_be_loaded_is_told_by_its_cause(
    monkeypatch: pytest.MonkeyPatch, words: str, kind: type[BaseException]
) -> None:
    import builtins

    real = builtins.__import__

    def refused(name: str, *rest: Any) -> Any:
        if name == "nets.graphs.people":
            raise ImportError(words)
        return real(name, *rest)

    monkeypatch.setattr(subject, "_models", {})
    monkeypatch.setattr(builtins, "__import__", refused)
    with pytest.raises(kind, match="torch"):
        subject.model()
