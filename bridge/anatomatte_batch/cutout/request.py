"""A run of cutouts, typed: pictures, folders, globs or standard input into files."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from anatomatte.errors import Cancelled, PlateError, SettingsError

from ..cancel import Signals
from ..files import by_content
from ..formats import words
from ..node import Connect
from ..report import worst
from .names import SHEET, STANDARD, Place, Task, check_writable, format_of, gathered, left_out, place_of
from .options import CutoutOptions
from .telling import Telling
from .watch import arriving
from .work import Done, Order, one_by_one


@dataclass(frozen=True, kw_only=True)
class CutoutRequest:
    """Everything that cutouts can be asked for; checked when it is made, as far as no file is needed.

    Attributes:
        sources: names of pictures, folders (deep ones too), globs; or ``-``, one picture on standard input.
        out: a folder (the pictures' own folders are kept within it), a file for one picture, ``-`` for
            standard output; None writes beside each picture.
        options: of every picture; its format is overridden by *format* and by OUT's suffix.
        format: a format or suffix; None goes by OUT, else PNG.
        watch: go on with pictures that come into the one folder, until a signal ends it.
        jobs: processes.
        overwrite: replace files that Anatomatte did not make.
        quiet: say nothing but failures.

    Raises:
        SettingsError: options that contradict each other.
    """

    sources: Sequence[str]
    out: str | None = None
    options: CutoutOptions = field(default_factory=CutoutOptions)
    format: str | None = None
    watch: bool = False
    jobs: int = 1
    overwrite: bool = False
    quiet: bool = True

    def __post_init__(self) -> None:
        if not self.sources:
            raise SettingsError("No picture is named; name pictures, a folder, or - for standard input.")
        if self.jobs < 1:
            raise SettingsError(f"-j {self.jobs}: it takes a number of processes from 1.")
        if STANDARD in self.sources and len(self.sources) > 1:
            raise SettingsError("Standard input (-) is one picture; name no other beside it.")
        if self.watch and (len(self.sources) != 1 or not Path(self.sources[0]).is_dir()):
            raise SettingsError("--watch takes one folder that is there.")
        if self.watch and (self.jobs > 1 or self.options.sheet):
            raise SettingsError(
                "--watch goes with one process and without --sheet; leave -j and --sheet out."
            )
        place = place_of(self.out)
        if self.watch and (place.file is not None or place.standard):
            raise SettingsError("--watch writes many files; let OUT be a folder.")
        if place.standard and (_more(self.options) or self.options.sheet):
            raise SettingsError(
                "Standard output holds one file; leave out --parts, --regions, --alpha-too and --sheet."
            )
        format_of(place, self.format)

    def run(self, connect: Connect | None = None) -> CutoutResult:
        """Cut them all; pictures that fail are told, and the others are done.

        Args:
            connect: makes the node, in this process; the default drives the built .ofx.

        Raises:
            AnatomatteError: the run could not begin, or a signal ended it.
        """
        place = place_of(self.out)
        options = replace(self.options, format=format_of(place, self.format))
        with ExitStack() as stack:
            signals = stack.enter_context(Signals())
            found = [] if self.watch else stack.enter_context(_tasks(self.sources, place))
            inputs = frozenset(os.path.realpath(task.source) for task in found)
            order = Order(options, inputs, self.overwrite, place.standard)
            telling = stack.enter_context(Telling(None if self.watch else len(found), self.quiet))
            results = self._results(found, place, order, signals, telling, connect)
            for folder in (
                path for path in (Path(one).expanduser() for one in self.sources) if path.is_dir()
            ):
                if left := left_out(folder, place):
                    telling.say(f"note: {left}")
            result = _finished(results, telling, self.watch, signals)
            if options.sheet and any(one.line for one in result.pictures):
                return replace(result, sheets=tuple(_write_sheets(result, options, found[0], place)))
            return result

    def _results(
        self,
        found: Sequence[Task],
        place: Place,
        order: Order,
        signals: Signals,
        telling: Telling,
        connect: Connect | None,
    ) -> Iterator[Done]:
        if self.watch:
            folder = Path(self.sources[0])
            telling.say(f"Watching {folder}; Ctrl+C ends it.")
            said = {left_out(folder, place)}

            def look() -> None:
                if (left := left_out(folder, place)) and left not in said:
                    said.add(left)
                    telling.say(f"note: {left}")

            arrive = arriving(
                folder, place, signals, None if self.overwrite else order.options.format, looked=look
            )
            return one_by_one(arrive, order, signals, connect)
        if self.jobs > 1 and len(found) > 1 and connect is None:
            from .processes import side_by_side

            return side_by_side(found, order, min(self.jobs, len(found)), signals)
        return one_by_one(found, order, signals, connect)


def _more(options: CutoutOptions) -> bool:
    """Whether further files are wanted of each picture."""
    return options.parts or options.regions or options.alpha_too


@dataclass(frozen=True)
class CutoutResult:
    """How a run ended.

    Attributes:
        pictures: in the order in which they ended.
        seconds: that it took.
        sheets: the contact sheets, where they were asked for.
    """

    pictures: tuple[Done, ...]
    seconds: float = 0.0
    sheets: tuple[Path, ...] = ()

    @property
    def failed(self) -> tuple[Done, ...]:
        """The pictures that failed."""
        return tuple(one for one in self.pictures if one.error is not None)

    @property
    def exit_code(self) -> int:
        """0, or the gravest class of failure (docs/cli.md)."""
        return worst([one.error for one in self.failed if one.error is not None])

    @property
    def sentence(self) -> str:
        """What failed, in one line; empty where nothing did."""
        if not self.failed:
            return ""
        return f"{len(self.failed)} of {len(self.pictures)} pictures failed; {self.failed[0].error}"


def _finished(results: Iterable[Done], telling: Telling, watch: bool, signals: Signals) -> CutoutResult:
    """All results, told as they come; of a picture that comes again while a folder is watched the last one:
    what was looked at while it was copied is no failure any more.

    Raises:
        Cancelled: a signal ended a run that has an end of its own.
    """
    began, pictures = time.monotonic(), list[Done]()
    try:
        for one in results:
            if watch:
                pictures = [before for before in pictures if before.source != one.source]
            pictures.append(one)
            telling.done(one)
    except Cancelled as why:
        if not watch:
            raise signals.named(why) from why
    if not watch:
        signals.check()
    return CutoutResult(tuple(pictures), time.monotonic() - began)


@contextmanager
def _tasks(sources: Sequence[str], place: Place) -> Iterator[list[Task]]:
    """The pictures; what comes on standard input lies in a file of its own meanwhile."""
    if list(sources) != [STANDARD]:
        yield gathered(sources, place)
        return
    content = sys.stdin.buffer.read()
    if not content:
        raise PlateError("Standard input holds no picture; pipe one in.")
    with tempfile.TemporaryDirectory(prefix="anatomatte-") as folder:
        path = Path(folder) / "stdin"
        path.write_bytes(content)
        path = _with_suffix(path)
        base = (place.folder or Path()) / "stdin"
        if place.file is not None:
            base = place.file.with_name(place.file.stem.removesuffix("_cutout"))
        yield [Task(path, "standard input", base, place.file)]


def _with_suffix(path: Path) -> Path:
    """The file under the suffix that its content has.

    Raises:
        PlateError: it is no picture that is read.
    """
    import OpenImageIO as oiio

    source = oiio.ImageInput.open(str(path))
    if source is None:
        oiio.geterror()
        raise PlateError(f"Standard input is no picture that is read; there are {words(video=False)}.")
    nature = source.format_name()
    source.close()
    return path.rename(by_content(path, nature))


def _write_sheets(result: CutoutResult, options: CutoutOptions, first: Task, place: Place) -> Iterator[Path]:
    """Sheets of `LINES` pictures each, in the order of their names; their paths."""
    from .pages import LINES, merged, sheet, write_sheet

    seen = sorted((one for one in result.pictures if one.line is not None), key=lambda one: one.source)
    count = f"{len(seen)} picture{'s' if len(seen) > 1 else ''}"
    for start in range(0, len(seen), LINES):
        some = seen[start : start + LINES]
        number = f"_{start // LINES + 1:02d}" if len(seen) > LINES else ""
        lines = [one.line for one in some if one.line is not None]
        page = sheet(lines, merged([one.legend for one in some]), count, options.background is not None)
        path = (place.folder or first.base.parent) / f"{SHEET}{number}.png"
        check_writable(path, frozenset(), False)
        yield write_sheet(page, path, lines)
