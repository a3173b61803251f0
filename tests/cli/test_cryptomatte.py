"""Cryptomattes in EXR: read by an independent reader, decoded back to the layers that they are made of."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Mapping

import numpy as np
import pytest

from anatomatte.menus import PART_MENU
from anatomatte_batch.cryptomatte import id_of
from made import shots_made
from made.cli_fake import cli, read, shot
from made.coded_fake import SIZE, Connect
from made.cryptomatte_reader import cryptomattes

HALF = 2.0**-11


def made(tmp_path, *words: object, frames=(1,), connect: Connect | None = None) -> str:
    source = shot(tmp_path, frames)
    target = tmp_path / "k.####.exr"
    assert cli(source, target, "--set", "people=2", *words, connect=connect or Connect()) == 0
    return source


@pytest.mark.parametrize(
    ("name", "bits"),
    [
        ("person_01", "1f83426f"), ("person", "ff7931b8"), ("test", "ba6bd213"), ("", "00800000"),
        ("obj_213", "7f474713"),  # the hash is no number as a float, and bit 23 is turned
        ("obj_456", "80f1e77c"),  # the hash is less than a common number, and bit 23 is turned
    ],
)  # fmt: skip
def test_ids_are_those_of_the_specification(name, bits):
    assert f"{id_of(name):08x}" == bits
    assert np.isfinite(np.array([id_of(name)], np.uint32).view(np.float32)).all()


def test_coverages_decode_to_the_layers(tmp_path):
    made(tmp_path, "--layers", "rgba,people,parts,people.parts,cryptomatte")
    pixels, spec = read(tmp_path / "k.0001.exr")
    found = cryptomattes(tmp_path / "k.0001.exr")
    assert set(found) == {"CryptoPerson", "CryptoPart", "CryptoPersonPart"}
    assert list(found["CryptoPerson"].manifest) == ["person_01", "person_02"]
    assert list(found["CryptoPart"].manifest) == list(PART_MENU)
    assert len(found["CryptoPersonPart"].manifest) == 2 * len(PART_MENU)
    seen = 0
    for one in found.values():
        total = np.zeros(SIZE)
        for name in one.manifest:
            matte = one.matte(name)
            layer = pixels[..., spec.channelindex(f"{name}.A")]
            assert np.abs(matte - layer).max() <= HALF, name
            total += layer
            seen += matte.max() > 0.1
        assert np.abs(sum(cover for _, cover in one.ranks) - total).max() <= 6 * HALF
    assert seen == 2 + 3 + 6


def test_ids_are_kept_to_the_bit_beside_halves(tmp_path):
    connect = Connect()
    made(tmp_path, "--layers", "rgba,cryptoperson", connect=connect)
    assert [[values[f"pack_{c}"] for c in "rgb"] for _, values in connect.node.calls][1:] == [
        ["person_01", "person_02", "none"]
    ]
    pixels, spec = read(tmp_path / "k.0001.exr")
    kinds = {name: str(kind) for name, kind in zip(spec.channelnames, spec.channelformats, strict=True)}
    assert {kinds[name] for name in "RGBA"} == {"half"}
    assert len(kinds) == 4 + 12 and {kinds[name] for name in kinds if "." in name} == {"float"}
    ids = pixels[..., spec.channelindex("CryptoPerson00.R")].view(np.uint32)
    assert {f"{n:08x}" for n in np.unique(ids)} == {"1f83426f", f"{id_of('person_02'):08x}"}
    assert "person_01.A" not in kinds  # rendered, and not asked for as a layer


def test_ranks_run_from_the_largest_coverage_down_and_end_in_nothing(tmp_path):
    made(tmp_path, "--layers", "cryptopersonpart")
    ranks = cryptomattes(tmp_path / "k.0001.exr")["CryptoPersonPart"].ranks
    assert len(ranks) == 6
    for (_, more), (_, less) in itertools.pairwise(ranks):
        assert (more >= less).all()
    for ids, cover in ranks:
        assert ((ids == 0) == (cover == 0)).all()
    assert (ranks[5][1] > 0).any() and (ranks[0][1] < 1).all()


def test_what_does_not_fit_is_told_and_fits_with_more_ranks(tmp_path, capsys):
    parts = tuple(PART_MENU)[:8]
    made(tmp_path, "--layers", "parts,cryptopart", connect=Connect(parts))
    assert (
        "CryptoPart: some pixels hold more than 6 names, the smallest are left out" in capsys.readouterr().out
    )
    few = cryptomattes(tmp_path / "k.0001.exr")["CryptoPart"]
    pixels, spec = read(tmp_path / "k.0001.exr")
    layers = np.stack([pixels[..., spec.channelindex(f"{name}.A")] for name in PART_MENU])
    largest = np.sort(layers, axis=0)[::-1][:6]
    assert np.abs(np.stack([cover for _, cover in few.ranks]) - largest).max() <= HALF

    assert cli(
        tmp_path / "plate.####.exr", tmp_path / "k.####.exr", "--set", "people=2", "--layers",
        "parts,cryptopart", "--ranks", 8, connect=Connect(parts),
    ) == 0  # fmt: skip
    said = capsys.readouterr().out
    assert "stale: output" in said and "left out" not in said
    more = cryptomattes(tmp_path / "k.0001.exr")["CryptoPart"]
    assert len(more.ranks) == 8
    for name in parts:
        assert np.abs(more.matte(name) - pixels[..., spec.channelindex(f"{name}.A")]).max() <= HALF


def test_of_equal_coverages_the_first_of_the_table_comes_first_whatever_else_is_asked(tmp_path):
    made(tmp_path, "--layers", "cryptopart")
    alone = cryptomattes(tmp_path / "k.0001.exr")["CryptoPart"].ranks
    made(tmp_path, "--layers", "coat,cryptopart", "--overwrite")
    beside = cryptomattes(tmp_path / "k.0001.exr")["CryptoPart"].ranks
    assert (alone[0][1][:2, 3:] == alone[2][1][:2, 3:]).all()
    first = {f"{n:08x}" for n in np.unique(alone[0][0][:2, 3:].view(np.uint32))}
    assert first == {f"{id_of('hair'):08x}"}
    for (ids, cover), (other_ids, other_cover) in zip(alone, beside, strict=True):
        assert np.array_equal(ids, other_ids) and np.array_equal(cover, other_cover)


def test_actors_of_a_sidecar_are_called_by_their_names(tmp_path):
    source = shot(tmp_path, [1, 2])
    rows = dict.fromkeys((1, 2), ((1, 0.2, 0.3, 0.1, 0.2, 0.3, 0.9),))
    sidecar = shots_made.written(shots_made.shot(np.ones((9, 16, 3)), rows, {1: "anna"}), tmp_path)
    words = ["--layers", "cryptoperson,cryptopersonpart", "--shot", sidecar, "--set", "people=2"]
    assert cli(source, tmp_path / "k.####.exr", *words, connect=Connect()) == 0
    found = cryptomattes(tmp_path / "k.0002.exr")
    assert list(found["CryptoPerson"].manifest) == ["anna", "person_02"]
    assert "anna.face" in found["CryptoPersonPart"].manifest
    assert found["CryptoPerson"].matte("anna").max() > 0.1
    told = json.loads(sidecar.read_text())
    told["people"][0]["name"] = "berta"
    sidecar.write_text(json.dumps(told))
    connect = Connect()
    assert cli(source, tmp_path / "k.####.exr", *words, connect=connect) == 0
    assert {frame for frame, _ in connect.node.calls} == {1, 2}
    assert list(cryptomattes(tmp_path / "k.0001.exr")["CryptoPerson"].manifest) == ["berta", "person_02"]


def test_files_are_the_same_in_any_chunk_and_kept_when_they_are_there(tmp_path):
    words = ["--layers", "rgba,cryptomatte"]
    source = made(tmp_path, *words, frames=(1, 2, 3))
    whole = {n: (tmp_path / f"k.{n:04d}.exr").read_bytes() for n in (1, 2, 3)}
    connect = Connect()
    made(tmp_path, *words, frames=(1, 2, 3), connect=connect)
    assert connect.node.calls == []
    for n in (3, 1, 2):
        (tmp_path / f"k.{n:04d}.exr").unlink()
        target = tmp_path / "k.####.exr"
        assert cli(source, target, "--set", "people=2", *words, "--frames", n, connect=Connect()) == 0
        assert (tmp_path / f"k.{n:04d}.exr").read_bytes() == whole[n]
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--compression", "dwaa"], "alters the ids of Cryptomattes; take zips"),
        (["--ranks", "5"], "an even number from 2 to 32"),
    ],
)
def test_what_would_harm_ids_is_refused(tmp_path, capsys, words, told):
    source = shot(tmp_path, [1])
    assert cli(source, tmp_path / "k.####.exr", "--layers", "rgba,cryptoperson", *words) == 2
    assert told in capsys.readouterr().out and not (tmp_path / "k.0001.exr").exists()


@pytest.mark.parametrize("layers", ["cryptoperson", "rgba,cryptopart"])
@pytest.mark.parametrize("target", ["k.####.png", "k.####.tif", "k.mov"])
def test_other_files_hold_none(tmp_path, capsys, layers, target):
    source = shot(tmp_path, [1])
    assert cli(source, tmp_path / target, "--layers", layers) == 2
    assert "write EXR for" in capsys.readouterr().out


def test_words_that_are_near_are_told(tmp_path, capsys):
    assert cli(shot(tmp_path, [1]), tmp_path / "k.####.exr", "--layers", "cryptopeople") == 2
    assert "did you mean 'cryptope" in capsys.readouterr().out


def test_ranks_without_a_cryptomatte_have_no_effect_and_that_is_told(tmp_path, capsys):
    made(tmp_path, "--ranks", "8")
    assert "--ranks 8 has no effect" in capsys.readouterr().out


def test_a_reader_of_others_decodes_the_same(tmp_path):
    reader = pytest.importorskip("cryptomatte_api", reason="pip install cryptomatte-api")
    made(tmp_path, "--layers", "people,parts,people.parts,cryptomatte")
    pixels, spec = read(tmp_path / "k.0001.exr")
    masks: Mapping[str, np.ndarray] = {}
    for one in reader.Cryptomatte.load(str(tmp_path / "k.0001.exr")):
        masks = {**masks, **one.masks()}
    assert len(masks) == 2 + 3 + 6
    for name, mask in masks.items():
        assert np.abs(mask - pixels[..., spec.channelindex(f"{name}.A")]).max() <= HALF
