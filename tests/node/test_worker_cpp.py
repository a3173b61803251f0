"""The worker's program and its client, with an engine that misbehaves on request: tests/cpp/worker."""

from __future__ import annotations

import pytest

from made import native


@pytest.mark.parametrize(
    "case", ["frames", "idleness", "kept", "faults", "many", "refusals", "forks", "served", "neighbours"]
)
def test_ctest(case: str) -> None:
    native.must(
        native.tool("ctest"), "--test-dir", str(native.built()), "-R", f"^worker_{case}$",
        "--no-tests=error", "--output-on-failure",
    )  # fmt: skip
