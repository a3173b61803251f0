"""Whether a rendered range is what was asked for, by its files alone: whoever rendered it, and whatever the
exit code was."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from anatomatte.errors import AnatomatteError, OutputError, PlateError, QualityError, SettingsError
from anatomatte.qc import beyond
from anatomatte.settings import BY_NAME, Value

from . import checked_marks, checked_pictures, cryptomatte, presets
from .checked import Checked, sequences
from .checked_pictures import scores, usual
from .checked_settings import unlike
from .looked_at import LookedAt, look
from .presets import Preset
from .provenance import PREFIX, content, difference
from .report import worst
from .sequence_names import others
from .sequences import Pattern, compact, parse_frames, parse_pattern
from .source import Source

_ONE_VALUE = ("version", "table", "precision", "device", "output")
"""Facts of a header that are the same in every frame of a render."""
_OF_A_FRAME = ("screen_kept",)
"""Controls that do not animate and yet are decided scene by scene."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a frame.

    Attributes:
        frame: its number.
        code: like ``missing`` or ``settings``; docs/farm.md lists them.
        text: a sentence.
        error: its class in the table of errors.
    """

    frame: int
    code: str
    text: str
    error: type[AnatomatteError]


@dataclass(frozen=True, kw_only=True)
class CheckRequest:
    """A rendered range, and what is asked of it.

    Attributes:
        target: the files: ``key.####.exr`` in every spelling that a render takes, ``{layer}`` too.
        proxy: the same frames smaller, which must be as right.
        frames: a set like ``1001-1100x2,1150``; None takes all from the first to the last that is there.
        layers: a list as a render takes it: whose channels every file must hold; None asks for no more than
            the same in all of them.
        shot: the sidecar whose names the layers have.
        source: the plate: a frame whose plate is another one now is stale.
        start: number of the first frame of a plate that is a video.
        same_as: a file of Anatomatte with whose settings, versions and networks every frame must be made.
        preset: the controls that every frame must be made with, at its number; or the TOML that holds them.
        settings: controls above the preset; with one of the two all others must have their defaults.
        rendered: logs (NDJSON) of the renders, or folders of them: every frame must hold the pixels that
            they tell of.
        qc_threshold: a frame with a score beyond so many times its threshold is doubtful.
        ranks: of Cryptomattes among the layers.

    Raises:
        SettingsError: a word is wrong.
    """

    target: str | Path
    proxy: str | Path | None = None
    frames: str | Sequence[int] | None = None
    layers: str | None = None
    shot: str | Path | None = None
    source: str | Path | None = None
    start: int = 1
    same_as: str | Path | None = None
    preset: Preset | str | Path | None = None
    settings: Mapping[str, Value] = field(default_factory=dict)
    rendered: Sequence[str | Path] = ()
    qc_threshold: float | None = None
    ranks: int = cryptomatte.RANKS

    def __post_init__(self) -> None:
        for target in (self.target, self.proxy):
            if target is not None and parse_pattern(str(target)).extension in (".mov", ".mp4"):
                raise SettingsError(f"{target} is a video, which is made whole or not at all; name stills.")
        if self.qc_threshold is not None and not (math.isfinite(self.qc_threshold) and self.qc_threshold > 0):
            raise SettingsError(f"--qc-threshold {self.qc_threshold:g}: it takes a number above 0.")

    def wanted(self) -> Preset | None:
        """What is asked of the controls of every frame; None where nothing is.

        Raises:
            SettingsError: a name or value is wrong, or the preset's file.
        """
        if self.preset is None and not self.settings:
            return None
        found = self.preset or Preset()
        found = found if isinstance(found, Preset) else presets.load(Path(found))
        return found.override(self.settings)

    def run(self, tell: Callable[[Fault], object] = lambda _: None) -> CheckResult:
        """As :func:`check`."""
        return check(self, tell)


@dataclass(frozen=True)
class CheckResult:
    """How a check ended.

    Attributes:
        frames: that were looked at.
        faults: what is wrong, by frame.
        notes: what there is to say besides.
        ours: how many of the frames say that Anatomatte made them.
    """

    frames: tuple[int, ...]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...] = ()
    ours: int = 0

    @property
    def exit_code(self) -> int:
        """0, or that of the gravest class of fault."""
        return worst([one.error(one.text) for one in self.faults])

    @property
    def bad(self) -> list[int]:
        """Frames with a fault, ascending."""
        return sorted({one.frame for one in self.faults})

    @property
    def sentence(self) -> str:
        """The result in one line."""
        if not self.faults:
            are = "frame is" if len(self.frames) == 1 else "frames are"
            return f"{len(self.frames)} {are} there and whole ({compact(self.frames)})"
        counts = Counter(one.code for one in self.faults)
        told = ", ".join(f"{number} {code}" for code, number in counts.items())
        return f"{len(self.bad)} of {len(self.frames)} frames are not right: {compact(self.bad)} ({told})"

    def facts(self) -> dict[str, Any]:
        """For JSON."""
        faults = [
            {"frame": one.frame, "code": one.code, "exit": one.error.exit_code, "message": one.text}
            for one in self.faults
        ]
        return {
            "exit": self.exit_code,
            "frames": len(self.frames),
            "set": compact(self.frames),
            "made_by_anatomatte": self.ours,
            "bad": compact(self.bad),
            "faults": faults,
            "notes": list(self.notes),
        }


def check(request: CheckRequest, tell: Callable[[Fault], object] = lambda _: None) -> CheckResult:
    """Look at every frame of a range.

    Args:
        tell: takes each fault when it is found.

    Raises:
        SettingsError: the range holds no frame, a layer does not exist, ``same_as`` is no file of ours.
        PlateError: ``source`` is not there.
    """
    shot = None if request.shot is None else str(request.shot)
    ranges = [
        replace(one, small=target is request.proxy)
        for target in (request.target, request.proxy)
        if target is not None
        for one in sequences(str(target), request.layers, shot, request.ranks)
    ]
    frames = _frames(request, [one.pattern for one in ranges])
    with ExitStack() as stack:
        plate = None if request.source is None else Source(str(request.source), request.start)
        if plate is not None:
            stack.callback(plate.close)
        return _checked(request, ranges, frames, plate, tell)


def _checked(
    request: CheckRequest,
    ranges: Sequence[Checked],
    frames: Sequence[int],
    plate: Source | None,
    tell: Callable[[Fault], object],
) -> CheckResult:
    found: list[Fault] = []
    notes: list[str] = []
    ours = set(frames)
    for one in ranges:
        checked = _Check(request, one, {frame: look(one.pattern.path(frame)) for frame in frames}, plate)
        for fault in checked.faults():
            found.append(fault)
            tell(fault)
        notes += [note for note in checked.notes() if note not in notes]
        ours.intersection_update(checked.ours)
    return CheckResult(
        tuple(frames), tuple(sorted(found, key=lambda fault: fault.frame)), tuple(notes), len(ours)
    )


def _frames(request: CheckRequest, patterns: Sequence[Pattern]) -> list[int]:
    if request.frames is not None:
        asked = request.frames
        return parse_frames(asked) if isinstance(asked, str) else sorted(set(asked))
    there = {frame for pattern in patterns if pattern.folder.is_dir() for frame in pattern.on_disk()}
    if not there:
        raise OutputError(f"There is no frame of {request.target}; render it, or name other files.")
    first, last = min(there), max(there)
    if last - first - len(there) >= _FAR:
        raise SettingsError(
            f"{request.target} is there from {first} to {last}, with more than {_FAR:,} frames missing "
            "between: one of these numbers may be a date; say with --frames which are wanted."
        )
    return list(range(first, last + 1))


_FAR = 100_000
"""Frames that lack between the first and the last from which on these are no ends of one shot."""


class _Check:
    """The faults of frames that were looked at, one kind after the other."""

    def __init__(
        self, request: CheckRequest, checked: Checked, seen: Mapping[int, LookedAt], plate: Source | None
    ) -> None:
        self.plate, self.wanted = plate, request.wanted()
        self.request, self.checked, self.pattern, self.seen = request, checked, checked.pattern, seen
        self.whole = {frame: one for frame, one in seen.items() if not one.fault}
        self.ours = {frame: one for frame, one in self.whole.items() if one.ours}
        # where nothing was rendered, that is what there is to tell
        self.logged = checked_marks.logged(request.rendered) if self.ours else {}

    def faults(self) -> Iterator[Fault]:
        for frame, one in self.seen.items():
            if one.fault:
                code = {"is not there": "missing", "holds values that are no numbers": "not-finite"}
                yield self._fault(frame, code.get(one.fault, "damaged"), one.fault, OutputError)
        for frame, kind, what in checked_pictures.faults(self.whole, self.checked, self.plate):
            yield self._fault(frame, kind, what, OutputError)
        logged = {} if self.checked.small else self.logged
        for frame, kind, what, error in checked_marks.faults(self.ours, logged):
            yield self._fault(frame, kind, what, error)
        yield from self._provenance()
        yield from self._stale()
        yield from self._doubts()

    def notes(self) -> Iterator[str]:
        """What there is to say of the frames as a whole."""
        whole = self.whole.values()
        misfits = self.pattern.listed()[1] if self.pattern.folder.is_dir() else []
        if misfits:
            yield f"{self.pattern.text} leaves out {others(misfits)}"
        if self.request.start != 1 and not (self.plate is not None and self.plate.is_video):
            yield f"--start {self.request.start} has no effect: it is of a --source that is a video"
        unseen = [] if self.plate is None else self.plate.missing([*self.whole.keys() - self.ours.keys()])
        if unseen:
            yield f"the plate has no frames {compact(unseen)}: whether these are the plate was not looked at"
        yield from checked_marks.notes(self.ours, self.logged if self.request.rendered else None)
        if whole and not self.ours:
            yield "no frame says that Anatomatte made it: they were checked as pictures alone"
        if whole and self.checked.whole and all(one.empty for one in whole):
            yield "the alpha of every frame is empty"
        if whole and self.checked.whole and not self.ours and all(one.full for one in whole):
            yield "the alpha of every frame is 1 everywhere: nothing was keyed, or the node was not in force"

    def _fault(self, frame: int, code: str, what: str, error: type[AnatomatteError]) -> Fault:
        return Fault(frame, code, f"{self.pattern.path(frame)} {what}", error)

    def _provenance(self) -> Iterator[Fault]:
        like = self._like()
        if self.ours or like is not None:
            for frame, one in self.whole.items():
                if not one.ours:
                    yield self._fault(frame, "foreign", "was not made by Anatomatte", SettingsError)
        common = {
            name: usual(one.facts.get(PREFIX + name) for one in self.ours.values()) for name in _ONE_VALUE
        }
        still, of = (usual(kind(one) for one in self.ours.values()) for kind in (_fixed, _plate))
        known: dict[str, str] = {}
        for frame, one in self.ours.items():
            number = one.facts.get(PREFIX + "frame")
            if self.pattern.pad is not None and number != str(frame):
                yield self._fault(frame, "number", f"holds frame {number}", OutputError)
            if like is not None:
                why = _other(like, one.facts)
            else:
                why = [name for name in _ONE_VALUE if one.facts.get(PREFIX + name) != common[name]]
                why += [] if _fixed(one) == still else ["settings"]
                why += [] if _plate(one) == of else [f"a frame of {one.facts.get(PREFIX + 'source')}"]
                networks = {**_told(one, "weights"), **_told(one, "models")}
                why += ["weights"] if any(known.setdefault(k, v) != v for k, v in networks.items()) else []
            if self.wanted is not None and (others := unlike(self.wanted, frame, _told(one, "settings"))):
                told = f"was made with other controls than are asked for: {', '.join(others[:4])}"
                yield self._fault(frame, "settings", told, SettingsError)
            elif why:
                beside = "the file of --same-as" if like is not None else "the others"
                told = f"was made otherwise than {beside}: {', '.join(why)}"
                yield self._fault(frame, "settings", told, SettingsError)

    def _like(self) -> Mapping[str, str] | None:
        if self.request.same_as is None:
            return None
        found = look(Path(self.request.same_as))
        if found.fault or not found.ours:
            told = found.fault or "was not made by Anatomatte"
            raise SettingsError(f"--same-as: {self.request.same_as} {told}; name a frame that is right.")
        return found.facts

    def _stale(self) -> Iterator[Fault]:
        if self.plate is None:
            return
        for frame, one in self.ours.items():
            path = self.plate.pattern.path(frame)
            if _told(one, "contents").get("Source") != content(path):
                told = f"was made of another plate than {path} is now"
                yield self._fault(
                    frame, "stale", told if path.is_file() else f"has no plate {path}", PlateError
                )

    def _doubts(self) -> Iterator[Fault]:
        limit = self.request.qc_threshold
        if limit is None:
            return
        for frame, one in self.whole.items():
            told_by = scores(one)
            if not told_by:
                told = "keeps no scores of checks; render it with check=frame"
                yield self._fault(frame, "unchecked", told, QualityError)
            elif codes := beyond(told_by, limit):
                told = f"is doubtful: {', '.join(f'{code} {told_by[code]:.2f}' for code in codes)}"
                yield self._fault(frame, "doubtful", told, QualityError)


def _told(one: LookedAt, name: str) -> dict[str, Any]:
    try:
        found = json.loads(one.facts.get(PREFIX + name, "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _plate(one: LookedAt) -> str:
    """The name of a frame's plate, whatever its number."""
    return re.sub(r"-?\d+(?=\.[^.]+$)", "#", one.facts.get(PREFIX + "source", ""))


def _fixed(one: LookedAt) -> str:
    """The controls that have one value for a whole shot; others may move from frame to frame."""
    still = {
        name: value
        for name, value in _told(one, "settings").items()
        if name not in _OF_A_FRAME and not (name in BY_NAME and BY_NAME[name].animates)
    }
    return json.dumps(still, sort_keys=True)


def _other(like: Mapping[str, str], facts: Mapping[str, str]) -> list[str]:
    """What a frame was made with otherwise than *like*, but for its own number, plate and neighbours."""
    own = ("frame", "contents", "neighbours", "shot", "weights", "models")
    same = {**facts, **{PREFIX + name: like[PREFIX + name] for name in own if PREFIX + name in like}}
    why = [difference(like, same)]
    for name in ("weights", "models"):
        before, after = (_told(LookedAt(facts=one), name) for one in (like, facts))
        if any(after.get(key, digest) != digest for key, digest in before.items()):
            why.append(name)
    return [one for one in why if one]
