"""Our files that somebody wrote into afterwards: ``check-frames`` names the frame, the layer and the cure,
and a render makes them again."""

from __future__ import annotations

import json
import shutil

import numpy as np
import OpenImageIO as oiio
import pytest

from anatomatte_batch import pixel_marks, stills
from anatomatte_cli.main import main
from made.cli_fake import FakeConnect, FakeNode, cli, plate, shot, write

FRAMES = (1, 2, 3)


def rendered(folder, suffix: str = "exr", *words: object) -> str:
    target = str(folder / f"k.####.{suffix}")
    assert cli(shot(folder, FRAMES), target, *words) == 0
    return target


def check(capsys, *words: object) -> tuple[int, list[tuple[int, str]], dict]:
    capsys.readouterr()
    code = main(["check-frames", *map(str, words), "--json"])
    told = json.loads(capsys.readouterr().out)
    return code, [(one["frame"], one["code"]) for one in told["faults"]], told


def again(path, change=lambda pixels, spec: pixels, **facts: str) -> None:
    """Write a file anew with all that its header says, as programs do that hand metadata on."""
    source = stills.opened(str(path))
    spec, pixels = source.spec(), source.read_image(source.spec().format)
    source.close()
    pixels = change(pixels, spec)
    for name, text in facts.items():
        spec.attribute(name.replace("__", "/"), text)
    sink = oiio.ImageOutput.create(str(path))
    assert sink.open(str(path), spec) and sink.write_image(pixels) and sink.close()


def brighter(pixels, spec):
    spot = pixels[4, 5]
    spot[1] = spot[1] + 1 if pixels.dtype.kind == "u" else np.nextafter(spot[1], pixels.dtype.type(9))
    return pixels


@pytest.mark.parametrize(
    ("suffix", "words"),
    [
        ("exr", []), ("exr", ["--depth", "float"]), ("exr", ["--compression", "piz"]),
        ("exr", ["--compression", "dwaa"]), ("exr", ["--trim"]), ("png", []), ("png", ["--depth", 8]),
        ("tif", []), ("tif", ["--depth", "half"]), ("tif", ["--depth", "float"]), ("tiff", ["--depth", 8]),
    ],
)  # fmt: skip
def test_one_pixel_that_another_program_altered_is_told(suffix, words, tmp_path, capsys):
    target = rendered(tmp_path, suffix, *words)
    assert check(capsys, target)[:2] == (0, [])
    again(tmp_path / f"k.0002.{suffix}")  # its own pixels once more
    assert check(capsys, target)[:2] == (0, [])
    again(tmp_path / f"k.0002.{suffix}", brighter)
    code, faults, told = check(capsys, target)
    assert (code, faults) == (7, [(2, "altered")])
    assert "other pixels in rgba than were written" in told["faults"][0]["message"]


def test_what_a_packing_that_loses_made_of_pixels_is_what_counts(tmp_path, capsys):
    for frame in FRAMES:
        write(tmp_path / f"plate.{frame:04d}.exr", plate(96, 64, seed=frame))
    marks = []
    for compression in ("piz", "dwaa"):
        target = str(tmp_path / f"{compression}.####.exr")
        words = ["--compression", compression]
        assert cli(tmp_path / "plate.####.exr", target, *words) == 0
        assert check(capsys, target)[:2] == (0, [])
        marks.append(pixel_marks.kept_by(stills.attributes(tmp_path / f"{compression}.0001.exr")))
    assert marks[0] != marks[1]


def test_a_long_header_keeps_the_marks_of_such_a_packing(tmp_path, capsys, monkeypatch):
    """A header is as long as what the plate and its people say; it was read to a megabyte."""

    class Long(FakeNode):
        identity = {**FakeNode.identity, "graph": "g" * (5 << 18)}  # noqa: RUF012

    class Connect(FakeConnect):
        def __call__(self, clips):
            return Long(clips, self.before)

    target = str(tmp_path / "k.####.exr")
    assert cli(shot(tmp_path, FRAMES), target, "--compression", "dwaa", connect=Connect()) == 0
    assert check(capsys, target)[:2] == (0, [])
    assert len(pixel_marks.kept_by(stills.attributes(tmp_path / "k.0001.exr"))) == 1
    monkeypatch.setattr(stills, "_PIECE", 7)
    for at in range(20):  # wherever what is read at once ends
        (tmp_path / "file").write_bytes(b"." * at + b"placeholder" + b".." + b"placeholder")
        stills._put(tmp_path / "file", b"placeholder", b"told".ljust(11))
        assert (tmp_path / "file").read_bytes() == b"." * at + b"told       " + b".." + b"placeholder"
    with pytest.raises(OSError, match="lacks a part of its header"):
        stills._put(tmp_path / "file", b"a placeholder", b"told".ljust(13))


