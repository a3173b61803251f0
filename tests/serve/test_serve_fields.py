"""Where a field of a form stands, and how often: none is passed over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from made.serving import Running, lies, picture, running


@pytest.fixture(scope="module")
def serving() -> Iterator[Running]:
    with running() as found:
        yield found


@pytest.mark.parametrize(
    "path", ["/remove_background?format=webp", "/batch?threshold=7", "/parse?format=zip"]
)
def test_the_address_holds_fields_too(serving: Running, path: str) -> None:
    answer = serving.client.post(path, files=[picture()])
    if "threshold" in path:
        assert answer.status_code == 422 and "threshold" in answer.json()["error"]
    else:
        assert answer.status_code == 200 and answer.headers["content-type"].endswith(path[-3:])
    assert not lies(serving)


def test_an_unknown_word_of_the_address_is_refused(serving: Running) -> None:
    answer = serving.client.post("/remove_background?fromat=jpg", files=[picture()])
    assert answer.status_code == 422
    assert answer.json()["error"] == "There is no field 'fromat'; did you mean 'format'?"


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/remove_background", {"only": ["face", "hair"]}),
        ("/batch", {"threshold": ["0.5", "0.6"]}),
        ("/remove_background?format=png", {"format": ["jpg"]}),
    ],
)
def test_two_values_of_a_field_are_refused(serving: Running, path: str, fields: dict[str, Any]) -> None:
    answer = serving.client.post(path, files=[picture()], data=fields)
    assert answer.status_code == 422 and "twice" in answer.json()["error"]
    assert not lies(serving)


def test_a_colour_beside_a_picture_behind_is_refused(serving: Running) -> None:
    behind = ("bg", picture()[1])
    answer = serving.client.post("/remove_background", files=[picture(), behind], data={"bg": "white"})
    assert answer.status_code == 422 and "background" in answer.json()["error"]


def test_the_same_value_twice_is_one(serving: Running) -> None:
    answer = serving.client.post("/remove_background", files=[picture()], data={"format": ["jpg", "jpg"]})
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize(("field", "value"), [("erode", "1_0"), ("feather", "0_4"), ("quality", "9_0")])
def test_a_number_is_written_in_digits(serving: Running, field: str, value: str) -> None:
    answer = serving.client.post("/remove_background", files=[picture()], data={field: value})
    assert answer.status_code == 422
    assert answer.json()["error"] == f"The field {field!r} is wrong: a number is written in digits."
