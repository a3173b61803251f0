"""What a run says: a bar for people, one plain line a frame for farms, NDJSON on request."""

from __future__ import annotations

import contextlib
import json
import re
import sys
import time
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import IO, Any

from anatomatte.errors import AnatomatteError, OutputError

from .result import FrameResult, Message
from .sequences import compact
from .side_files import check_name

_WORDS = {2: "settings", 3: "plate", 4: "setup", 5: "memory", 6: "quality", 7: "output", 8: "time"}


NOTHING: Mapping[int, Exception] = MappingProxyType({})
"""No frame failed."""


class Report:
    """One run's account.

    A reason that many frames fail for is told once; the log has it with each.  Lines of frames that failed
    do not hold the words that farms take for a fatal end; the run's own end does.

    Args:
        total: how many frames the run has.
        log: a file for NDJSON, ``-`` for standard output (then the plain lines go to standard error).
        quiet: no plain lines and no bar.
        progress: ``openjd`` for the lines that Open Job Description reads.
    """

    def __init__(
        self, total: int, log: str | None = None, quiet: bool = False, progress: str | None = None
    ) -> None:
        self.total, self.count = total, 0
        self._quiet, self._progress = quiet, progress
        self._said: set[str] = set()
        self._reasons: dict[tuple[type[Exception], str], int] = {}
        self.messages: list[Message] = []
        self._plain: IO[str] = sys.stderr if log == "-" else sys.stdout
        self._log = _open_log(log)
        self._owned = log not in (None, "-")
        self._bar: Any = None

    def __enter__(self) -> Report:
        if not self._quiet and self._plain.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
            )
            self._bar = Progress(*columns, console=Console(file=self._plain))
            self._bar.start()
            self._task = self._bar.add_task("frames", total=self.total)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()
        if self._owned and self._log:
            try:
                self._log.close()
            except OSError as why:
                self._lost_log(why)

    def doing(self, text: str) -> None:
        """What the bar says while no frame is rendered yet."""
        if self._bar:
            self._bar.update(self._task, description=text)

    def note(self, text: str) -> None:
        """A sentence that concerns no single frame."""
        self._line(text)
        self.event("note", message=text)

    def message(self, message: Message) -> None:
        """What there is to say of a clip or a setting; each once."""
        if message not in self.messages:
            self.messages.append(message)
            if message.text not in self._said:
                self._line(f"note: {message.text}")
            self._said.add(message.text)
            self.event("note", code=message.code, message=message.text)

    def frame(
        self,
        frame: int,
        status: str,
        path: Path,
        seconds: float = 0.0,
        error: Exception | None = None,
        told: Iterable[str] = (),
        stale: str = "",
        screen: Mapping[str, str | float] | None = None,
        layers: Mapping[str, str] | None = None,
        qc: Mapping[str, float] | None = None,
        doubtful: Iterable[str] = (),
        tries: int = 1,
        pixels: Mapping[str, str] | None = None,
    ) -> None:
        """A frame ended: ``rendered``, ``skipped`` or ``failed`` with its error.

        *told* is what the node has to say of it: the log has it with every frame, people read a sentence
        once.  *stale*: why a file that was there is rendered again.  *screen*: what was decided on a screen.
        *layers*: the layer that was read of each clip.  *qc*: what its checks say, code → score; *doubtful*:
        the codes beyond the limit.  *tries*: how often it was begun.  *pixels*: marks of what its files hold.
        """
        self.count += 1
        facts: dict[str, Any] = {
            "frame": frame,
            "status": status,
            "path": str(path),
            "seconds": round(seconds, 4),
        }
        if sentences := list(told):
            facts["told"] = sentences
        if tries > 1:
            facts["tries"] = tries
        if stale:
            facts["stale"] = stale
        if screen:
            facts["screen"] = dict(screen)
        if layers:
            facts["layers"] = dict(layers)
        if qc:
            facts["qc"] = dict(qc)
        if codes := list(doubtful):
            facts["doubtful"] = codes
        if pixels:
            facts["pixels"] = dict(pixels)
        if error is not None:
            code = getattr(error, "exit_code", 1)
            retry = getattr(error, "retry", False)
            facts |= {"class": type(error).__name__, "code": code, "retry": retry, "message": str(error)}
            text = f"frame {frame} failed ({_WORDS.get(code, 'bug')}){self._why(frame, error)}"
        elif status == "skipped":
            text = f"frame {frame} is there: {path}"
        else:
            text = f"frame {frame} {status} in {seconds:.2f} s: {path}"
        if stale:
            text += f" (stale: {stale})"
        if codes:
            text += f" (doubtful: {', '.join(codes)})"
        fresh = [sentence for sentence in sentences if sentence not in self._said]
        self._said.update(fresh)
        text = " ".join([text, *(f"({sentence})" for sentence in fresh)])
        always = self._bar is None or error is not None or bool(fresh or stale or codes)
        self._line(f"[{self.count}/{self.total}] {text}", always=always)
        self.event("frame", **facts)
        if self._progress:
            _print(f"openjd_progress: {100 * min(self.count / max(self.total, 1), 1):.1f}", self._plain)
        if self._bar:
            self._bar.update(self._task, completed=self.count, description=f"frame {frame}")

    def _why(self, frame: int, error: Exception) -> str:
        """Why a frame failed; where others did for the same, but for number and file, the first of them."""
        alike = re.sub(rf"(?<!\d)0*{abs(frame)}(?!\d)", "#", str(error))
        first = self._reasons.setdefault((type(error), alike), frame)
        return f": {error}" if first == frame else f" as frame {first} did"

    def ended(self, one: FrameResult) -> None:
        """As `frame`, of a frame's result."""
        self.frame(
            one.frame, one.status, one.path, one.seconds, one.error, one.told, one.stale, one.screen,
            one.layers, one.qc, one.doubtful, one.tries, one.pixels,
        )  # fmt: skip

    def trace(self, error: Exception) -> None:
        """Where a failure that nobody foresaw came from, for the people who mend it."""
        text = "".join(traceback.format_exception(error))
        _print(text, sys.stderr)
        self.event("trace", message=text)

    def again(self, frame: int, error: Exception, tries: int) -> None:
        """A frame failed and is tried again."""
        code = getattr(error, "exit_code", 1)
        self._line(f"frame {frame} did not end well ({_WORDS.get(code, 'bug')}), try {tries + 1}: {error}")
        self.event("again", frame=frame, tries=tries, code=code, message=str(error))

    def end(
        self, code: int, counts: dict[str, int], seconds: float, failures: Mapping[int, Exception] = NOTHING
    ) -> None:
        """The run ended with this exit code, and these frames failed."""
        causes = _causes(failures)
        for one in causes:
            worth = "worth a retry" if one["retry"] else "not worth a retry"
            kind = _WORDS.get(one["code"], "bug")
            self._line(f"failed {one['frames']} ({kind}, {worth}): {one['message']}")
        told = ", ".join(f"{number} {word}" for word, number in counts.items() if number)
        self._line(f"{told or 'nothing to do'} in {seconds:.1f} s")
        more = {"failures": causes} if causes else {}
        self.event("end", exit=code, seconds=round(seconds, 3), **counts, **more)

    def event(self, event: str, **facts: Any) -> None:
        """One NDJSON object."""
        if self._log is None:
            return
        line = {"event": event, "at": round(time.time(), 3), **facts}
        text = json.dumps(line, ensure_ascii=False, default=str) + "\n"
        try:
            self._log.write(text.encode("utf-8", "backslashreplace").decode("utf-8"))
            self._log.flush()
        except (OSError, ValueError) as why:  # what only reports never ends a render
            self._lost_log(why)

    def _lost_log(self, why: Exception) -> None:
        """Go on without the log, and say so once."""
        log, self._log = self._log, None
        if self._owned and log is not None:
            with contextlib.suppress(OSError, ValueError):
                log.close()
        reason = why.strerror if isinstance(why, OSError) else str(why)
        self.message(
            Message("log-lost", f"The log cannot be written any more ({reason}); the render goes on.")
        )

    def _line(self, text: str, always: bool = True) -> None:
        if self._quiet or not always:
            return
        if self._bar:
            self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            _print(text, self._plain)


