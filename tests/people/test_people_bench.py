"""The people benchmark measures what it says, on a small made folder of sets; the speed benchmark's plate."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = ROOT / "tests" / "data" / "people"


def script(name: str) -> ModuleType:
    """A benchmark as a module."""
    spec = importlib.util.spec_from_file_location(f"bench_{name}", ROOT / "benchmarks" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two drawn people as a set with mattes and a set with masks."""
    home = tmp_path_factory.mktemp("eval")
    for name in ("alphaGT", "coco"):
        (home / name).mkdir()
    for name in ("06", "13"):
        shutil.copy(DATA / f"{name}.jpg", home / "alphaGT" / f"{name}.jpg")
        shutil.copy(DATA / f"{name}_alpha.png", home / "alphaGT" / f"{name}_alpha.png")
        shutil.copy(DATA / f"{name}.jpg", home / "coco" / f"{name}.jpg")
        alpha = cv2.imread(str(DATA / f"{name}_alpha.png"), cv2.IMREAD_GRAYSCALE)
        cv2.imwrite(str(home / "coco" / f"{name}_mask.png"), np.where(alpha > 127, 255, 0).astype(np.uint8))
    return home


def run(*args: str) -> dict[str, float]:
    command = [sys.executable, str(ROOT / "benchmarks" / "people.py"), "--json", *args]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def test_it_scores_the_sets_that_are_there(folder: Path) -> None:
    scores = run("--eval", str(folder))
    stills = {"coco_iou", "coco_extra", "coco_missed", "alpha_mad", "alpha_band_mad"}
    sums = {"extra", "missed", "screen_wrong"}
    assert set(scores) == {*stills, *sums, *(f"forced_{key}" for key in stills)}
    assert scores["screen_wrong"] == 0
    assert scores["coco_iou"] > 0.6 and scores["alpha_mad"] < 0.12


def test_without_pictures_it_says_so(tmp_path: Path) -> None:
    assert "--bank" in str(run("--eval", str(tmp_path / "nothing"))["skipped"])


def test_measures_of_parts() -> None:
    script("people")  # puts the benchmarks on the path
    measures = script("part_measures")
    truth = np.zeros((80, 60), np.int64)
    truth[10:40, 15:45], truth[40:70, 15:45] = 5, 8  # a top and trousers
    alpha = (truth > 0).astype(np.float32)

    def scored(waist: int, share: float, worn: str = "trousers") -> dict[str, float]:
        parts = np.zeros((len(measures.PARTS), 80, 60), np.float32)
        top, legs, other = (measures.INDEX[name] for name in ("upper_clothes", worn, "coat"))
        parts[top, 10:waist, 15:45] = parts[legs, waist:70, 15:45] = share
        parts[other] = (1 - share) * alpha
        parts[measures.INDEX["left_arm"], 20:30, 15:20] = 0.3
        found = np.zeros_like(truth)
        found[10:waist, 15:45], found[waist:70, 15:45] = 5, 8 if worn == "trousers" else 7
        scores = measures.PartScores()
        scores.add(parts, alpha, found, truth, True)
        made = scores.named("x")
        assert isinstance(made, dict)
        return made

    right = scored(40, 0.95)
    assert right["x_firm"] == pytest.approx(0.95) and right["x_decided"] == 1
    assert right["x_border_f"] == 1 and right["x_outfit_right"] == 1 and right["x_sides_sure"] == 1
    wrong = scored(52, 0.6, "skirt")
    assert wrong["x_firm"] == pytest.approx(0.6) and wrong["x_decided"] == 0
    assert wrong["x_border_f"] < 0.1 and wrong["x_outfit_right"] == 0


