"""A frame obeys its sidecar: numbers, names, the screen, the keys; and refuses another plate's."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import anatomatte
from anatomatte import entry
from anatomatte.cache import Memo, Region
from anatomatte.engine import Around, key_frame, memo, provenance, task, work_for
from anatomatte.errors import SettingsError
from anatomatte.frame import from_view
from anatomatte.people.evidence import PeopleEvidence
from anatomatte.settings import Settings
from anatomatte.shot import likeness
from anatomatte.shot.looks import looks_of
from anatomatte.shot.numbering import at_frame
from anatomatte.shot.schema import Row, Scene
from made.people_fake import looking, row_of_people, two_people
from made.shots_made import shot, written

PLATE = np.random.default_rng(5).random((48, 64, 3), np.float32)
KEPT = "presence=0.9900 why=screen colour=0.05/0.4/0.06 area=0.4000"


def rows_of(seen: PeopleEvidence, numbers: list[int]) -> tuple[Row, ...]:
    """The people of the evidence, from the left, as a sidecar numbers them."""
    looks = sorted(looks_of(PLATE, seen), key=lambda look: look.head)
    return tuple((n, *look.head, *look.box) for n, look in zip(numbers, looks, strict=True))


def sidecar(
    folder: Path, numbers: list[int], seen: PeopleEvidence | None = None, **facts: object
) -> Settings:
    """Settings with a sidecar of frames 7 and 8, in which *numbers* are given from the left."""
    rows = rows_of(seen or two_people(), numbers)
    made = shot(PLATE, {7: rows, 8: rows[:1]}, **facts)  # type: ignore[arg-type]
    return Settings(screen="none", shot_file=str(written(made, folder)))


def mattes(settings: Settings, frame: int = 7, seen: PeopleEvidence | None = None) -> anatomatte.Mattes:
    with looking(seen or two_people()):
        clips = {"Source": from_view(PLATE, (0, 0, 64, 48))}
        at = at_frame(settings, frame)
        return key_frame(clips, settings, work_for(settings), shot=at, keep=True)


def test_numbers_are_the_sidecars_and_a_gap_is_an_empty_matte(tmp_path: Path) -> None:
    plain = mattes(Settings(screen="none")).people
    made = mattes(sidecar(tmp_path, [3, 1])).people
    assert len(made) == 3 and not made[1].any()
    assert np.array_equal(made[0], plain[1]) and np.array_equal(made[2], plain[0])


def test_who_is_not_numbered_is_nobodys_and_stays_in_the_alpha(tmp_path: Path) -> None:
    plain, made = mattes(Settings(screen="none")), mattes(sidecar(tmp_path, [0, 2]))
    assert np.array_equal(made.alpha, plain.alpha)
    assert not made.people[0].any() and np.allclose(made.people[1], plain.people[1], atol=1e-3)


def test_a_person_by_number_and_the_parts_go_with_it(tmp_path: Path) -> None:
    settings = sidecar(tmp_path, [2, 1])
    plain = mattes(Settings(screen="none", who="index", person=1)).alpha
    assert np.array_equal(mattes(settings.replace(who="index", person=2)).alpha, plain)
    gone = mattes(settings.replace(who="index", person=5))
    assert not gone.alpha.any() and "Person 5 is not in this frame, so the matte is empty." in gone.messages
    face = mattes(settings).named("face", "person_02")
    assert face.any() and np.array_equal(face, mattes(Settings(screen="none")).named("face", "person_01"))


def test_a_crowd_leaves_the_numbered_their_places(tmp_path: Path) -> None:
    """Of five people two are numbered; People keeps these and the largest of the others."""
    seen = row_of_people(5, (48, 64))
    settings = sidecar(tmp_path, [0, 2, 0, 1, 0], seen).replace(people=3)
    made, plain = mattes(settings, seen=seen), mattes(Settings(screen="none"), seen=seen)
    assert len(made.people) == 2
    for own, other in ((made.people[0], plain.people[3]), (made.people[1], plain.people[1])):
        assert float(np.abs(own - other).sum()) < 0.2 * float(other.sum())


def test_people_bounds_the_numbers(tmp_path: Path) -> None:
    settings = sidecar(tmp_path, [2, 1]).replace(people=1)
    assert len(mattes(settings).people) == 1


def test_layers_that_are_unsure_are_told_under_the_number(tmp_path: Path) -> None:
    seen = row_of_people(2, (48, 64), coat=0.5)
    plain = mattes(Settings(screen="none", output="parts"), seen=seen).unsure
    told = mattes(sidecar(tmp_path, [5, 4], seen).replace(output="parts"), seen=seen).unsure
    swapped = {"person_01": "person_05", "person_02": "person_04"}
    assert plain and told == {swapped[key[:9]] + key[9:]: of for key, of in plain.items()}


def test_a_new_name_makes_nothing_anew_and_a_new_number_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    region: Region[Any] = Memo(50_000_000).region("frames", memo.bytes_of)
    monkeypatch.setattr(memo, "frames", region)
    settings = sidecar(tmp_path, [2, 1])
    first = mattes(settings)
    sidecar(tmp_path, [2, 1], names={1: "anna"})
    mattes(settings)
    assert region.made == 1
    sidecar(tmp_path, [1, 2])
    assert np.array_equal(mattes(settings).people[0], first.people[1]) and region.made == 2


def test_the_account_tells_the_content_and_never_the_path(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    one, other = sidecar(tmp_path, [2, 1]), sidecar(tmp_path / "other", [2, 1])
    told = [provenance.expected(settings, 7, 7, 7)["shot"] for settings in (one, other)]
    assert told[0] == told[1] != provenance.expected(one, 8, 7, 8)["shot"]
    assert "shot" not in provenance.expected(Settings(), 7, 7, 7)


def test_the_scene_decides_on_the_screen_unless_somebody_else_does(tmp_path: Path) -> None:
    settings = sidecar(tmp_path, [2, 1], screen=KEPT).replace(screen="auto")
    at = at_frame(settings, 7)
    assert at is not None and at.settled(settings).screen_kept == KEPT
    green = settings.replace(screen="green")
    assert at.settled(green) is green
    own = settings.replace(screen_kept="presence=0.0100 why=beside area=0.1000")
    assert at.settled(own) is own


def test_another_plates_sidecar_is_refused(tmp_path: Path) -> None:
    rows = rows_of(two_people(), [1, 2])
    other = np.random.default_rng(9).random((9, 16, 3), np.float32).repeat(5, 0).repeat(4, 1)
    settings = Settings(screen="none", shot_file=str(written(shot(other, {7: rows}), tmp_path)))
    with pytest.raises(
        SettingsError, match=r"is of another plate \(plate.####.exr\): its frame 7 does not look"
    ):
        mattes(settings)


def test_a_renumbered_plate_is_told(tmp_path: Path) -> None:
    rows, noise = rows_of(two_people(), [1, 2]), np.random.default_rng(9).random(PLATE.shape, np.float32)
    made = shot(PLATE, {7: rows, 8: rows, 9: rows})
    moved = {
        n: dataclasses.replace(made.moments[n], likeness=likeness.of(PLATE + noise / (4 * n))) for n in (7, 9)
    }
    path = written(dataclasses.replace(made, moments={**made.moments, **moved}), tmp_path)
    said = [" ".join(mattes(Settings(screen="none", shot_file=str(path)), n).messages) for n in (7, 8)]
    assert "this picture is what it knows as frame 8, not as 7: the plate was renumbered" in said[0]
    assert "renumbered" not in said[1]


def test_a_frame_that_was_not_analysed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        SettingsError, match=r"knows nothing of frame 9 .it goes from 7 to 8.; run `anatomatte an"
    ):
        mattes(sidecar(tmp_path, [1, 2]), 9)


def test_an_array_needs_its_number(tmp_path: Path) -> None:
    path = sidecar(tmp_path, [3, 1]).shot_file
    with looking(two_people()):
        assert len(anatomatte.matte(PLATE, frame=7, screen="none", shot_file=path).people) == 3
        with pytest.raises(SettingsError, match="shot_file goes by frame: give the picture's number"):
            anatomatte.matte(PLATE, shot_file=path)


def test_the_status_names_people_and_says_when_they_count_from_the_left(tmp_path: Path) -> None:
    def status(settings: Settings) -> str:
        with looking(two_people()):
            values = {"screen": settings.screen, "shot_file": settings.shot_file}
            clip = {"pixels": PLATE, "bounds": (0, 0, 64, 48), "premult": "opaque", "aspect": 1.0}
            out = {"pixels": np.zeros((48, 64, 4), np.float32), "bounds": (0, 0, 64, 48)}
            return entry.render(
                inputs={"Source": clip}, output=out, window=(0, 0, 64, 48), values=values, time=7.0,
                scale=(1.0, 1.0), draft=False, progress=lambda _: None, cancelled=lambda: False,
            )  # fmt: skip

    assert "2 people in the matte: person_01 anna, person_03" in status(
        sidecar(tmp_path, [3, 1], names={1: "anna"})
    )
    assert "2 people in the matte, counted from the left of this frame" in status(Settings(screen="none"))


def test_networks_see_a_scene_with_its_one_exposure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However dark a frame is; so that the automatic exposure of single frames cannot flicker."""
    rows = rows_of(two_people(), [1, 2])
    made = shot(PLATE, {6: rows, 7: rows, 8: rows})
    scenes = (dataclasses.replace(made.scenes[0], last=7, exposure=1.0), Scene(8, 8, "", -2.0))
    chosen = Settings(
        screen="none", steady=1.0, window=1, input_colour="linear",
        shot_file=str(written(dataclasses.replace(made, scenes=scenes), tmp_path)),
    )  # fmt: skip
    plates = {
        n: from_view(PLATE * np.float32(gain), (0, 0, 64, 48)) for n, gain in ((6, 0.2), (7, 1), (8, 0.3))
    }
    seen: dict[float, list[float]] = {}
    real = task.display.shown

    def shown(light: np.ndarray, *rest: Any, **more: Any) -> np.ndarray:
        picture = real(light, *rest, **more)
        for n, frame in plates.items():
            if np.array_equal(light, frame.pixels):
                gain = {6: 2.0, 7: 2.0, 8: 0.25}[n]
                wanted = real(light * np.float32(gain), exposed=0.0)
                seen.setdefault(n, []).append(float(np.abs(picture - wanted).max()))
        return picture

    monkeypatch.setattr(task.display, "shown", shown)
    around = Around(
        7,
        {"Source": plates[7]},
        chosen,
        6,
        8,
        lambda name, n: plates[n] if name == "Source" else None,
        lambda n: chosen,
    )
    with looking(two_people()):
        key_frame(
            {"Source": plates[7]},
            chosen,
            work_for(chosen),
            around=around,
            shot=at_frame(chosen, 7),
            keep=True,
        )
    assert set(seen) == {6, 7, 8} and max(max(wrong) for wrong in seen.values()) < 1e-3
    tokens = {n: at_frame(chosen, n).token for n in (7, 8)}  # type: ignore[union-attr]
    assert tokens[7] != tokens[8]
