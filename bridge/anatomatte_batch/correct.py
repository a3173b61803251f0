"""Corrections by hand in a shot's sidecar: added, removed, and carried along the plate's motion once."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Callable, Collection, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anatomatte.errors import SettingsError
from anatomatte.settings import from_mapping

from .sequences import compact

if TYPE_CHECKING:
    from anatomatte.shot.corrections import Correction, Painted
    from anatomatte.shot.schema import Shot
    from anatomatte.temporal.flow import Small

    from .picture import Picture


@dataclass(frozen=True, kw_only=True)
class CorrectRequest:
    """What is to be done with the corrections of a sidecar.

    Attributes:
        sidecar: as `anatomatte analyse` wrote it.
        source: its plate; needed to carry strokes.
        add: corrections without id, as tables with the keys of `Correction`.
        remove: ids.
        paint: frame number → a file with its matte: the alpha, else the first channel.
        unpaint: frame numbers whose painted matte goes.
        accept: frame numbers that somebody found good as they are then: they are doubtful no longer.
        unaccept: frame numbers that are to be looked at again.
        start: number of a video's first frame.
    """

    sidecar: str | Path
    source: str | Path | None = None
    add: Sequence[Mapping[str, Any]] = ()
    remove: Sequence[int] = ()
    paint: Mapping[int, Path] = field(default_factory=dict)
    unpaint: Sequence[int] = ()
    accept: Sequence[int] = ()
    unaccept: Sequence[int] = ()
    start: int = 1

    def run(self) -> Shot:
        """Correct the sidecar; what it says then. Without anything to add, all is carried anew.

        Raises:
            AnatomatteError: the sidecar or plate cannot be read, they do not belong together, a correction
                cannot be meant, or the sidecar cannot be written.
        """
        from anatomatte.shot.carrying import without
        from anatomatte.shot.reading import read_shot, stamp
        from anatomatte.shot.writing import write_shot

        path = Path(self.sidecar)
        _meant_once("accepted", self.accept, self.unaccept)
        _meant_once("painted", list(self.paint), self.unpaint)
        state = stamp(path)
        shot = read_shot(path, carried=False)
        for number in self.remove:
            if number not in {one.id for one in shot.corrections}:
                raise SettingsError(
                    f"{path} has no correction {number}; `anatomatte correct {path}` lists them."
                )
            shot = without(shot, number)
        after = max((one.id for one in shot.corrections), default=0) + 1
        new = tuple(made_of(table, after + at, path) for at, table in enumerate(self.add))
        if self.source is not None:
            shot = self._carried(shot, new or shot.corrections)
        elif new:
            raise SettingsError(
                "A correction is carried along the plate's motion; name the plate after the shot."
            )
        shot = self._painted(shot, path)
        judged = accepted(shot, {**dict.fromkeys(self.accept, True), **dict.fromkeys(self.unaccept, False)})
        if self.remove or self.paint or self.unpaint or self.source is not None or judged is not shot:
            if stamp(path) != state:
                raise SettingsError(f"{path} was changed meanwhile, by somebody else; correct it once more.")
            write_shot(judged, path)
        return judged

    def _painted(self, shot: Shot, path: Path) -> Shot:
        """The shot with the painted mattes that are asked for, without those that go."""
        made = dict(shot.painted)
        for frame in self.unpaint:
            if made.pop(frame, None) is None:
                raise SettingsError(f"{path} has no painted matte of frame {frame}.")
        for frame, file in self.paint.items():
            if frame not in shot.moments:
                raise SettingsError(f"{path} knows nothing of frame {frame}; analyse that frame too.")
            made[frame] = taken_in(frame, Path(file), path, shot)
        return dataclasses.replace(shot, painted=dict(sorted(made.items())))

    def _carried(self, shot: Shot, wanted: Sequence[Correction]) -> Shot:
        from .source import Source

        source = Source(str(self.source), self.start)
        try:
            source.read_as(shot.plate.colorspace)
            known_people(shot, wanted)
            return carry(shot, wanted, source.read)
        finally:
            source.close()


def _meant_once(what: str, on: Sequence[int], off: Sequence[int]) -> None:
    if both := sorted(set(on) & set(off)):
        raise SettingsError(f"Frame {both[0]} is to be {what}, and not to be; say one of the two.")


def carry(
    shot: Shot,
    wanted: Sequence[Correction],
    read: Callable[[int], Picture],
    known: MutableMapping[int, Small] | None = None,
) -> Shot:
    """The shot with corrections carried over the frames that they reach.

    Args:
        known: the small pictures of frames that are known already; it is added to.

    Raises:
        SettingsError: the plate is another one, or a correction's frame was not analysed.
        PlateError: a frame cannot be read.
    """
    from anatomatte.shot.carrying import carried, with_marks

    known = {} if known is None else known

    def small(frame: int) -> Small:
        if frame in known:
            return known[frame]
        known[frame] = made = _small(shot, frame, read)
        return made

    for one in wanted:
        if one.frame not in shot.moments:
            raise SettingsError(
                f"Correction {one.id} is at frame {one.frame}, which the sidecar does not know; "
                "analyse that frame too."
            )
        small(one.frame)  # it is compared with what was analysed, whatever the kind
        shot = with_marks(shot, one, carried(shot, one, small))
    return shot


def known_people(shot: Shot, corrections: Sequence[Correction]) -> None:
    """Raise SettingsError where a correction is about somebody whom the shot does not have."""
    known = [person.number for person in shot.people]
    there = f"it has {', '.join(map(str, known))}" if known else "nobody has a number in it"
    for one in corrections:
        for number in one.people:
            if number not in known:
                raise SettingsError(f"Correction {one.id}: the shot has no person {number}; {there}.")


def accepted(shot: Shot, judged: Mapping[int, bool]) -> Shot:
    """The shot in which frames are accepted as they are now, or no longer; the same object without any.

    Raises:
        SettingsError: a frame was not analysed, so nobody can have looked at it.
    """
    if not judged:
        return shot
    moments = dict(shot.moments)
    for frame, good in judged.items():
        if frame not in moments:
            raise SettingsError(
                f"The sidecar does not know frame {frame}, so nobody can accept it; analyse that frame too."
            )
        moments[frame] = dataclasses.replace(moments[frame], accepted=shot.token(frame) if good else "")
    return dataclasses.replace(shot, moments=moments)


def taken_in(frame: int, file: Path, sidecar: Path, shot: Shot) -> Painted:
    """A painted matte, written beside the sidecar as a PNG of 16 bits and one channel.

    It is painted over the plate, or over all that the frame's file holds of it, which is what is written.

    Raises:
        SettingsError: there is no such file, it has another size, or its alpha says nothing.
        PlateError: it cannot be read.
        OutputError: it cannot be written.
    """
    import cv2
    import numpy as np

    from anatomatte.atomic import beside
    from anatomatte.shot import windows
    from anatomatte.shot.corrections import Painted
    from anatomatte.shot.writing import stem_of

    from .images import read_image
    from .picture import placed

    if not file.exists():
        raise SettingsError(f"The matte {file} is not there; check the path.")
    picture = read_image(file, matte=True)
    if told := [one.text for one in picture.messages if one.code == "matte-alpha-flat"]:
        raise SettingsError(told[0])
    width, height = shot.plate.width, shot.plate.height
    bounds = windows.bounds(shot.window(frame), (width, height))
    pixels = picture.pixels
    if picture.size == (width, height):  # programs write no more than the box around what was painted
        pixels = placed(pixels, picture.bounds, bounds)
    matte = pixels[..., 3] if pixels.shape[2] == 4 else pixels[..., 0]
    if matte.shape != (bounds[3] - bounds[1], bounds[2] - bounds[0]):
        raise SettingsError(
            f"The matte {file} has {matte.shape[1]}×{matte.shape[0]} pixels and the plate "
            f"{width}×{height}; paint it at the plate's size."
        )
    deep = np.asarray(np.clip(np.nan_to_num(matte), 0, 1) * 65535 + 0.5, np.uint16)
    content = cv2.imencode(".png", deep)[1].tobytes()
    digest = hashlib.sha256(content).hexdigest()
    lies = Path(os.path.realpath(sidecar))
    name = f"{stem_of(lies)}.matte-{frame}-{digest[:8]}.png"
    with beside(lies.with_name(name)) as draft:
        draft.write_bytes(content)
    return Painted(frame, name, digest)


def by_hand(shot: Shot, frame: int) -> bool:
    """Whether somebody accepted, corrected or painted a frame."""
    moment = shot.moments.get(frame)
    return frame in shot.painted or (moment is not None and bool(moment.accepted or moment.marks))


def left_out(before: Shot, frames: Collection[int], path: Path, named: bool) -> str:
    """A sentence on the frames that a sidecar knows and a new analysis of *frames* would not; or nothing.

    Args:
        named: whether somebody named *frames*; else they are all that the plate has.

    Raises:
        SettingsError: somebody accepted or corrected one of them.
    """
    gone = sorted(set(before.moments) - set(frames))
    why = "--frames leaves out" if named else "the plate does not have any more"
    cure = "analyse all frames" if named else "bring them back"
    if held := [number for number in gone if by_hand(before, number)]:
        raise SettingsError(
            f"{path.name} holds what was accepted or corrected in frames {compact(held)}, which {why}; "
            f"{cure}, write to another -o, or make it anew with --overwrite."
        )
    return f"{path.name} knew frames {compact(gone)} too, which {why}." if gone else ""


def kept(shot: Shot, before: Shot, read: Callable[[int], Picture]) -> Shot:
    """A new analysis with the corrections of the one before, carried anew where the plate has changed, and
    with its consent note, its actor and the record of replaced faces.

    Raises:
        SettingsError: as `carry`; or the plate was renumbered, and a hand's work would lie in other pictures.
    """
    from anatomatte.shot.carrying import with_marks

    _check_numbers(shot, before)
    for one in before.corrections:
        marks = {
            frame: mark
            for frame, moment in before.moments.items()
            for mark in moment.marks
            if mark.id == one.id
        }
        near = range(one.frame - one.reach, one.frame + one.reach + 1)
        same = all(_likeness(shot, n) == _likeness(before, n) for n in near)
        if same and shot.scene(one.frame) == before.scene(one.frame):
            shot = with_marks(shot, one, marks)
        else:
            shot = carry(shot, [one], read)
    moments = {
        frame: dataclasses.replace(moment, accepted=before.moments[frame].accepted)
        if frame in before.moments
        else moment
        for frame, moment in shot.moments.items()
    }  # what was accepted holds while the token of the frame does
    there = before.actor in {one.number for one in shot.people}
    return dataclasses.replace(
        shot, painted=before.painted, moments=moments, consent=before.consent, replaced=before.replaced,
        actor=before.actor if there else 0,
    )  # fmt: skip


def _check_numbers(shot: Shot, before: Shot) -> None:
    """Raise SettingsError where most pictures of a new analysis are those of other frames of the one before,
    and somebody mended or accepted frames of that."""
    if not (before.corrections or any(by_hand(before, frame) for frame in before.moments)):
        return
    known: dict[str, int] = {}
    for frame, moment in before.moments.items():
        known.setdefault(moment.likeness, frame)
    common = [frame for frame in shot.moments if frame in before.moments]
    moved = [n for n in common if _likeness(shot, n) != _likeness(before, n) and _likeness(shot, n) in known]
    if 2 * len(moved) > len(common):
        here, there = moved[0], known[_likeness(shot, moved[0])]
        raise SettingsError(
            f"Frame {here} is what the sidecar knows as frame {there}: the plate was renumbered or retimed, "
            "and what was corrected or accepted would lie in other pictures. Give the files their numbers "
            "back, write to another -o, or make it anew with --overwrite."
        )


def _likeness(shot: Shot, frame: int) -> str:
    return shot.moments[frame].likeness if frame in shot.moments else ""


def made_of(table: Mapping[str, Any], number: int, path: Path) -> Correction:
    """A correction out of a table with the keys of `Correction`, but for its id, which is *number*.

    Raises:
        SettingsError: it cannot be meant.
    """
    from anatomatte.shot.corrections import Correction, checked
    from anatomatte.toml_table import read

    where = f"A correction for {path}"
    return checked(read(Correction, {**table, "id": number}, where), where)


def _small(shot: Shot, frame: int, read: Callable[[int], Picture]) -> Small:
    """The picture of a frame in which motion is found: what the plate shows of it."""
    from anatomatte.ops import display
    from anatomatte.plate import laid, prepare
    from anatomatte.shot.numbering import AtFrame
    from anatomatte.temporal.flow import small

    from .looker import as_frame

    picture = read(frame)
    settings = from_mapping({"input_colour": picture.colour})  # as an analysis reads it
    source, width, height = as_frame(picture), *picture.size
    light = prepare({"Source": source}, settings, 1).light
    if told := AtFrame(shot, frame, "").check(light):
        raise SettingsError(told[0])
    if source.bounds != (0, 0, width, height):
        light = prepare({"Source": laid(source, (0, 0, width, height))}, settings, 1).light
    return small(display.shown(light, settings.net_exposure, settings.net_gamma, 1))


def read_many(path: Path) -> list[dict[str, Any]]:
    """Corrections of a JSON file, a list of tables.

    Raises:
        SettingsError: it cannot be read, or is no such list.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as why:
        raise SettingsError(f"{path} cannot be read: {why.strerror}.") from why
    except ValueError as why:
        raise SettingsError(f"{path} is no JSON: {why}.") from why
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise SettingsError(f"{path} must hold a list of corrections, each a table of keys and values.")
    return [{key: value for key, value in one.items() if key != "id"} for one in found]


def told(shot: Shot) -> list[str]:
    """The corrections in words, each with the frames that it reaches."""
    lines = []
    for one in shot.corrections:
        frames = [n for n, moment in shot.moments.items() if any(mark.id == one.id for mark in moment.marks)]
        lines.append(f"{one.said()}: frames {min(frames, default=0)} to {max(frames, default=0)}")
    lines += [f"{frame}=matte: {one.file}" for frame, one in shot.painted.items()]
    good = [frame for frame in shot.moments if shot.accepted(frame)]
    lines += [f"accepted: frames {compact(good)}"] if good else []
    changed = [n for n, moment in shot.moments.items() if moment.accepted and not shot.accepted(n)]
    lines += [f"accepted before they were changed: frames {compact(changed)}"] if changed else []
    return lines


__all__ = ["CorrectRequest", "accepted", "carry", "kept", "made_of", "read_many", "told"]