def _causes(failures: Mapping[int, Exception]) -> list[dict[str, Any]]:
    """What failed and why: the frames of each class of failure, with the first one's sentence."""
    found: dict[type[Exception], list[int]] = {}
    for frame, error in sorted(failures.items()):
        found.setdefault(type(error), []).append(frame)
    return [
        {
            "class": kind.__name__,
            "code": getattr(kind, "exit_code", 1),
            "retry": getattr(kind, "retry", False),
            "frames": compact(frames),
            "message": str(failures[frames[0]]),
        }
        for kind, frames in found.items()
    ]


def _print(text: str, file: IO[str]) -> None:
    """A line, in whatever encoding the stream has."""
    encoding = getattr(file, "encoding", None) or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding), file=file, flush=True)


def _open_log(log: str | None) -> IO[str] | None:
    if log is None:
        return None
    if log == "-":
        return sys.stdout
    check_name(log, (".ndjson", ".jsonl", ".json"), "a log")
    try:
        Path(log).parent.mkdir(parents=True, exist_ok=True)
        return open(log, "a", encoding="utf-8")
    except OSError as why:
        raise OutputError(f"The log {log} cannot be written: {why.strerror}; name another file.") from why


_SEVERITY = (1, 4, 5, 7, 8, 3, 2, 6)


def worst(errors: list[Exception]) -> int:
    """The exit code of a run: the gravest class, from our bug over setup down to quality; 0 for none."""
    codes = {getattr(error, "exit_code", 1) for error in errors}
    stopped = [code for code in codes if code > 128]
    return next(iter(stopped + [code for code in _SEVERITY if code in codes]), 0)


def explained(error: Exception) -> Exception:
    """Python's own memory errors and names that are too long, in the words of the error table."""
    from anatomatte.errors import OutOfMemory, too_long

    if isinstance(error, AnatomatteError):
        return error
    if isinstance(error, MemoryError):
        return OutOfMemory("The frame does not fit into memory; use a bigger machine.")
    return too_long(error) or error
