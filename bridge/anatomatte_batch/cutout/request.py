"""What is asked of a run over stills, typed: the command line calls this."""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from anatomatte.errors import AnatomatteError, DiskFull, PlateError, SettingsError, SetupError

from .finding import STDIN, Found, Task, find, is_file_name, tasks
from .options import FORMATS, CutoutOptions

if TYPE_CHECKING:
    from ..cancel import Signals
    from ..node import Connect
    from ..report import Report
    from .work import StillResult


@dataclass(frozen=True)
class CutoutResult:
    """How a run ended.

    Attributes:
        stills: in the order in which they ended.
        exit_code: 0, or the gravest class of failure (docs/cli.md).
        sentence: the failures in one line; empty when there were none.
        sheets: the contact sheets that were written.
    """

    stills: tuple[StillResult, ...]
    exit_code: int
    sentence: str = ""
    sheets: tuple[Path, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CutoutRequest:
    """Stills to cut; checked when it is made, as far as no file is needed.

    Attributes:
        sources: files, folders, patterns; or ``-`` alone, which reads a picture from *stdin*.
        out: None writes beside each still; a file for a single one, a folder, or ``-`` for *stdout*.
        options: what is wanted of each.
        jobs: processes, each with a node of its own.
        watch: the only source is a folder; its stills are cut as they come, until a signal.
        overwrite: replace files that others made; while watching, cut again what was cut.
        log: file to which NDJSON is appended; ``-`` is standard output.
        quiet: no bar and no lines.

    Raises:
        SettingsError: two wishes contradict each other.
    """

    sources: Sequence[str | Path]
    out: str | Path | None = None
    options: CutoutOptions = field(default_factory=CutoutOptions)
    jobs: int = 1
    watch: bool = False
    overwrite: bool = False
    log: str | Path | None = None
    quiet: bool = True

    def __post_init__(self) -> None:
        names = [str(name) for name in self.sources]
        if not names:
            raise SettingsError(
                "There is nothing to cut; name a photo, a folder, a pattern, or - for a pipe."
            )
        if STDIN in names and len(names) > 1:
            raise SettingsError("- reads one picture from a pipe; name it alone.")
        if self.jobs < 1:
            raise SettingsError(f"-j {self.jobs}: it takes a whole number from 1.")
        if self.watch and (len(names) != 1 or not Path(names[0]).expanduser().is_dir()):
            raise SettingsError("--watch takes one folder that is there.")
        if self.watch and (self.piped or self.options.sheet or (self.target and is_file_name(self.target))):
            raise SettingsError("--watch writes files into a folder: without --sheet, OUT a folder or none.")
        if self.piped and (self.options.parts or self.options.alpha_too or self.options.sheet):
            raise SettingsError(
                "Standard output takes the cutout alone; name a folder for --parts, --alpha-too, --sheet."
            )
        if self.piped and str(self.log) == STDIN:
            raise SettingsError("Standard output takes the cutout or the log; name a file for --log.")

    @property
    def piped(self) -> bool:
        """Whether the cutout goes to standard output: asked for, or the still came through a pipe."""
        return str(self.out) == STDIN or (self.out is None and str(self.sources[0]) == STDIN)

    @property
    def target(self) -> Path | None:
        """OUT as a path; None of beside and of standard output."""
        return None if self.out is None or self.piped else Path(self.out).expanduser()

    def run(
        self,
        connect: Connect | None = None,
        stdin: IO[bytes] | None = None,
        stdout: IO[bytes] | None = None,
    ) -> CutoutResult:
        """Cut all, and say how each ended.

        Args:
            connect: makes the node; the default drives the built .ofx.
            stdin: the pipe that ``-`` reads.
            stdout: the pipe that it writes.

        Raises:
            AnatomatteError: the run could not begin, or a signal ended it; stills that fail do not raise.
        """
        from ..cancel import Signals
        from ..report import Report

        with ExitStack() as stack:
            signals = stack.enter_context(Signals())
            found = [] if self.watch or str(self.sources[0]) == STDIN else self._found()
            log = None if self.log is None else str(self.log)
            report = stack.enter_context(Report(len(found), log, self.quiet, self.piped))
            run = _Run(self, report, signals, connect)
            if str(self.sources[0]) == STDIN or self.piped:
                run.through_pipes(stdin or sys.stdin.buffer, stdout or sys.stdout.buffer, found)
            elif self.watch:
                run.watched(Path(self.sources[0]).expanduser())
            else:
                run.listed(tasks(found, self.target, self.options.format))
            return run.finished()

    def _found(self) -> list[Found]:
        folder = None if self.target is None or is_file_name(self.target) else self.target
        found = find(self.sources, folder)
        if not found:
            raise PlateError("All these files were made by an earlier run; name the stills they are of.")
        if self.piped and len(found) != 1:
            raise SettingsError(f"Standard output takes one cutout, not {len(found)}; name a folder.")
        return found


class _Run:
    """A run: what became of each still so far."""

    def __init__(
        self, request: CutoutRequest, report: Report, signals: Signals, connect: Connect | None
    ) -> None:
        self.request, self.report, self.signals, self.connect = request, report, signals, connect
        self.options = request.options
        self.results: list[StillResult] = []
        self.errors: list[Exception] = []
        self.sheets: tuple[Path, ...] = ()
        self.hopeless = False  # the node cannot be made, or the disk is full
        self.began = time.monotonic()

    def listed(self, todo: list[Task]) -> None:
        """Cut stills into files."""
        jobs = min(self.request.jobs, len(todo))
        if jobs > 1 and self.connect is None:
            from .pool import spread, threads_for

            shared = {**threads_for(jobs), **self.options.values()}
            options = dataclasses.replace(self.options, settings=shared)
            spread(todo, options, self.request.overwrite, jobs, self._take, self._ended)
        else:
            self._one_by_one(todo)
        self.signals.check()
        if self.options.sheet:
            self._sheet()

    def _one_by_one(self, todo: list[Task]) -> None:
        from .cutter import Cutter
        from .work import work

        with Cutter(self.options, self.signals, self.connect) as cutter:
            for task in todo:
                if self._ended():
                    break
                result = work(cutter, task, self.options, self.request.overwrite)
                self.signals.check()
                self._take(result)

    def through_pipes(self, stdin: IO[bytes], stdout: IO[bytes], found: list[Found]) -> None:
        """Cut one still that comes or goes, or both, through a pipe."""
        from ..images import read_image
        from .cutter import Cutter
        from .encode import encoded
        from .finding import Task
        from .stdin import picture_of
        from .work import check_room, told_of, write

        source = found[0].path if found else Path("standard input")
        picture = read_image(source) if found else picture_of(stdin.read())
        task = None
        if not self.request.piped and (out := self.request.target) is not None:
            exact = is_file_name(out)
            task = Task(source, out.with_suffix("") if exact else out / "stdin", out if exact else None)
            if not self.request.overwrite:
                check_room(task, self.options)
        with Cutter(self.options, self.signals, self.connect) as cutter:
            cut = cutter.cut(picture)
        paths: tuple[Path, ...] = ()
        if task is not None:
            paths = tuple(write(cut, task, self.request.overwrite))
        else:
            stdout.write(next(encoded(cut))[1])
            stdout.flush()
        took = time.monotonic() - self.began
        self._take(dataclasses.replace(told_of(cut, picture, source), paths=paths, seconds=took))
        if self.options.sheet:
            self._sheet()

    def watched(self, folder: Path) -> None:
        """Cut stills of a folder as they come; SIGINT is its usual end."""
        import signal

        from .cutter import Cutter
        from .watch import Watch, is_newer
        from .work import work

        out, kind = self.request.target, self.options.format
        ending = "_cutout" + FORMATS[kind][0]

        def done(found: Found) -> bool:
            return not self.request.overwrite and is_newer(tasks([found], out, kind)[0], ending)

        self.report.note(f"watching {folder}; Ctrl+C ends it")
        with Cutter(self.options, self.signals, self.connect) as cutter:
            for ready in Watch(folder, out, done).forever(self._ended):
                for task in tasks(ready, out, kind):
                    if not self._ended():
                        result = work(cutter, task, self.options, self.request.overwrite)
                        if not self.signals():
                            self._take(result)
        if self.signals.received not in (0, signal.SIGINT):
            self.signals.check()

    def _ended(self) -> bool:
        return self.signals() or self.hopeless

    def _take(self, result: StillResult) -> None:
        """Keep and tell a result."""
        error = result.error
        self.results.append(result)
        if error is not None:
            self.errors.append(error)
            self.hopeless = self.hopeless or isinstance(error, (SetupError, DiskFull))
        self.report.still(str(result.source), result.paths, result.seconds, error, result.told)
        if error is not None and not isinstance(error, AnatomatteError):
            self.report.trace(error)

    def _sheet(self) -> None:
        from .pages import write_sheets

        lines = [(one.line, one.legend) for one in self.results if one.line is not None]
        if not lines:
            return
        out = self.request.target
        first = next(one.paths[0] for one in self.results if one.line is not None)
        folder = out if out is not None and not is_file_name(out) else first.parent
        order = sorted(lines, key=lambda pair: pair[0].label) if self.request.jobs > 1 else lines
        self.sheets = tuple(write_sheets(order, folder, self.options.background is not None))
        for path in self.sheets:
            self.report.note(f"contact sheet: {path}")

    def finished(self) -> CutoutResult:
        """The end of the run."""
        from ..report import worst

        code, failed = worst(self.errors), len(self.errors)
        counts = {"cut": len(self.results) - failed, "failed": failed}
        self.report.end(code, counts, time.monotonic() - self.began)
        gravest = next((one for one in self.errors if getattr(one, "exit_code", 1) == code), None)
        sentence = f"{failed} of {len(self.results)} stills failed; {gravest}" if gravest else ""
        return CutoutResult(tuple(self.results), code, sentence, self.sheets)
