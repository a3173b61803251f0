"""Cutouts: names and places, formats and depths, what is never written over; and they are the node's."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from anatomatte.errors import PlateError, SettingsError
from anatomatte_batch.cutout import CutoutOptions, CutoutRequest, Cutter, encoded
from anatomatte_batch.cutout.names import Place, gathered, is_output, split
from anatomatte_batch.cutout.options import background_of
from anatomatte_batch.cutout.watch import arriving
from anatomatte_batch.images import read_image
from anatomatte_batch.source import Source
from made.cli_fake import FakeConnect, plate, read, shot, write


def photo(path: Path, kind: str = "uint8") -> Path:
    write(path, np.clip(plate(24, 16), 0, 1), kind)
    return path


def run(*sources: object, out: object = None, connect: FakeConnect | None = None, **more):
    words = [str(one) for one in sources]
    request = CutoutRequest(sources=words, out=None if out is None else str(out), **more)
    return request.run(connect or FakeConnect())


def test_one_start_serves_pictures_of_any_size():
    connect = FakeConnect()
    with Cutter(connect=connect) as cutter:
        node = connect.node
        for height, width in ((16, 24), (9, 5), (16, 24)):
            cut = cutter.cut(np.full((height, width, 3), 255, np.uint8))
            assert cut.rgba.shape == (height, width, 4) and cut.rgba.dtype == np.uint8
        assert connect.node is node and node is not None and len(node.calls) == 3


def test_a_folder_keeps_its_shape_and_its_outputs_are_no_inputs(tmp_path):
    photo(tmp_path / "in" / "a.png")
    photo(tmp_path / "in" / "deep" / "er" / "b.jpg")
    for _ in range(2):
        result = run(tmp_path / "in")
        assert [Path(one.source).name for one in result.pictures] == ["a.png", "b.jpg"]
        assert result.exit_code == 0
    run(tmp_path / "in", out=tmp_path / "in" / "out")
    assert (tmp_path / "in" / "out" / "deep" / "er" / "b_cutout.png").is_file()
    assert len(gathered([str(tmp_path / "in")], Place(folder=tmp_path / "in" / "out"))) == 2


def test_a_picture_that_is_only_called_so_is_cut(tmp_path):
    lonely = photo(tmp_path / "my_cutout.png")
    assert not is_output(lonely)
    photo(tmp_path / "my.jpg")
    assert is_output(lonely)
    with pytest.raises(SettingsError, match="not made by Anatomatte"):
        raise run(lonely, tmp_path / "my.jpg").failed[0].error


def test_names_that_would_be_the_same_stay_apart(tmp_path):
    photo(tmp_path / "a.png"), photo(tmp_path / "a.jpg")
    run(tmp_path)
    assert {one.name for one in tmp_path.glob("*_cutout*")} == {"a.png_cutout.png", "a.jpg_cutout.png"}


def test_a_bad_file_is_told_and_the_others_are_done(tmp_path):
    photo(tmp_path / "a.png"), photo(tmp_path / "c.png")
    (tmp_path / "b.png").write_bytes(b"no picture")
    result = run(tmp_path)
    assert [Path(one.source).name for one in result.failed] == ["b.png"] and result.exit_code == 3
    assert "b.png cannot be read" in result.sentence
    assert (tmp_path / "a_cutout.png").is_file() and (tmp_path / "c_cutout.png").is_file()


def test_nothing_foreign_and_no_input_is_written_over(tmp_path):
    source = photo(tmp_path / "a.png")
    before = source.read_bytes()
    result = run(source, out=source)
    assert result.exit_code == 2 and source.read_bytes() == before
    other = photo(tmp_path / "other.png")
    result = run(source, out=other)
    assert isinstance(result.failed[0].error, SettingsError) and "--overwrite" in result.sentence
    assert run(source, out=other, overwrite=True).exit_code == 0
    assert run(source, out=other).exit_code == 0  # it is ours now


@pytest.mark.parametrize(
    ("format", "channels", "kinds"),
    [("png", 4, "uint8 uint16"), ("tiff", 4, "uint8 uint16"), ("exr", 4, "half half"),
     ("jpeg", 3, "uint8 uint8"), ("webp", 4, "uint8 uint8")],
)  # fmt: skip
def test_depth_follows_the_picture(tmp_path, format, channels, kinds):
    for kind, wanted in zip(("uint8", "uint16"), kinds.split(), strict=True):
        photo(tmp_path / f"{kind}.tif", kind)
        result = run(tmp_path / f"{kind}.tif", out=tmp_path / "out", format=format)
        pixels, spec = read(result.pictures[0].files[0])
        assert spec.nchannels == channels and str(spec.format) == wanted
        assert pixels.shape[:2] == (16, 24)
        assert (any("JPEG knows no" in one for one in result.pictures[0].told)) == (format == "jpeg")


def test_sixteen_bits_are_kept_to_the_last_one():
    deep = np.arange(16 * 24 * 3, dtype=np.uint16).reshape(16, 24, 3) * 50
    deep[..., 1] = 0  # the fake keeps what is not green
    with Cutter(connect=FakeConnect()) as cutter:
        cut = cutter.cut(deep)
    assert cut.encoding == "srgb" and cut.rgba.dtype == np.uint16
    # the fake hands on code values; they leave it through the curve of sRGB
    from anatomatte.ops.colour import srgb_encode

    wanted = np.rint(srgb_encode(deep.astype(np.float32) / 65535) * 65535)
    assert np.abs(cut.rgba[..., :3].astype(np.int64) - wanted).max() <= 1


@pytest.mark.parametrize("behind", ["none", "#20408a", "bg.png"])
def test_a_tall_cutout_is_coded_in_strips_as_in_one_piece(tmp_path, monkeypatch, behind):
    from anatomatte_batch.cutout.cut import coded
    from anatomatte_batch.cutout.ground import over

    monkeypatch.chdir(tmp_path)
    ramp = np.linspace(0, 1, 300 * 2 * 3, dtype=np.float32).reshape(300, 2, 3)
    write(tmp_path / "bg.png", ramp, "uint8")
    options = CutoutOptions(background=None if behind == "none" else background_of(behind))
    with Cutter(options, connect=FakeConnect()) as cutter:
        cut = cutter.cut(np.clip(plate(20, 300), 0, 1))
    assert cut.light[..., 3].min() < 1
    assert np.array_equal(cut.rgba, coded(over(cut), cut.deep))


def test_backgrounds_cover(tmp_path):
    write(tmp_path / "bg.png", np.full((4, 40, 3), (0.0, 0.0, 1.0), np.float32), "uint8")
    for word, blue in ((str(tmp_path / "bg.png"), 255), ("#00f", 255), ("#000000", 0)):
        options = CutoutOptions(background=background_of(word))
        with Cutter(options, connect=FakeConnect()) as cutter:
            cut = cutter.cut(np.full((6, 8, 3), (0, 255, 0), np.uint8))  # all of it screen
        assert cut.alpha.max() == 0 and (cut.rgba == (0, 0, blue, 255)).all()
    with pytest.raises(SettingsError, match="no background"):
        background_of("blurple")
    with pytest.raises(SettingsError, match="is not there"):
        background_of("gone.png")


def test_parts_have_files_a_map_a_legend_and_labels():
    with Cutter(CutoutOptions(parts=True, alpha_too=True), connect=FakeConnect()) as cutter:
        cut = cutter.cut(np.full((300, 400, 3), 128, np.uint8))
        files = dict(encoded(cut))
    assert list(files)[:2] == ["_cutout.png", "_alpha.png"]
    assert {"_part_person_01.png", "_part_person_01.face.png", "_parts.png", "_legend.png"} <= set(files)
    told = json.loads(files["_labels.json"])
    face = told["people"]["person_01"]["parts"]["face"]
    assert face["colour"] == told["legend"]["face"] and abs(face["area"] - 1 / 32) < 1e-4
    assert len(set(told["legend"].values())) == len(told["legend"])


def test_options_become_controls_and_are_checked_once():
    wish = CutoutOptions(only=("face", "hair"), threshold=0.5, feather=2, erode=-1)
    told = wish.values()
    assert (told["parts"], told["parts_list"], told["soften"], told["erode"]) == (
        "listed",
        "face hair",
        2,
        -1,
    )
    assert told["clip_black"] < 0.5 < told["clip_white"]
    for wrong, why in (
        ({"only": ("fce",)}, "did you mean 'face'"),
        ({"only": ("FACE",)}, "did you mean 'face'"),
        ({"erode": 1.0, "settings": {"erode": 2.0}}, "set twice"),
        ({"settings": {"output": "matte"}}, "follows from the format"),
        ({"format": "gif"}, "it takes png"),
        ({"quality": 0}, "1 to 100"),
        ({"threshold": 2.0}, "0 to 1"),
    ):
        with pytest.raises(SettingsError, match=why):
            CutoutOptions(**wrong)


def test_standard_input_and_output(tmp_path, monkeypatch):
    class Stream:
        def __init__(self, content: bytes) -> None:
            self.buffer = io.BytesIO(content)

    monkeypatch.setattr(sys, "stdin", Stream(photo(tmp_path / "a.png").read_bytes()))
    monkeypatch.setattr(sys, "stdout", out := Stream(b""))
    assert run("-", out="-").exit_code == 0
    assert out.buffer.getvalue().startswith(b"\x89PNG")
    monkeypatch.setattr(sys, "stdin", Stream(b"nothing of use"))
    with pytest.raises(PlateError, match="Standard input is no picture"):
        run("-", out=tmp_path / "x.png")
    with pytest.raises(SettingsError, match="one file"):
        run("-", out="-", options=CutoutOptions(parts=True))


def test_the_last_name_is_out_unless_it_is_a_picture(tmp_path):
    a, b = str(photo(tmp_path / "a.png")), str(photo(tmp_path / "b.png"))
    assert split([a, b]) == ([a, b], None)
    assert split([a, b, str(tmp_path)]) == ([a, b], str(tmp_path))
    assert split([a, "new.png"]) == ([a], "new.png") and split([a]) == ([a], None)
    with pytest.raises(SettingsError, match="is one file for 2 pictures"):
        run(a, b, out=tmp_path / "c.png")
    with pytest.raises(PlateError, match="is not there"):
        run(tmp_path / "gone.png")
    assert len(run(tmp_path / "*.png", out=tmp_path / "o").pictures) == 2


def test_a_watched_folder_gives_each_picture_once_it_is_whole(tmp_path):
    photo(tmp_path / "a.png")
    looks = 0

    def stop() -> bool:
        nonlocal looks
        looks += 1
        if looks == 2:
            photo(tmp_path / "b.png")
            (tmp_path / "empty.png").touch()
        return looks > 12

    found = [task.source.name for task in arriving(tmp_path, Place(), stop, pause=0.0)]
    assert found == ["a.png", "b.png"]


def test_a_folder_for_a_shot_is_told_with_the_cure(tmp_path):
    shot(tmp_path / "shot")
    photo(tmp_path / "shot" / "still.png")
    with pytest.raises(PlateError, match=r"did you mean .*plate\.####\.exr"):
        Source(str(tmp_path / "shot"))
    photo(tmp_path / "photos" / "a.png")
    with pytest.raises(PlateError, match="anatomatte cutout"):
        Source(str(tmp_path / "photos"))


@pytest.mark.parametrize("kind", ["png", "tiff", "exr", "jpeg"])
def test_a_cutout_keeps_the_pixel_aspect(tmp_path, kind):
    write(tmp_path / "a.exr", plate(24, 16), PixelAspectRatio=2.0)
    result = run(tmp_path / "a.exr", out=tmp_path / "o", format=kind, options=CutoutOptions(alpha_too=True))
    assert result.exit_code == 0
    made = sorted((tmp_path / "o").iterdir())
    assert [read_image(one, matte="alpha" in one.name).aspect for one in made] == [
        pytest.approx(2.0, abs=0.02)
    ] * 2


def test_a_format_that_knows_no_pixel_aspect_says_so(tmp_path):
    write(tmp_path / "a.exr", plate(24, 16), PixelAspectRatio=2.0)
    told = run(tmp_path / "a.exr", format="webp").pictures[0].told
    assert any("pixel aspect" in one and "write PNG" in one for one in told)


def test_a_plate_beside_its_display_window_is_told(tmp_path):
    write(tmp_path / "a.exr", plate(24, 16), x=400, y=300, full=(0, 0, 24, 16))
    write(tmp_path / "b.exr", plate(24, 16), x=-23, y=15, full=(0, 0, 24, 16))
    told = [" ".join(run(tmp_path / name).pictures[0].told) for name in ("a.exr", "b.exr")]
    assert "outside its display window" in told[0] and "outside" not in told[1]


def test_a_cutout_is_what_a_render_writes(tmp_path):
    """Through the built node, two pictures of one size after one start."""
    from anatomatte_batch import RenderRequest

    for seed in (1, 2):
        write(tmp_path / f"p{seed}.png", np.clip(plate(96, 64, seed) * seed / 2, 0, 1), "uint16")
        one = tmp_path / f"r{seed}.png"
        assert RenderRequest(source=tmp_path / f"p{seed}.png", destination=one).run().exit_code == 0
    sources = [str(tmp_path / f"p{seed}.png") for seed in (1, 2)]
    assert CutoutRequest(sources=sources, out=f"{tmp_path}/o").run().exit_code == 0
    for seed in (1, 2):
        rendered, cut = (
            read_image(tmp_path / name).pixels for name in (f"r{seed}.png", f"o/p{seed}_cutout.png")
        )
        seen = rendered[..., 3] > 0.01
        assert seen.any() and np.abs(rendered[..., 3] - cut[..., 3]).max() < 1e-4
        assert np.abs(rendered - cut)[seen].max() < 2e-3
