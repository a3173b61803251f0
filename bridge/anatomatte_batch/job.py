"""What a run is to render, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from anatomatte.errors import PlateError, QualityError
from anatomatte.settings import Value, from_mapping
from anatomatte.timing import temporal_window

from .cancel import Deadline
from .cryptomatte import Cryptomatte
from .presets import Preset
from .provenance import sides
from .report import worst
from .result import FrameResult
from .sequences import compact
from .shot import Scene
from .source import Source


@dataclass(frozen=True)
class Job:
    """What to render.

    Attributes:
        source: the plate.
        frames: ascending.
        preset: what the user wants of the controls.
        filled: values for controls that the user left alone (output, output_colour), by the
            kind of file.
        layers: of each file.
        output: the file format in words, for the provenance.
        sides: the other clips by the node's names.
        overwrite: render frames that are there.
        stop: end at the first failed frame.
        scenes: what was decided on a screen for the shot, between its cuts.
        limit: how far scores may be beyond their thresholds before a frame is doubtful; None asks for no more
            than to be told.
        accepted: frames that somebody found good, by the sidecar; they are not doubtful.
        short: that the plate ends before it says so, where all of it was asked for.
        cryptomattes: those among the layers.
        retries: how often a frame is tried again after a failure that is worth it.
        deadline: of the frame in work.
    """

    source: Source
    frames: list[int]
    preset: Preset
    filled: Mapping[str, Value]
    layers: tuple[str, ...]
    output: str
    sides: Mapping[str, Source] = field(default_factory=dict)
    overwrite: bool = False
    stop: bool = False
    limit: float | None = None
    scenes: tuple[Scene, ...] = ()
    accepted: frozenset[int] = frozenset()
    short: str = ""
    cryptomattes: tuple[Cryptomatte, ...] = ()
    retries: int = 0
    deadline: Deadline = field(default_factory=lambda: Deadline(None))

    def values(self, frame: int) -> dict[str, Value]:
        """All controls at a frame; ``input_colour`` auto is decided by the plate's file, and ``screen`` auto
        by the shot."""
        values = self.preset.at(frame, self.filled)
        if values["input_colour"] == "auto":
            values["input_colour"] = self.source.colour(frame)
        if values["screen"] == "auto" and not values["screen_kept"]:
            scene = next((one for one in self.scenes if one.first <= frame <= one.last), None)
            values["screen_kept"] = scene.decision.kept if scene is not None else ""
        return values

    def missing(self, whole: bool) -> tuple[set[int], list[Exception]]:
        """The frames that the plate lacks, and what is wrong with it as a whole.

        Args:
            whole: the result is one file, which holds all frames or is not made.

        Raises:
            PlateError: there is nothing to be done for it.
        """
        missing, ends = self.source.missing(self.frames), self.stop or whole
        if self.short and ends:
            raise PlateError(f"{self.short} Or name the frames that are there with --frames.")
        if missing and (ends or len(missing) == len(self.frames)):
            have = compact(self.source.frames())
            raise PlateError(f"{self.source.text} lacks the frames {compact(missing)}; there are {have}.")
        return set(missing), [PlateError(self.short)] if self.short else []

    @property
    def clips(self) -> dict[str, Source]:
        """All clips by the node's names."""
        return {"Source": self.source, **self.sides}

    def others(self, frame: int, values: Mapping[str, Value]) -> dict[int, dict[str, Value]]:
        """The controls at the frames that are there and that *frame*, with its *values*, depends on."""
        window = temporal_window(from_mapping(values))
        return {n: self.values(n) for n in sides(frame, window) if self.source.shows(n)}


@dataclass
class Outcome:
    """How a run ended."""

    rendered: list[int] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)
    failed: list[int] = field(default_factory=list)
    doubtful: dict[int, tuple[str, float]] = field(default_factory=dict)
    errors: list[Exception] = field(default_factory=list)
    frames: list[FrameResult] = field(default_factory=list)

    @property
    def failures(self) -> dict[int, Exception]:
        """The frames that failed, and why."""
        return {one.frame: one.error for one in self.frames if one.error is not None}

    def lost(self, why: Exception) -> None:
        """The one file of all frames is not there in the end, so that none of them is."""
        self.failed, self.rendered = [*self.failed, *self.rendered], []
        self.frames = [replace(one, status="failed", error=one.error or why) for one in self.frames]

    @property
    def code(self) -> int:
        return worst(self.errors)

    def counts(self) -> dict[str, int]:
        told = {"rendered": len(self.rendered), "skipped": len(self.skipped), "failed": len(self.failed)}
        return told | ({"doubtful": len(self.doubtful)} if self.doubtful else {})

    def doubts(self) -> QualityError | None:
        """That frames are doubtful; None where none is."""
        if not self.doubtful:
            return None
        named = [f"{frame} ({code} {score:.2f})" for frame, (code, score) in sorted(self.doubtful.items())]
        more = f" and {len(named) - 5} more" if len(named) > 5 else ""
        return QualityError(
            f"{len(named)} of {len(self.rendered) + len(self.skipped)} frames are doubtful: "
            f"{', '.join(named[:5])}{more}. They are written; look at them, or raise --qc-threshold."
        )

    def sentence(self) -> str:
        """The failures in one line; empty when there were none."""
        if not self.errors:
            return ""
        gravest = next(error for error in self.errors if getattr(error, "exit_code", 1) == self.code)
        frames = f"frames {compact(self.failed)} failed; " if self.failed else ""
        return f"{frames}{gravest}"
