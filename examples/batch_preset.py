"""Render a sequence with a preset through the batch library, as `anatomatte render` does."""

from __future__ import annotations

import argparse
from pathlib import Path

from anatomatte_batch import presets
from anatomatte_batch.cancel import Signals
from anatomatte_batch.job import Job, default_values, run
from anatomatte_batch.ofx_node import connect
from anatomatte_batch.report import Report
from anatomatte_batch.sequences import parse_frames, parse_pattern
from anatomatte_batch.sinks import StillSink
from anatomatte_batch.source import Source
from anatomatte_batch.stills import StillFormat

SHOT = Path(__file__).resolve().parent.parent / "samples" / "shot"
PRESET = """
[settings]
screen = "green"
[keys]
soften = {1001 = 0.0, 1012 = 1.0}
[[range]]
frames = "1002"
erode = 0.5
"""


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("out", type=Path, help="a folder")
    words.add_argument("--frames", default="1001-1002")
    given = words.parse_args()

    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "shot.toml").write_text(PRESET, encoding="utf-8")
    layers = ("rgba", "screen")
    how = StillFormat(".exr", layers, "half", "zips")
    sink = StillSink(parse_pattern(str(given.out / "key.####.exr")), how)
    frames = parse_frames(given.frames)
    source = Source(str(SHOT / "plate.####.exr"))
    preset = presets.load(given.out / "shot.toml")
    job = Job(source, frames, preset, default_values(how.linear, None), layers, str(how))
    with Signals() as signals, Report(len(frames), quiet=True) as report:
        node = connect({"Source": source.read}, signals, source.span())
        try:
            done = run(job, node, sink, report, signals)
        finally:
            node.close()
            source.close()
    print(done.counts())
    return done.code


if __name__ == "__main__":
    raise SystemExit(main())
