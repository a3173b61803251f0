"""Every face of a source's picture is seen, however it is tilted and whoever's it is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from anatomatte.engine import subject
from anatomatte.engine.face_views import one_face, task_of
from anatomatte.errors import SettingsError
from anatomatte.faces import crowd
from anatomatte.ops import colour
from anatomatte.work import Work
from made.face_pictures import ANNA, BERT, Light, light_of

HIGH = 420


def fitted(light: Light, high: int = HIGH) -> Light:
    wide = round(light.shape[1] * high / light.shape[0])
    return np.asarray(cv2.resize(light, (wide, high), interpolation=cv2.INTER_AREA))


def tilted(light: Light, degrees: float) -> Light:
    """A picture turned about its middle, in a square that holds all of it."""
    side = int(np.hypot(*light.shape[:2]))
    turn = cv2.getRotationMatrix2D((light.shape[1] / 2, light.shape[0] / 2), degrees, 1)
    turn[:, 2] += (side - np.array(light.shape[1::-1])) / 2
    made = cv2.warpAffine(light, turn, (side, side), borderMode=cv2.BORDER_REPLICATE)
    return fitted(np.asarray(made, np.float32))


@pytest.mark.parametrize("degrees", [-45, 60, 90, 180])
def test_a_tilted_face_beside_the_one_is_refused(degrees: float) -> None:
    both = np.hstack([fitted(light_of(ANNA)), tilted(light_of(BERT), degrees)])
    with pytest.raises(SettingsError, match="both: 2 faces are seen in it, and one is wanted; cut the pic"):
        one_face(task_of(both, Work()), "both")


def test_a_small_face_beside_the_one_is_refused() -> None:
    anna, bert = fitted(light_of(ANNA)), fitted(light_of(BERT), HIGH // 3)
    wall = np.repeat(anna[:, -1:], bert.shape[1], 1)
    wall[: bert.shape[0]] = bert[:, ::-1]
    with pytest.raises(SettingsError, match="2 faces are seen"):
        one_face(task_of(np.hstack([anna, wall]), Work()), "both")


@pytest.mark.parametrize("who", [ANNA, BERT])
@pytest.mark.parametrize("degrees", [0, 90, 150])
def test_one_face_is_one(who: object, degrees: float) -> None:
    light = light_of(who)  # type: ignore[arg-type]
    light = tilted(light, degrees) if degrees else fitted(light)
    shown = colour.srgb_encode(np.clip(light, 0, 1))
    found = crowd.faces(shown, subject.face_model())
    assert len(found) == 1
    assert abs((found[0].pose.degrees[2] + degrees + 180) % 360 - 180) < 20


def test_nobody_has_no_face() -> None:
    noise = np.random.default_rng(4).random((300, 400, 3), np.float32)
    assert crowd.faces(noise, subject.face_model()) == []
    wheel = np.full((300, 400, 3), 0.5, np.float32)
    for radius, shade in ((90, 0.1), (60, 0.7), (20, 0.2)):
        cv2.circle(wheel, (200, 150), radius, (shade,) * 3, -1)
    assert crowd.faces(wheel, subject.face_model()) == []
