"""The layer that is keyed is the beauty, or the one that was named, and it is told."""

from __future__ import annotations

import json

import numpy as np
import pytest

from anatomatte.errors import PlateError, SettingsError
from anatomatte_batch import RenderRequest
from anatomatte_batch.images import read_image
from anatomatte_batch.read_layers import chosen, layers_of
from anatomatte_batch.source import Source
from made.cli_fake import cli, plate, read, write

GREY = np.full((9, 16, 3), 0.5, np.float32)
BEAUTY = plate()


def parts(path, **pictures):
    """A multi-part EXR with a part of each name."""
    import OpenImageIO as oiio

    specs = []
    for name, pixels in pictures.items():
        spec = oiio.ImageSpec(pixels.shape[1], pixels.shape[0], pixels.shape[2], "half")
        spec.attribute("oiio:subimagename", name)
        specs.append(spec)
    sink = oiio.ImageOutput.create(str(path))
    assert sink.open(str(path), specs)
    for number, pixels in enumerate(pictures.values()):
        if number:
            sink.open(str(path), specs[number], "AppendSubimage")
        sink.write_image(np.ascontiguousarray(pixels))
    sink.close()
    return path


def layered(path, *layers):
    """One part with layers, each (name, pixels, channels)."""
    names = [f"{name}.{channel}".lstrip(".") for name, _, channels in layers for channel in channels]
    write(path, np.concatenate([pixels for _, pixels, _ in layers], axis=2), names=tuple(names))
    return path


def is_beauty(picture):
    return np.abs(picture.pixels[..., :3] - BEAUTY).max() < 0.003


@pytest.mark.parametrize(
    "names",
    [
        ("ViewLayer.AO", "ViewLayer.Combined"),
        ("AO", "beauty"),
        ("diffuse", "rgba"),
        ("N", "C"),
        ("aov.RGB", "master.BEAUTY"),
        ("AO", ""),
        ("crypto", "color"),
        ("diffuse_color", "main"),
        ("color_key", "final"),
        ("beauty2", "beauty"),
        ("beauty_denoised", "beauty"),
        ("beauty.variance", "hero_beauty.rgba"),
        ("rgba_right", "rgba_left"),
        ("rgba.right", "rgba.left"),
        ("right", "left"),
        ("camera_right", "camera_left"),
        ("N", "RGB color"),
        ("diffuse", "beauty_denoised"),
    ],
)
def test_names_that_mean_the_picture_come_first(tmp_path, names):
    path = layered(tmp_path / "a.exr", (names[0], GREY, "RGB"), (names[1], BEAUTY, "RGB"))
    picture = read_image(path)
    assert is_beauty(picture)
    (message,) = picture.messages
    assert message.code == "layer" and names[0] in message.text and (names[1] or "unnamed") in message.text


def test_lights_of_two_sides_are_no_eyes(tmp_path):
    path = layered(tmp_path / "a.exr", ("light_left", GREY, "RGB"), ("light_right", BEAUTY, "RGB"))
    with pytest.raises(PlateError, match="none that is called beauty"):
        read_image(path)


@pytest.mark.parametrize(
    "names", [("N", "C"), ("ViewLayer.AO", "ViewLayer.Combined"), ("depth", "rgba.left")]
)
def test_a_part_is_a_layer(tmp_path, names):
    path = parts(tmp_path / "a.exr", **{names[0]: GREY, names[1]: BEAUTY})
    picture = read_image(path)
    assert is_beauty(picture) and names[1] in picture.layer and names[1] in picture.messages[0].text
    assert np.allclose(read_image(path, names[0]).pixels, 0.5)
    for name in (names[0].lower(), f"{names[0]}.R"):
        assert np.allclose(read_image(path, name).pixels, 0.5)


def test_a_part_that_its_writer_did_not_name_is_the_picture(tmp_path):
    assert is_beauty(read_image(parts(tmp_path / "a.exr", subimage00=BEAUTY, N=GREY)))
    with pytest.raises(PlateError, match=r"2 that are called so; there are subimage00 .*subimage01"):
        read_image(parts(tmp_path / "b.exr", subimage00=BEAUTY, subimage01=GREY))


