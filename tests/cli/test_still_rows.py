"""Files of many rows and layers: written and read back some rows at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from anatomatte_batch import stills
from anatomatte_batch.still_rows import ROWS
from made.cli_fake import FakeConnect, FakeNode, cli, plate, read, write

HEIGHT = 2 * ROWS + 11


def rendered(folder, *words: object, **facts: object):
    """A plate of several times ROWS, its pixels as the file holds them, and the file made of it."""
    write(folder / "p.0001.exr", plate(24, HEIGHT) * np.float32(40000), "float", **facts)
    code = cli(folder / "p.####.exr", folder / "k.####.exr", "--colour", "linear", *words)
    assert code == 0
    return read(folder / "p.0001.exr")[0], *read(folder / "k.0001.exr")


@pytest.mark.parametrize(
    "facts", [{}, {"x": 3, "y": -5, "full": (0, 0, 64, 48)}, {"x": -2, "y": 7, "full": (-4, 2, 20, 200)}]
)
def test_every_row_is_in_its_place(tmp_path, facts):
    seen, made, spec = rendered(tmp_path, "--layers", "rgba,screen,garbage", "--depth", "float", **facts)
    alpha = 1 - np.clip(seen[..., 1] - seen[..., 0], 0, 1)
    assert np.array_equal(made[..., 3], alpha)
    assert np.array_equal(made[..., :3], seen * alpha[..., None])
    at = {name: made[..., n] for n, name in enumerate(spec.channelnames)}
    assert np.array_equal(at["screen.A"], alpha * np.float32(0.5))
    assert (spec.y, spec.height) == (facts.get("y", 0), HEIGHT)


def test_halves_saturate_and_empty_layers_are_zero(tmp_path):
    seen, made, _ = rendered(tmp_path, "--layers", "rgba,person_02,screen")
    assert seen.max() > 65504 and np.isfinite(made).all()
    alpha = (1 - np.clip(seen[..., 1] - seen[..., 0], 0, 1)).astype(np.float32)
    right = np.minimum(seen * alpha[..., None], 65504).astype(np.float16).astype(np.float32)
    assert np.array_equal(made[..., :3], right)


@pytest.mark.parametrize("kept", [0.5, 0.97])
def test_a_file_that_broke_off_in_any_of_its_rows_is_made_again(tmp_path, kept):
    rendered(tmp_path)
    path = tmp_path / "k.0001.exr"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    assert cli(tmp_path / "p.####.exr", tmp_path / "k.####.exr", "--colour", "linear") == 0
    assert np.array_equal(read(path)[0], rendered(tmp_path)[1])


def plate_of(kind: str) -> np.ndarray:
    """A plate whose layers are packed in an own way; green without red has no alpha."""
    light = np.zeros((HEIGHT, 10 + 8192 if kind == "a run" else 2100, 3), np.float32)
    light[..., 1] = 2
    light[:, : 10 * (kind == "a run")] = (1, 0.3, 0.2)  # what follows is a run as it is packed, to the word
    rng = np.random.default_rng(2)
    if kind == "noise":
        return rng.uniform(-4, 4, light.shape).astype(np.float32) ** 5
    if kind == "one pixel":
        return plate(1, 1)
    if kind == "a column":
        return plate(1, HEIGHT)
    if kind == "edges":
        light[:, (0, -1)] = (1, 0.3, 0.2)
        light[40:50, -3:] = (3, 0.3, 0.2)
    if kind == "spots":
        for y, x in rng.integers(0, (HEIGHT, 2100), (40, 2)):
            light[y : y + 5, x : x + 9] = rng.random(3)
    return light


@pytest.mark.parametrize("kind", ["noise", "one pixel", "a column", "edges", "spots", "nothing", "a run"])
@pytest.mark.parametrize("compression", ["zips", "zip"])
@pytest.mark.parametrize("layers", ["rgba,screen,people", "rgba,garbage,cryptoperson", "garbage"])
def test_the_same_pixels_whatever_packs_them(tmp_path, kind, compression, layers):
    write(tmp_path / "p.0001.exr", plate_of(kind), "float", x=3, y=-5)
    made = []
    for name in (compression, "none"):
        words = ("--layers", layers, "--compression", name, "--colour", "linear", "--set", "people=2")
        assert cli(tmp_path / "p.####.exr", tmp_path / f"{name}.####.exr", *words) == 0
        made.append(read(tmp_path / f"{name}.0001.exr"))
    (packed, one), (plain, other) = made
    assert one["compression"] == compression
    assert packed.tobytes() == plain.tobytes()  # ids are bits of floats
    assert one.channelnames == other.channelnames and (one.x, one.y) == (other.x, other.y) == (3, -5)


def test_another_reader_sees_the_same(tmp_path):
    av = pytest.importorskip("av")
    write(tmp_path / "p.0001.exr", plate_of("spots"), "float")
    words = ("--layers", "rgba,screen,people", "--colour", "linear")
    assert cli(tmp_path / "p.####.exr", tmp_path / "k.####.exr", *words) == 0
    with av.open(str(tmp_path / "k.0001.exr")) as file:
        frame = next(file.decode(video=0))
        assert frame.format.name == "gbrapf16le"
        found = [np.frombuffer(one, np.float16).reshape(frame.height, -1) for one in frame.planes]
    green, blue, red, alpha = (one[:, : frame.width] for one in found)
    assert alpha.any()
    assert np.array_equal(np.dstack([red, green, blue, alpha]), read(tmp_path / "k.0001.exr")[0][..., :4])


class Nobody(FakeConnect):
    """A node in whose pictures there is somebody, of whom no matte knows."""

    def __call__(self, clips):
        class Node(FakeNode):
            def whole(self, frame, values):
                made = super().whole(frame, values)
                return replace(made, pixels=made.pixels * 0) if values["output"] == "packed" else made

        self.node = Node(clips, self.before, self.checks)
        return self.node


def test_layers_that_are_empty_take_hardly_any_room(tmp_path):
    write(tmp_path / "p.0001.exr", plate_of("spots"), "float")
    sizes = []
    for layers in ("rgba", "rgba,people.parts"):
        words = ("--layers", layers, "--colour", "linear", "--overwrite", "--set", "people=8")
        assert cli(tmp_path / "p.####.exr", tmp_path / "k.####.exr", *words, connect=Nobody()) == 0
        sizes.append((tmp_path / "k.0001.exr").stat().st_size)
    plain = 2 * HEIGHT * 2100 * len(read(tmp_path / "k.0001.exr")[1].channelnames)
    assert sizes[1] - sizes[0] < plain / 500  # a run of ZIP is a thousandth of its bytes


@pytest.mark.parametrize("fault", ["cut", "turned", "longer", "head"])
def test_a_file_that_is_not_what_was_written_gets_no_name(tmp_path, monkeypatch, fault):
    real = stills.write_blocks

    def broken(path, *words):
        proof = real(path, *words)
        data = bytearray(path.read_bytes())
        data[{"turned": -9, "head": 500}.get(fault, -1)] ^= fault in ("turned", "head")
        path.write_bytes(data[:-1] if fault == "cut" else data + b"x" * (fault == "longer"))
        return proof

    monkeypatch.setattr(stills, "write_blocks", broken)
    write(tmp_path / "p.0001.exr", plate(24, HEIGHT), "float")
    assert cli(tmp_path / "p.####.exr", tmp_path / "k.####.exr") == 7
    assert not list(tmp_path.glob("k.*"))
