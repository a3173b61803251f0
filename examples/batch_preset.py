"""Render a sequence with a preset through the batch library, as `anatomatte render` does."""

from __future__ import annotations

import argparse
from pathlib import Path

from anatomatte_batch import RenderRequest

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
    done = RenderRequest(
        source=SHOT / "plate.####.exr",
        destination=given.out / "key.####.exr",
        frames=given.frames,
        preset=given.out / "shot.toml",
        layers="rgba,screen",
    ).run()
    for frame in done.frames:
        print(frame.frame, frame.status, frame.stale or "")
    return done.exit_code


if __name__ == "__main__":
    raise SystemExit(main())
