"""Every file of a cutout holds a mark of its pixels, and ``check-frames`` holds folders against it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import OpenImageIO as oiio
import pytest

from anatomatte_batch import face_marks, stills
from anatomatte_batch.cutout import CutoutOptions, CutoutRequest
from anatomatte_batch.cutout.encode import picture_bytes
from anatomatte_batch.cutout.names import Place, gathered, is_output
from anatomatte_batch.cutout.options import FORMATS
from anatomatte_batch.looked_at import look
from anatomatte_batch.pixel_marks import NAME, kept_by
from anatomatte_cli.main import main
from made.cli_fake import FakeConnect, plate, write


def cut(folder: Path, kind: str, *, bits: str = "uint8", **options: Any) -> Path:
    """Cutouts of two pictures, one in a folder below; the folder of the cutouts."""
    for name in ("in/a.png", "in/deep/b.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write(folder / name, np.clip(plate(40, 24, seed=len(name)), 0, 1), bits)
    wish = CutoutOptions(format=kind, alpha_too=True, **options)
    request = CutoutRequest(sources=[str(folder / "in")], out=str(folder / "out"), options=wish)
    assert request.run(FakeConnect()).exit_code == 0
    return folder / "out"


def check(capsys: pytest.CaptureFixture[str], folder: Path) -> tuple[int, list[tuple[str, str]], Any]:
    capsys.readouterr()
    code = main(["check-frames", str(folder), "--json"])
    told = json.loads(capsys.readouterr().out)
    return code, [(Path(one["path"]).name, one["code"]) for one in told["faults"]], told


def altered(path: Path, program: str = "") -> None:
    """One pixel of a file is another, and its header what it was."""
    if path.suffix == ".webp":
        pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        pixels[3, 4] = 255 - pixels[3, 4]
        said = stills.attributes(path)
        assert said
        packet = np.frombuffer(face_marks.xmp(said).encode(), np.uint8)
        good, content = cv2.imencodeWithMetadata(".webp", pixels, [cv2.IMAGE_METADATA_XMP], [packet])
        assert good
        path.write_bytes(bytes(content))
        return
    source = stills.opened(str(path))
    spec, pixels = source.spec(), source.read_image(source.spec().format)
    source.close()
    pixels[8:16, 8:16, 1] = 1 - pixels[8:16, 8:16, 1] if pixels.dtype.kind == "f" else ~pixels[8:16, 8:16, 1]
    if program:
        spec.attribute("Software", program)
    sink = oiio.ImageOutput.create(str(path))
    assert sink.open(str(path), spec) and sink.write_image(pixels) and sink.close()


@pytest.mark.parametrize("bits", ["uint8", "uint16"])
@pytest.mark.parametrize("kind", FORMATS)
def test_one_pixel_that_was_altered_is_told_in_every_format(
    kind: str, bits: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = cut(tmp_path, kind, bits=bits)
    code, faults, told = check(capsys, out)
    assert (code, faults, told["pictures"], told["notes"]) == (0, [], 4, [])
    (bad,) = out.glob("deep/b_cutout.*")
    altered(bad)
    code, faults, told = check(capsys, out)
    assert (code, faults) == (7, [(bad.name, "altered")])
    assert "cut it again" in told["faults"][0]["message"]


def test_every_file_of_a_picture_has_a_mark(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    for kind in FORMATS:
        for channels in (1, 3, 4):
            if (channels == 4 and kind == "jpeg") or (channels == 1 and kind == "webp"):
                continue
            pixels = rng.random((9, 16, channels)).astype(np.float32)
            path = tmp_path / f"made{FORMATS[kind][0]}"
            for values in (pixels, pixels * 0):
                given = values if kind == "exr" else (values * 255).astype(np.uint8)
                path.write_bytes(picture_bytes(given, kind))
                found = look(path)
                assert found.altered == () and len(kept_by(found.facts)) == 1, (kind, channels)
            assert not stills.attributes(_plain(tmp_path, given, kind))


def _plain(folder: Path, pixels: Any, kind: str) -> Path:
    """A view that nobody keeps: without a mark."""
    path = folder / f"plain{FORMATS[kind][0]}"
    path.write_bytes(picture_bytes(pixels, kind, held=False))
    return path


def test_what_is_no_cutout_is_left_out_and_what_was_saved_by_others_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = cut(tmp_path, "png")
    altered(out / "a_cutout.png", "GIMP 2.10")
    code, faults, told = check(capsys, out)
    assert (code, faults) == (2, [("a_cutout.png", "rewritten")])
    assert "by GIMP 2.10" in told["faults"][0]["message"]
    write(out / "photo.png", np.clip(plate(8, 8), 0, 1), "uint8")  # nobody's
    (out / "broken.png").write_bytes(b"no picture")
    assert check(capsys, out)[:2] == (code, faults)
    write(out / "photo_cutout.png", np.clip(plate(8, 8), 0, 1), "uint8")
    (out / "broken_alpha.png").write_bytes(b"no picture")
    assert check(capsys, out)[1] == [
        *faults, ("broken_alpha.png", "damaged"), ("photo_cutout.png", "foreign"),
    ]  # fmt: skip


def test_files_without_marks_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a_cutout.png").write_bytes(picture_bytes(np.full((8, 8, 4), 9, np.uint8), "png", held=False))
    code, faults, told = check(capsys, tmp_path)
    assert (code, faults) == (0, [])
    assert told["notes"] == [
        f"{tmp_path / 'a_cutout.png'} keeps no marks of pixels: whether these were altered is not known"
    ]


def test_a_folder_without_cutouts_and_words_of_frames_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check-frames", str(tmp_path)]) == 7
    assert "There is no cutout in" in capsys.readouterr().err
    for words in (["--layers", "rgba"], ["--set", "erode=1"], ["--qc-threshold", "1"]):
        assert main(["check-frames", str(tmp_path), *words]) == 2
        assert f"{words[0]} is of frames" in capsys.readouterr().err


def test_lines_and_log_tell_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = cut(tmp_path, "png")
    altered(out / "a_cutout.png")
    capsys.readouterr()
    assert main(["check-frames", str(out), "--log", str(tmp_path / "log.ndjson")]) == 7
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith(f"altered: {out / 'a_cutout.png'} holds other pixels in rgba")
    assert said[-1] == "1 of 4 pictures are not right (1 altered)"
    events = [json.loads(line) for line in (tmp_path / "log.ndjson").read_text().splitlines()]
    assert [one["event"] for one in events] == ["start", "fault", "end"]
    assert events[1]["path"] == str(out / "a_cutout.png") and events[1]["exit"] == 7


def test_a_map_of_regions_is_no_picture_to_be_cut(tmp_path: Path) -> None:
    write(tmp_path / "a.png", np.clip(plate(8, 8), 0, 1), "uint8")
    (tmp_path / "a_regions.png").write_bytes(picture_bytes(np.zeros((8, 8, 3), np.uint8), "png"))
    assert is_output(tmp_path / "a_regions.png")
    assert [task.source.name for task in gathered([str(tmp_path)], Place())] == ["a.png"]


def test_what_a_webp_says_is_read_back_and_no_more_than_that(tmp_path: Path) -> None:
    path = tmp_path / "a.webp"
    said = {"anatomatte:face_consent": '{"who": "Änna <&> O\'Hara"}'}
    path.write_bytes(picture_bytes(np.full((8, 8, 4), 9, np.uint8), "webp", marks=said))
    found = stills.attributes(path)
    assert found is not None and said.items() <= found.items() and set(found) == {*said, NAME}
    whole = path.read_bytes()
    for text in (b"[1]", b"{}x", b'{"other:a": "b"}'):
        packet = np.frombuffer(face_marks.xmp({}).replace("{}", text.decode()).encode(), np.uint8)
        pixels = np.full((8, 8, 4), 9, np.uint8)
        content = cv2.imencodeWithMetadata(".webp", pixels, [cv2.IMAGE_METADATA_XMP], [packet])[1]
        path.write_bytes(bytes(content))
        assert stills.attributes(path) == {}
    for size in range(12, len(whole), 7):
        path.write_bytes(whole[:size])
        assert isinstance(face_marks.of_webp(path), dict)
