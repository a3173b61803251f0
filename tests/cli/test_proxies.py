"""Proxies: the same frames again at a fraction of the size, by light and by ids."""

from __future__ import annotations

import numpy as np
import pytest

from anatomatte_batch import RenderRequest
from anatomatte_batch.picture import whole
from anatomatte_batch.proxies import smaller
from made.cli_fake import FakeConnect, cli, plate, read, shot, write
from made.coded_fake import Connect
from made.cryptomatte_reader import cryptomattes


def halved(pixels: np.ndarray, scale: int = 2) -> np.ndarray:
    """Means of squares that count from the lower left; what is beyond the picture is nothing."""
    height, width, channels = pixels.shape
    tall, wide = -(-height // scale), -(-width // scale)
    canvas = np.zeros((tall * scale, wide * scale, channels))
    canvas[tall * scale - height :, :width] = pixels
    return canvas.reshape(tall, scale, wide, scale, channels).mean((1, 3))


@pytest.mark.parametrize("scale", [2, 4])
def test_a_proxy_is_the_mean_of_light_and_mattes(tmp_path, scale):
    source = shot(tmp_path, [1, 2])
    words = ["--layers", "rgba,screen", "--depth", "float", "--proxy", tmp_path / "small.####.exr"]
    assert cli(source, tmp_path / "k.####.exr", *words, "--proxy-scale", scale) == 0
    for frame in (1, 2):
        full, around = read(tmp_path / f"k.{frame:04d}.exr")
        small, spec = read(tmp_path / f"small.{frame:04d}.exr")
        assert list(spec.channelnames) == list(around.channelnames)
        assert np.allclose(small, halved(full, scale), atol=1e-5)
        assert (spec.full_width, spec.full_height) == (
            -(-around.full_width // scale),
            -(-around.full_height // scale),
        )


def test_windows_are_where_they_were(tmp_path):
    write(tmp_path / "p.0001.exr", plate(), "float", x=5, y=-2, full=(0, 0, 40, 30))
    words = ["--depth", "float", "--proxy", tmp_path / "small.####.exr"]
    assert cli(tmp_path / "p.####.exr", tmp_path / "k.####.exr", *words) == 0
    full, around = read(tmp_path / "k.0001.exr")
    small, spec = read(tmp_path / "small.0001.exr")
    canvas = np.zeros((40, 40, 4))
    canvas[around.y + 10 : around.y + 10 + full.shape[0], around.x : around.x + full.shape[1]] = full
    means = halved(canvas)[spec.y + 5 : spec.y + 5 + small.shape[0], spec.x : spec.x + small.shape[1]]
    assert np.allclose(small, means, atol=1e-5) and np.allclose(small.sum(), halved(canvas).sum(), rtol=1e-4)


@pytest.mark.parametrize("output", ["premultiplied", "unpremultiplied", "face_patch", "face_plate"])
@pytest.mark.parametrize("code", ["srgb", "logc3", "linear"])
def test_encoded_colours_are_averaged_as_light_by_their_alpha(output, code):
    from anatomatte.ops import colour

    associated = output in ("premultiplied", "face_patch")
    rng = np.random.default_rng(5)
    light, alpha = rng.random((8, 12, 3), np.float32), rng.random((8, 12, 1), np.float32)
    alpha[:, :4] = 0
    mean, covered = halved(light * alpha), halved(alpha)
    written = colour.encode(code, light)
    rgba = np.concatenate([written * alpha if associated else written, alpha], 2)
    told = {"output": output, "output_colour": "input", "input_colour": code}
    found = smaller({"rgba": rgba.astype(np.float32)}, whole(light), told, 2)[0]["rgba"]
    there = covered[..., 0] > 0
    right = colour.encode(code, (mean[there] / covered[there]).astype(np.float32))
    right = right * covered[there] if associated else right
    assert np.allclose(found[there][:, :3], right, atol=2e-5)
    assert np.allclose(found[..., 3:], covered, atol=1e-6) and not found[~there].any()


def test_ids_of_a_proxy_have_the_mean_of_their_coverage(tmp_path):
    layers = ["people", "parts", "cryptopersonpart"]
    source = shot(tmp_path, [1])
    words = ["--set", "people=2", "--layers", ",".join(layers), "--depth", "float"]
    words += ["--proxy", tmp_path / "small.####.exr", "--ranks", "12"]
    assert cli(source, tmp_path / "k.####.exr", *words, connect=Connect()) == 0
    found = [cryptomattes(tmp_path / f"{name}.0001.exr")["CryptoPersonPart"] for name in ("k", "small")]
    full, small = found
    there = [name for name in full.manifest if full.matte(name).any()]
    assert len(there) == 6 and small.manifest == full.manifest
    for name in there:
        assert np.abs(small.matte(name) - halved(full.matte(name)[..., None])[..., 0]).max() < 1e-6
    covers = np.stack([cover for _, cover in small.ranks])
    assert (np.diff(covers, axis=0) <= 0).all(), "the largest comes first"


def test_both_files_make_a_frame_and_another_scale_makes_it_anew(tmp_path):
    source = shot(tmp_path, [1, 2, 3])

    def states(scale: int = 2, **more: object) -> list[str]:
        made = RenderRequest(
            source=source, destination=tmp_path / "k.####.exr", proxy=tmp_path / "small.####.exr",
            proxy_scale=scale, **more,
        ).run(FakeConnect())  # fmt: skip
        assert made.exit_code == 0
        return [one.status for one in made.frames]

    assert states() == ["rendered"] * 3 and states() == ["skipped"] * 3
    (tmp_path / "small.0002.exr").unlink()
    assert states() == ["skipped", "rendered", "skipped"]
    damaged = tmp_path / "small.0003.exr"
    damaged.write_bytes(damaged.read_bytes()[:-40])
    assert states() == ["skipped", "skipped", "rendered"]
    assert states(4) == ["rendered"] * 3
    alone = RenderRequest(source=source, destination=tmp_path / "k.####.exr").run(FakeConnect())
    assert [one.status for one in alone.frames] == ["skipped"] * 3, "a whole frame is not another by a proxy"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--proxy-scale", 4], "name where the proxies go"),
        (["--proxy", "s.####.exr", "--proxy-scale", 3], "2, 4 or 8"),
        (["--proxy", "s.####.png"], r"name \.exr files"),
        (["--proxy", "s.exr"], "is one file for 2 frames"),
    ],
)
def test_words_that_do_not_fit_are_refused(tmp_path, capsys, words, told):
    import re

    source = shot(tmp_path, [1, 2])
    assert cli(source, tmp_path / "k.####.exr", *words) == 2
    assert re.search(told, capsys.readouterr().out)


def test_neither_dst_nor_a_plate_is_written_over(tmp_path, capsys):
    source = shot(tmp_path, [1, 2])
    assert cli(source, tmp_path / "k.####.exr", "--proxy", tmp_path / "k.####.exr") == 2
    assert cli(source, tmp_path / "k.####.exr", "--proxy", source) == 2
    out = capsys.readouterr().out
    assert "is DST itself" in out and "would be written over" in out
    assert cli(source, tmp_path / "k.mov", "--proxy", tmp_path / "s.####.exr") == 2


def test_every_layer_can_have_its_own_proxy(tmp_path):
    source = shot(tmp_path, [1])
    out, small = tmp_path / "{layer}/k.####.exr", tmp_path / "{layer}/small.####.exr"
    assert cli(source, out, "--layers", "rgba,screen", "--depth", "float", "--proxy", small) == 0
    for layer in ("rgba", "screen"):
        full, less = (read(tmp_path / layer / f"{name}.0001.exr")[0] for name in ("k", "small"))
        assert np.allclose(less, halved(full), atol=1e-5)