def test_a_named_layer_is_read(tmp_path):
    path = layered(
        tmp_path / "a.exr", ("", GREY, "RGB"), ("hero.key", BEAUTY, "RGB"), ("hero.matte", GREY[..., :1], "A")
    )
    assert is_beauty(read_image(path, "hero.key")) and is_beauty(read_image(path, "key"))
    assert read_image(path, "hero.matte").pixels.shape == (9, 16, 1)
    assert read_image(path, "hero.matte.A").pixels.shape == (9, 16, 1)
    with pytest.raises(
        SettingsError, match=r"--layer hero.kay: .* no such layer; there are .*hero.key .*Did you mean"
    ):
        read_image(path, "hero.kay")


def test_several_layers_and_no_beauty_are_no_guess(tmp_path):
    path = layered(tmp_path / "a.exr", ("diffuse", GREY, "RGB"), ("specular", BEAUTY, "RGB"))
    with pytest.raises(PlateError, match=r"several layers with colour.*diffuse .R, G, B., specular.*--layer"):
        read_image(path)
    assert is_beauty(read_image(path, "specular"))
    alone = layered(tmp_path / "b.exr", ("specular", BEAUTY, "RGB"), ("depth", GREY[..., :1], "Z"))
    assert is_beauty(read_image(alone)) and "specular" in read_image(alone).messages[0].text


@pytest.mark.parametrize("names", [("hero.beauty", "bg.beauty"), ("rgba", "RGBA"), ("a_color", "b_color")])
def test_two_that_are_called_beauty_are_no_guess(tmp_path, names):
    path = layered(tmp_path / "a.exr", (names[0], GREY, "RGB"), (names[1], BEAUTY, "RGB"))
    with pytest.raises(PlateError, match=f"several layers with colour and 2 that are called so.*{names[1]}"):
        read_image(path)


@pytest.mark.parametrize(
    "names", [("Z",), ("P.X", "P.Y", "P.Z"), ("person_01.A", "person_02.A"), ("A",), ("u", "v", "w")]
)
def test_without_colour_it_is_said_what_is_there(tmp_path, names):
    write(tmp_path / "a.exr", np.repeat(GREY[..., :1], len(names), 2), names=names)
    with pytest.raises(PlateError, match="no layer with colour; there are") as told:
        read_image(tmp_path / "a.exr")
    assert all(name.rpartition(".")[2] in str(told.value) for name in names)


def test_a_matte_may_be_one_channel_of_any_name(tmp_path):
    for names, wanted in (
        (("A",), None),
        (("Y",), None),
        (("mask.Z",), None),
        (("hair.A", "A"), None),
        (("Z", "hair.A"), "hair"),
    ):
        write(tmp_path / "m.exr", np.repeat(GREY[..., :1], len(names), 2), names=names)
        assert read_image(tmp_path / "m.exr", wanted, matte=True).pixels.shape == (9, 16, 1)
    write(tmp_path / "m.exr", np.repeat(GREY[..., :1], 2, 2), names=("hair.A", "face.A"))
    with pytest.raises(PlateError, match=r"several mattes; there are .*--layer CLIP=NAME"):
        read_image(tmp_path / "m.exr", matte=True)


def test_luminance_and_chroma_are_colour(tmp_path):
    red, green, blue = (BEAUTY[..., n] for n in range(3))
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    stack = np.dstack([luminance, (red - luminance) / luminance, (blue - luminance) / luminance])
    write(tmp_path / "a.exr", stack.astype(np.float32), "float", names=("Y", "RY", "BY"))
    assert np.abs(read_image(tmp_path / "a.exr").pixels - BEAUTY).max() < 1e-5


def test_red_green_blue_and_alpha_by_any_custom():
    for names in (
        ["r", "g", "b", "a"],
        ["red", "green", "blue", "alpha"],
        ["L.R", "L.G", "L.B", "L.A"],
        ["A", "B", "G", "R"],
    ):
        layers = layers_of([("", names)])
        layer = chosen(layers, None, False, "a.exr")
        assert [names[n].rpartition(".")[2][0].lower() for n in layer.channels] == ["r", "g", "b", "a"]


