"""A render with a shot's sidecar: its names, its scenes, and what there is to say of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from anatomatte.decision import parsed
from anatomatte.errors import SettingsError
from anatomatte.file_names import shown
from anatomatte.menus import PERSON_MENU

from .presets import Preset
from .result import Message
from .shot import Scene

if TYPE_CHECKING:
    from anatomatte.shot.schema import Shot

    from .job import Job


def shot_of(preset: Preset) -> Shot | None:
    """The sidecar that a shot's settings name; None where they name none.

    Raises:
        SettingsError: it cannot be read.
    """
    text = str(preset.settings.get("shot_file", "")).strip()
    if not text:
        return None
    from anatomatte.shot import store

    return store.load(text)


def scenes_of(shot: Shot) -> tuple[Scene, ...]:
    """The scenes in which the sidecar decides on a screen."""
    found = ((one, parsed(one.screen)) for one in shot.scenes)
    return tuple(Scene(one.first, one.last, made) for one, made in found if made is not None)


def as_analysed(shot: Shot | None, colorspace: str | None) -> None:
    """Raise SettingsError where the plate was analysed as a space of a config and is now read as it says:
    the sidecar would be another plate's."""
    if shot is not None and shot.plate.colorspace and not colorspace:
        raise SettingsError(
            f"The plate was analysed with --colorspace '{shot.plate.colorspace}'; render with it too, or "
            "analyse without."
        )


def messages_of(shot: Shot | None, job: Job) -> tuple[Message, ...]:
    """What there is to say of people's numbers in a run."""
    return tuple(_messages(shot, job))


def _messages(shot: Shot | None, job: Job) -> Iterator[Message]:
    of_people = {*PERSON_MENU, "cryptoperson", "cryptopersonpart"}
    several = len(job.frames) > 1 and any(layer.partition(".")[0] in of_people for layer in job.layers)
    if shot is None and several:
        yield Message(
            "people-by-place",
            "People are counted from the left of each frame, so that somebody's number may change; a sidecar "
            "keeps it (`anatomatte analyse`, then --shot).",
        )
    if shot is None:
        return
    name = shown(Path(job.source.text).name)
    if shot.plate.name != name:
        yield Message(
            "shot-renamed", f"The shot file was made of {shot.plate.name}, and this plate is {name}."
        )