def test_odd_people_are_scored_by_their_own_mistakes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "people", script("people"))  # these tests' folder has that name too
    bench = script("odd")
    index = bench.INDEX
    label = np.zeros((60, 60), np.uint8)
    label[5:20, 20:40], label[20:40, 20:40] = index["hair"], index["face"]
    label[40:60, 10:30], label[40:60, 30:50] = index["right_arm"], index["left_arm"]
    truth = (label > 0).astype(np.float32)
    scores = bench.OddScores()
    scores.add(truth, label, truth, label)
    right = scores.named("x")
    assert right["x_iou"] == right["x_found"] == right["x_sides"] == right["x_parts"] == right["x_hair"] == 1
    assert right["x_face_glasses"] == right["x_hair_worn"] == 0 and right["x_miou6"] == 1
    found = label.copy()
    found[5:20, 20:30], found[20:25, 20:40] = index["coat"], index["glasses"]
    found[40:60] = np.where(found[40:60] == index["left_arm"], index["right_arm"], found[40:60])
    scores = bench.OddScores()
    scores.add(truth, found, truth, label)
    wrong = scores.named("x")
    assert wrong["x_hair_worn"] == 0.5 and wrong["x_face_glasses"] == 0.25 and wrong["x_sides"] == 0.5
    scores = bench.OddScores()
    label[20:25, 20:40] = index["glasses"]
    scores.add(truth, found, truth, label)
    assert "x_face_glasses" not in scores.named("x")


def test_measures() -> None:
    people = script("people")
    a, b = np.zeros((40, 40), np.bool_), np.zeros((40, 40), np.bool_)
    a[10:30, 10:30], b[10:30, 20:40] = True, True
    everywhere = np.ones_like(a)
    assert people.iou(a, b, everywhere) == pytest.approx(1 / 3)
    assert people.iou(a, b, ~b | a) == pytest.approx(200 / 400)
    assert people.iou(a & False, b & False, everywhere) == 1
    edge = people.band(a)
    assert edge[10, 15] and not edge[20, 20] and not edge[5, 5]
    tally = people.Tally(3)
    tally.add(np.array([0, 1, 1, 2]), np.array([0, 1, 2, 255]))
    assert tally.ious().tolist() == [1.0, 0.5, 0.0]


def test_parts_become_the_classes_of_the_sets() -> None:
    people = script("people")
    assert people.CLASSES[people.TO_13[people.INDEX["coat"]]] == "upper"
    assert people.CLASSES[people.TO_13[people.INDEX["left_leg"]]] == "skin"
    made = people.keyed(np.ascontiguousarray(cv2.imread(str(DATA / "04.jpg"))[..., ::-1]))
    classes = people.classes_13(made.alpha, people.parts_of(made))
    assert classes.shape == (192, 192) and classes.max() < 13
    assert ((classes > 0) == (made.alpha >= 0.5)).all()
    truth = cv2.imread(str(DATA / "04_parts.png"), cv2.IMREAD_GRAYSCALE)
    both = (truth > 0) & (classes > 0)
    assert (people.TO_13[truth[both]] == classes[both]).mean() > 0.7


def test_the_plate_of_the_speed_benchmark_shows_people() -> None:
    speed = script("speed")
    pixels = speed.plate(270, 480)
    assert pixels.shape == (270, 480, 3) and pixels.min() >= 0 and pixels.max() <= 1
    made = speed.key_frame(speed.source(pixels), speed.Settings(subject="on"), speed.Work(threads=1))
    assert len(made.people) >= 2
    assert 0.1 < made.alpha.mean() < 0.6
    assert speed.median(lambda: None, 3) >= 0


def test_steadiness_counts_what_changes_beside_the_truth() -> None:
    bench = script("people")
    still, moved = np.zeros((4, 4), np.float32), np.ones((4, 4), np.float32)
    assert bench.unsteady((still, still), (moved, moved)) == 0
    assert bench.unsteady((still, still), (moved * 0.5, still)) == pytest.approx(50)
    assert bench.unsteady((moved, still), (moved, still)) == 0  # wrong, but steady
    assert bench.unsteady((still, still), (still, moved)) == pytest.approx(100)


def test_a_clip_is_rendered_as_one_shot(folder: Path, tmp_path: Path) -> None:
    """What is scored of a clip is what the node gives each of its frames."""
    people = script("people")
    for number in (1, 2):
        shutil.copy(folder / "coco" / "06.jpg", tmp_path / f"{number}.jpg")
    one, other = people.shot(tmp_path, ["1", "2"])
    alpha = people.keyed(people.read(tmp_path / "1.jpg", cv2.IMREAD_COLOR)[..., ::-1], people.DEFAULTS).alpha
    assert np.abs(one - alpha).max() < 2e-3 and np.array_equal(one, other)