def test_what_was_read_is_in_log_and_header(tmp_path):
    path = layered(tmp_path / "a.exr", ("AO", GREY, "RGB"), ("ViewLayer.Combined", BEAUTY, "RGBA"[:3]))
    log = tmp_path / "log"
    assert cli(path, tmp_path / "k.exr", "--log", log) == 0
    events = [json.loads(line) for line in log.read_text().splitlines()]
    frame = next(event for event in events if event["event"] == "frame")
    assert frame["layers"] == {"Source": "ViewLayer.Combined (R, G, B)"}
    assert any(event.get("code") == "layer" for event in events)
    _, spec = read(tmp_path / "k.exr")
    assert json.loads(spec.getattribute("anatomatte:layers"))["Source"].startswith("ViewLayer.Combined")


def test_what_was_read_is_in_the_header_however_many_frames_were_read_since(tmp_path):
    for frame in range(1, 8):
        write(tmp_path / f"p.{frame}.exr", BEAUTY)
    request = RenderRequest(source=tmp_path / "p.#.exr", destination=tmp_path / "k.#.exr", frames="4")
    assert request.run().exit_code == 0  # the real node looks around its frame
    _, spec = read(tmp_path / "k.4.exr")
    assert spec.getattribute("anatomatte:layers") == '{"Source": "the unnamed layer (R, G, B)"}'


def test_every_clip_has_a_layer_of_its_own(tmp_path):
    write(tmp_path / "p.1.exr", BEAUTY)
    side = layered(
        tmp_path / "side.exr",
        ("AO", GREY, "RGB"),
        ("spec", BEAUTY, "RGB"),
        ("hair", GREY[..., :1], "A"),
        ("face", GREY[..., :1], "A"),
    )
    out = tmp_path / "k.exr"
    assert (
        cli(
            tmp_path / "p.1.exr",
            out,
            "--bg",
            side,
            "--layer",
            "bg=spec",
            "--inm",
            side,
            "--layer",
            "inm=hair",
        )
        == 0
    )
    assert cli(tmp_path / "p.1.exr", out, "--layer", "bg=spec") == 2  # no such clip
    one, two = Source(str(side), layer="spec"), Source(str(side), layer="AO")
    assert is_beauty(one.read(1)) and not is_beauty(two.read(1))


def test_another_layer_is_another_frame(tmp_path, capsys):
    path, out = parts(tmp_path / "a.exr", N=GREY, C=BEAUTY), tmp_path / "k.exr"
    assert cli(path, out) == 0 and cli(path, out) == 0
    assert "frame 1 is there" in capsys.readouterr().out
    assert cli(path, out, "--layer", "N") == 0
    assert "stale: layer" in capsys.readouterr().out
    assert cli(path, out, "--layer", "n.o") == 2


def test_a_video_has_no_layers(tmp_path):
    from made.clips import clip

    clip(tmp_path / "v.mp4", numbers=range(2))
    with pytest.raises(SettingsError, match="a video, which has no layers"):
        Source(str(tmp_path / "v.mp4"), layer="beauty")


def test_a_matte_with_a_flat_alpha_is_told(tmp_path):
    rgba = np.dstack(
        [np.repeat((np.arange(16) > 8)[None, :, None], 9, 0).repeat(3, 2), np.ones((9, 16))]
    ).astype(np.float32)
    write(tmp_path / "m.png", rgba, "uint8")
    assert [m.code for m in read_image(tmp_path / "m.png", matte=True).messages] == ["matte-alpha-flat"]
    assert read_image(tmp_path / "m.png").messages == ()


@pytest.mark.parametrize(("sizes", "told"), [([4, 4, 4], 3), ([4, 2], 0), ([4], 0)])
def test_of_several_pages_it_is_told_that_the_first_is_read(tmp_path, sizes, told):
    """A smaller page is a thumbnail."""
    import OpenImageIO as oiio

    path = tmp_path / "scan.tif"
    specs = [oiio.ImageSpec(size, size, 3, "uint8") for size in sizes]
    sink = oiio.ImageOutput.create(str(path))
    assert sink.open(str(path), specs if len(specs) > 1 else specs[0])
    for at, spec in enumerate(specs):
        assert not at or sink.open(str(path), spec, "AppendSubimage")
        assert sink.write_image(np.full((spec.height, spec.width, 3), 0.1 * (at + 1), np.float32))
    sink.close()
    picture = read_image(path)
    assert picture.pixels.max() == pytest.approx(0.1, abs=0.01)
    texts = [one.text for one in picture.messages if one.code == "pages"]
    assert texts == ([f"scan.tif holds {told} pictures; the first is read."] if told else [])