def test_the_layer_is_named(tmp_path, capsys):
    target = rendered(tmp_path, "exr", "--layers", "rgba,screen,spill")

    def inside(pixels, spec):
        pixels[2, 3, spec.channelnames.index("spill.A")] = 0.25
        return pixels

    again(tmp_path / "k.0003.exr", inside)
    code, faults, told = check(capsys, target)
    assert (code, faults) == (7, [(3, "altered")])
    assert "in spill than" in told["faults"][0]["message"]
    apart = str(tmp_path / "{layer}.####.png")
    assert cli(tmp_path / "plate.####.exr", apart, "--layers", "rgba,screen") == 0
    again(tmp_path / "screen.0001.png", lambda pixels, spec: pixels // 2)
    code, faults, told = check(capsys, apart, "--layers", "rgba,screen")
    assert (code, faults) == (7, [(1, "altered")])
    assert "in screen than" in told["faults"][0]["message"]


def test_a_host_that_wrote_it_again_is_named(tmp_path, capsys):
    target = rendered(tmp_path)
    again(tmp_path / "k.0001.exr", Software="OpenImageIO 3.1 : oiiotool k.0001.exr -o k.0001.exr")
    code, faults, told = check(capsys, target)
    assert (code, faults) == (0, [])
    assert told["notes"] == ["1 frame was written again by OpenImageIO 3.1, with the same pixels"]
    again(tmp_path / "k.0002.exr", brighter, nuke__version="15.1v3")
    code, faults, told = check(capsys, target)
    assert (code, faults) == (2, [(2, "rewritten")])
    assert "was written again by Nuke 15.1v3, and rgba is not" in told["faults"][0]["message"]


def packed(pixels, spec):
    spec.attribute("compression", "piz")
    spec.tile_width = spec.tile_height = 16
    return pixels


def widened(pixels, spec):
    spec.set_format("float")
    spec.channelformats = ()
    return pixels.astype(np.float32)


def larger(pixels, spec):
    height, width, channels = pixels.shape
    around = np.zeros((height + 4, width + 6, channels), pixels.dtype)
    around[1:-3, 2:-4] = pixels
    spec.x, spec.y, spec.width, spec.height = spec.x - 2, spec.y - 1, width + 6, height + 4
    return around


def turned(pixels, spec):
    order = list(range(len(spec.channelnames)))[::-1]
    spec.channelnames = tuple(spec.channelnames[n] for n in order)
    return np.ascontiguousarray(pixels[..., order])


def written_out(pixels, spec):
    names = {"R": "red", "G": "green", "B": "blue", "A": "alpha"}
    layers = [
        (layer, dot, names[label]) for layer, dot, label in (one.rpartition(".") for one in spec.channelnames)
    ]
    spec.channelnames = tuple(map("".join, layers))
    return pixels


@pytest.mark.parametrize("pack", [packed, widened, larger, turned, written_out])
def test_the_same_pixels_packed_otherwise_are_the_same(pack, tmp_path, capsys):
    target = rendered(tmp_path, "exr", "--layers", "rgba,screen", "--trim")
    again(tmp_path / "k.0002.exr", pack)
    _, faults, _ = check(capsys, target)
    assert not [one for one in faults if one[1] in ("altered", "rewritten")]


def test_each_part_is_a_layer_where_a_host_divides_them(tmp_path):
    rendered(tmp_path, "exr", "--layers", "rgba,screen")
    path = tmp_path / "k.0001.exr"
    source = oiio.ImageInput.open(str(path))
    spec, pixels = source.spec(), source.read_image(source.spec().format)
    source.close()
    names = [tuple("RGBA"), ("A",)]
    places = [[spec.channelnames.index(name) for name in "RGBA"], [spec.channelnames.index("screen.A")]]
    parts = []
    for name, labels in zip(("rgba", "screen"), names, strict=True):
        part = oiio.ImageSpec(spec.width, spec.height, len(labels), spec.format)
        part.channelnames = labels
        part.attribute("oiio:subimagename", name)
        for key in (item.name for item in spec.extra_attribs if item.name.startswith("anatomatte:")):
            part.attribute(key, spec.getattribute(key))
        parts.append(part)
    sink = oiio.ImageOutput.create(str(path))
    assert sink.open(str(path), tuple(parts))
    for n, part in enumerate(parts):
        assert n == 0 or sink.open(str(path), part, "AppendSubimage")
        assert sink.write_image(np.ascontiguousarray(pixels[..., places[n]]))
    sink.close()
    from anatomatte_batch.looked_at import look

    assert look(path).altered == ()


def test_a_header_that_somebody_wrote_into_is_told(tmp_path, capsys):
    target = rendered(tmp_path)
    shutil.copy(tmp_path / "k.0001.exr", tmp_path / "k.0002.exr")
    again(tmp_path / "k.0002.exr", **{"anatomatte:frame": "2"})
    code, faults, told = check(capsys, target)
    assert (code, faults) == (7, [(2, "header")])
    assert "its header was altered" in told["faults"][0]["message"]


@pytest.mark.parametrize("suffix", ["exr", "png", "tif"])
def test_a_header_that_says_nothing_of_a_thing_is_as_it_was_written(suffix, tmp_path, capsys):
    """The image library leaves empty texts out of an EXR, as that of a screen that nobody had to decide."""

    class Silent(FakeNode):
        identity = {**FakeNode.identity, "screen_kept": "", "screen": "green, é\nas set"}  # noqa: RUF012

    class Connect(FakeConnect):
        def __call__(self, clips):
            return Silent(clips, self.before)

    target = str(tmp_path / f"k.####.{suffix}")
    assert cli(shot(tmp_path, FRAMES), target, connect=Connect()) == 0
    assert "anatomatte:screen" in stills.attributes(tmp_path / f"k.0001.{suffix}")
    assert check(capsys, target)[:2] == (0, [])


@pytest.mark.parametrize("words", [[], ["--layers", "rgba,screen"]])
def test_a_frame_of_another_shot_in_its_place_is_not_what_the_log_tells_of(words, tmp_path, capsys):
    log = tmp_path / "render.ndjson"
    target = rendered(tmp_path, "exr", *words, "--log", log, "--proxy", tmp_path / "s.####.exr")
    other = tmp_path / "other"
    other.mkdir()
    for frame in FRAMES:
        write(other / f"plate.{frame:04d}.exr", plate(seed=40 + frame))
    assert cli(other / "plate.####.exr", other / "k.####.exr", *words) == 0
    asked = [target, "--rendered", log, "--proxy", tmp_path / "s.####.exr"]
    assert check(capsys, *asked)[:2] == (0, [])
    shutil.copy(other / "k.0002.exr", tmp_path / "k.0002.exr")
    assert check(capsys, target)[:2] == (0, [])  # by itself nothing is wrong with it
    code, faults, told = check(capsys, *asked)
    assert (code, faults) == (7, [(2, "swapped")])
    assert "the log of its render" in told["faults"][0]["message"]
    assert cli(tmp_path / "plate.####.exr", target, *words, "--log", log, "--proxy", asked[-1]) == 0
    assert check(capsys, *asked)[:2] == (0, [])  # the last word of the log counts


def test_logs_that_tell_of_no_frame_are_refused(tmp_path, capsys):
    target = rendered(tmp_path)
    assert main(["check-frames", target, "--rendered", str(tmp_path / "none.ndjson")]) == 2
    assert "--rendered" in capsys.readouterr().err
    (tmp_path / "empty.ndjson").write_text("{}\n[1]\nno json\n", encoding="utf-8")
    assert main(["check-frames", target, "--rendered", str(tmp_path / "empty.ndjson")]) == 2
    assert "tells of no frame" in capsys.readouterr().err


def test_frames_without_marks_are_told_once(tmp_path, capsys):
    target = rendered(tmp_path)

    def unmarked(pixels, spec):
        spec.erase_attribute(pixel_marks.NAME)
        return pixels

    again(tmp_path / "k.0002.exr", unmarked)
    code, faults, told = check(capsys, target)
    assert (code, faults) == (0, [])
    assert told["notes"] == ["frames 2 keep no marks of their pixels: these may have been altered"]


def test_an_altered_frame_is_rendered_again(tmp_path, capsys):
    target = rendered(tmp_path)
    marks = [pixel_marks.kept_by(stills.attributes(tmp_path / f"k.{n:04d}.exr")) for n in FRAMES]
    again(tmp_path / "k.0002.exr", brighter)
    log = tmp_path / "again.ndjson"
    assert cli(tmp_path / "plate.####.exr", target, "--log", log) == 0
    events = [json.loads(line) for line in log.read_text().splitlines()]
    told = [one for one in events if one["event"] == "frame"]
    assert [one["status"] for one in told] == ["skipped", "rendered", "skipped"]
    assert [one["pixels"] for one in told] == marks
    assert [one.get("stale") for one in told] == [None, "pixels", None]
    assert check(capsys, target)[:2] == (0, [])
