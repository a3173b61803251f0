"""What the engine is handed of the frames around one, seen from where a filter in time stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from anatomatte import engine
from anatomatte.frame import Frame
from anatomatte.settings import Settings


@dataclass
class Seen:
    """The frames around one frame: pictures, controls and tokens by number."""

    around: Any = None
    clips: dict[int, dict[str, Frame] | None] = field(default_factory=dict)
    settings: dict[int, Settings] = field(default_factory=dict)
    tokens: dict[int, str | None] = field(default_factory=dict)


def watch(patch: pytest.MonkeyPatch, look: Callable[[Seen, engine.Around, engine.Work], None]) -> list[Seen]:
    """Have *look* called before each frame is made in this process; what it saw, a frame each."""
    made: list[Seen] = []
    key_frame = engine.key_frame

    def seen(clips: Any, settings: Any, work: Any, *more: Any, **facts: Any) -> Any:
        around = facts["around"]
        made.append(Seen(around))
        if around.can:
            look(made[-1], around, work)
        return key_frame(clips, settings, work, *more, **facts)

    patch.setattr(engine, "key_frame", seen)
    return made


def everything(seen: Seen, around: engine.Around, work: engine.Work) -> None:
    """Tokens, clips and controls of the whole window and of the frame itself."""
    for number in (*around.window(), around.number):
        seen.tokens[number] = around.token(number, work)
        clips = around.clips(number)
        if clips is not None:  # pixels that the render lets go of stay to be looked at
            clips = {name: replace(clip, brief=False) for name, clip in clips.items()}
        seen.clips[number] = clips
        seen.settings[number] = around.settings(number)


def level(clips: dict[str, Frame] | None, name: str) -> float:
    """The mean of a clip that is as light as its frame's number."""
    assert clips is not None
    return float(np.mean(clips[name].pixels[..., 0]))