def test_a_sequence_says_what_it_reads_once(tmp_path):
    from anatomatte_batch import RenderRequest
    from made.cli_fake import FakeConnect

    for number in range(1, 5):
        layered(tmp_path / f"a.{number:04d}.exr", ("AO", GREY, "RGB"), ("beauty", BEAUTY, "RGB"))
    result = RenderRequest(source=tmp_path / "a.####.exr", destination=tmp_path / "k.####.exr").run(
        FakeConnect()
    )
    assert [message.code for message in result.messages] == ["layer"] and result.exit_code == 0
    assert result.numbers("rendered") == [1, 2, 3, 4]


# ---- Cryptomatte and numbers of things


HASHES = np.random.default_rng(1).integers(1 << 24, 1 << 30, (9, 16, 4), np.uint32).view(np.float32)


def crypto(path, *layers, names=()):
    """Layers in one part of float, with the headers of Cryptomattes of these *names*."""
    import OpenImageIO as oiio

    stack = np.concatenate([pixels for _, pixels, _ in layers], axis=2)
    spec = oiio.ImageSpec(16, 9, stack.shape[2], "float")
    spec.channelnames = tuple(f"{name}.{one}".lstrip(".") for name, _, channels in layers for one in channels)
    for number, name in enumerate(names):
        spec.attribute(f"cryptomatte/abc{number}/name", name)
        spec.attribute(f"cryptomatte/abc{number}/hash", "MurmurHash3_32")
    sink = oiio.ImageOutput.create(str(path))
    assert sink.open(str(path), spec) and sink.write_image(np.ascontiguousarray(stack)) and sink.close()
    return path


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("CryptoObject00", ()),
        ("ViewLayer.CryptoMaterial01", ()),
        ("crypto_asset00", ()),
        ("uAsset00", ("uAsset",)),
        ("View Layer.things02", ("View Layer.things",)),
    ],
)
def test_a_cryptomatte_is_never_the_plate_and_no_matte(tmp_path, name, header):
    path = crypto(tmp_path / "a.exr", ("diffuse", BEAUTY, "RGB"), (name, HASHES, "RGBA"), names=header)
    assert is_beauty(read_image(path))
    for matte in (False, True):
        with pytest.raises(
            SettingsError, match=rf"--layer {name}: .* is a Cryptomatte: hashes, neither light"
        ):
            read_image(path, name, matte=matte)
    alone = crypto(tmp_path / "b.exr", (name, HASHES, "RGBA"), names=header)
    for matte in (False, True):
        with pytest.raises(PlateError, match=f"only Cryptomatte .*{name}"):
            read_image(alone, matte=matte)


def test_a_cryptomatte_in_a_part_of_its_own(tmp_path):
    path = parts(tmp_path / "a.exr", CryptoObject00=GREY, specular=BEAUTY)
    assert is_beauty(read_image(path))


def test_what_numbers_things_is_no_plate_but_can_be_named(tmp_path):
    for name in ("ObjectID", "object_id", "IndexOB", "ID"):
        path = layered(tmp_path / "a.exr", ("diffuse", BEAUTY, "RGB"), (name, GREY, "RGB"))
        assert is_beauty(read_image(path)) and np.allclose(read_image(path, name).pixels, 0.5)


@pytest.mark.parametrize("compression", ["dwaa", "dwab", "piz", "zips"])
def test_identities_of_the_plate_are_not_carried_into_mattes(tmp_path, compression):
    crypto(
        tmp_path / "a.exr", ("", BEAUTY, "RGB"), ("CryptoObject00", HASHES, "RGBA"), names=("CryptoObject",)
    )
    assert cli(tmp_path / "a.exr", tmp_path / "k.exr", "--compression", compression) == 0
    _, spec = read(tmp_path / "k.exr")
    assert tuple(spec.channelnames) == ("R", "G", "B", "A")
    assert not any("cryptomatte" in one.name.lower() for one in spec.extra_attribs)
