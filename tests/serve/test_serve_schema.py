"""Requests drawn from the OpenAPI: every answer is one that it promises, and none is 500."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import positive_data_acceptance

from anatomatte.errors import SetupError
from anatomatte.models.manifest import Manifest
from anatomatte.models.store.files import Tell
from anatomatte_cli.models.get import Puller
from anatomatte_review.cutting import opened
from anatomatte_review.limits import Limits
from anatomatte_review.service import Setup
from made.serving import Running, running

_FEW = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    database=None,
)


class Nowhere(Puller):
    """Brings nothing: what is drawn may name a true network."""

    def pull(self, manifest: Manifest, precision: str, tell: Tell) -> str:
        raise SetupError("There is no network here; draw another one.")


@pytest.fixture(scope="module")
def serving() -> Iterator[Running]:
    with running(Setup(opened, Limits(megapixels=1), puller=Nowhere(), allow_pull=True)) as found:
        yield found


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
def test_what_the_openapi_promises_is_kept(serving: Running, mode: schemathesis.GenerationMode) -> None:
    schema = schemathesis.openapi.from_url(f"{serving.base}/openapi.json")
    probed = []
    for found in schema.get_all_operations():
        operation = found.ok()

        @_FEW
        @given(case=operation.as_strategy(generation_mode=mode))
        def probe(case: schemathesis.Case) -> None:
            # what a picture is cannot be said in a schema: bytes that are none are refused
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

        with suppress(Unsatisfiable):  # an operation without a parameter has no wrong one
            probe()
            probed.append(operation.label)
    assert len(probed) >= 6, probed
