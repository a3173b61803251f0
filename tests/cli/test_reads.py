"""A batch whose frames look at each other reads every picture once, and keeps what the window needs."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from anatomatte_batch import RenderRequest, source
from made.cli_fake import plate, write

COUNT = 12


@pytest.mark.parametrize("window", [0, 2, 5])
def test_every_picture_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, window: int) -> None:
    for number in range(1, COUNT + 1):
        for name in ("plate", "core"):
            write(tmp_path / f"{name}.{number:04d}.exr", plate(48, 32, seed=number))
    reads: Counter[str] = Counter()
    most = [0]
    real, kept = source.read_image, source.Source.read

    def counted(path: Path, *more: object) -> object:
        reads[Path(path).name] += 1
        return real(path, *more)  # type: ignore[arg-type]

    def watched(clip: source.Source, frame: int) -> object:
        picture = kept(clip, frame)
        most[0] = max(most[0], len(clip._kept))
        return picture

    monkeypatch.setattr(source, "read_image", counted)
    monkeypatch.setattr(source.Source, "read", watched)
    made = RenderRequest(
        source=tmp_path / "plate.####.exr",
        destination=tmp_path / "out" / "key.####.exr",
        sides={"InM": str(tmp_path / "core.####.exr")},
        settings={"subject": "off", "screen": "green", "window": window},
    ).run()
    assert made.exit_code == 0, made.sentence
    assert len(reads) == 2 * COUNT and set(reads.values()) == {1}, reads
    assert most[0] <= max(3, window + 2)
