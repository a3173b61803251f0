"""``anatomatte analyse``, and a render that obeys what it wrote; the looks are made up."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from anatomatte.engine.looking import Looked
from anatomatte.errors import Cancelled, PlateError, SettingsError
from anatomatte.people.evidence import PeopleEvidence
from anatomatte.qc import Finding, Findings, beyond, codes
from anatomatte.qc.followed import Common
from anatomatte.shot.reading import read_shot
from anatomatte_batch import AnalyseRequest, RenderRequest
from anatomatte_batch.doubtful import doubtful
from anatomatte_batch.picture import Floats
from anatomatte_batch.result import RenderResult
from anatomatte_cli.main import main
from made import window_fake
from made.cli_fake import FakeConnect, cli, plate, read, shot, write
from made.looker_fake import FakeLooker, analyse


def test_a_sidecar_lies_beside_the_plate_and_says_who_is_who(tmp_path: Path) -> None:
    source = shot(tmp_path, range(1001, 1008))
    assert analyse(source, "--log", tmp_path / "log") == 0
    found = read_shot(tmp_path / "plate.shot.json")
    assert [(one.number, one.frames) for one in found.people] == [(1, 7), (2, 7)]
    assert found.plate.name == "plate.####.exr" and (found.plate.width, found.plate.height) == (16, 9)
    for frame, moment in found.moments.items():
        x = {row[0]: row[1] for row in moment.people}
        assert x[1] == pytest.approx(0.2 + 0.1 * (frame - 1001)) and moment.exposure == 0.5
    (scene,) = found.scenes
    assert (scene.first, scene.last, scene.exposure) == (1001, 1007, 0.5)
    assert scene.screen.startswith("presence=0.99 why=screen") or "why=screen" in scene.screen
    events = [json.loads(line) for line in (tmp_path / "log").read_text(encoding="utf-8").splitlines()]
    assert [e["status"] for e in events if e["event"] == "frame"] == ["analysed"] * 7
    assert events[-1]["event"] == "end" or events[-1]["exit"] == 0


def test_doubtful_frames_are_kept_and_listed_worst_first(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    checks: dict[int, Findings] = {
        1002: (Finding("hole", 0.1), Finding("island", 0.05)),
        1004: (Finding("hole", 0.09), Finding("missing", 0.9)),
    }
    source = shot(tmp_path, range(1001, 1006))
    result = AnalyseRequest(source=source).run(FakeLooker(checks=checks))
    assert {one.frame: one.doubtful for one in result.frames if one.doubtful} == {
        1002: ("hole",), 1004: ("missing", "hole"),
    }  # fmt: skip
    kept = read_shot(result.sidecar)
    assert kept.moments[1004].qc == {"hole": 0.09, "missing": 0.9} and kept.moments[1001].qc == {"hole": 0.01}
    assert [one.frame for one in doubtful(kept)] == [1004, 1002]
    before = result.sidecar.read_bytes()
    for named in (source, result.sidecar):  # from what is there: nothing is looked at
        capfd.readouterr()
        assert analyse(named, "--doubtful", looker=FakeLooker(_never)) == 0
        worst, second, sums = capfd.readouterr().out.splitlines()
        assert worst.startswith("doubtful 1004: missing 0.90, hole 0.09: ") and "Whose matte" in worst
        assert second.startswith("doubtful 1002: hole 0.10: ")
        assert sums == "2 of 5 checked frames are doubtful"
    assert result.sidecar.read_bytes() == before


def test_doubtful_frames_of_no_sidecar(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert analyse(shot(tmp_path, [1001]), "--doubtful") == 2
    assert "is not there: run `anatomatte analyse" in capfd.readouterr().out


def _never(frame: int) -> None:
    raise AssertionError(f"frame {frame} was looked at")


def test_a_cut_parts_scenes(tmp_path: Path) -> None:
    result = AnalyseRequest(source=shot(tmp_path, range(1001, 1008))).run(FakeLooker(cut=1005))
    assert [(scene.first, scene.last) for scene in result.shot.scenes] == [(1001, 1004), (1005, 1007)]


def test_frames_that_fail_are_left_out_and_told(tmp_path: Path) -> None:
    def fails(frame: int) -> None:
        if frame == 1003:
            raise PlateError("frame 1003 is damaged.")

    source = shot(tmp_path, range(1001, 1006))
    result = AnalyseRequest(source=source).run(FakeLooker(fails))
    assert result.exit_code == 3 and result.sentence == "frames 1003 failed; frame 1003 is damaged."
    assert sorted(read_shot(result.sidecar).moments) == [1001, 1002, 1004, 1005]
    assert (
        analyse(source, "-o", tmp_path / "b.shot.json", "--on-error", "stop", looker=FakeLooker(fails)) == 3
    )
    assert sorted(read_shot(tmp_path / "b.shot.json").moments) == [1001, 1002]
    before = result.sidecar.read_bytes()
    assert analyse(source, "--on-error", "stop", looker=FakeLooker(fails)) == 3
    assert result.sidecar.read_bytes() == before


def test_a_run_that_is_stopped_leaves_the_old_sidecar(tmp_path: Path) -> None:
    def stops(_: int) -> None:
        raise Cancelled("Stopped by SIGINT; finished frames are kept.")

    source = shot(tmp_path, range(1001, 1004))
    AnalyseRequest(source=source).run(FakeLooker())
    before = (tmp_path / "plate.shot.json").read_bytes()
    with pytest.raises((Cancelled, SettingsError)):
        AnalyseRequest(source=source).run(FakeLooker(stops))
    assert (tmp_path / "plate.shot.json").read_bytes() == before


def test_the_size_is_that_of_most_frames_and_others_are_told(tmp_path: Path) -> None:
    class Odd(FakeLooker):
        def look(self, frame: int) -> tuple[Looked, tuple[int, int], Floats]:
            found, size, small = super().look(frame)
            return found, (8, 5) if frame == 1004 else size, small

    made = AnalyseRequest(source=shot(tmp_path, range(1001, 1005))).run(Odd())
    assert (made.shot.plate.width, made.shot.plate.height) == (16, 9)
    assert [one.text for one in made.messages if one.code == "frames-of-another-size"] == [
        "the plate is 16×9, and its frames 1004 are of another size"
    ]


def test_a_render_calls_layers_by_name_and_is_stale_with_another(tmp_path: Path) -> None:
    source, path = shot(tmp_path, range(1001, 1003)), tmp_path / "plate.shot.json"
    analyse(source)
    table = json.loads(path.read_text(encoding="utf-8"))
    table["people"][0]["name"] = "anna"
    path.write_text(json.dumps(table), encoding="utf-8")
    out, connect = tmp_path / "out.####.exr", FakeConnect()
    words = (source, out, "--shot", path, "--layers", "rgba,anna.face,person_02")
    assert cli(*words, connect=connect) == 0
    _, spec = read(tmp_path / "out.1001.exr")
    assert [name for name in spec.channelnames if "." in name] == ["anna.face.A", "person_02.A"]
    assert connect.node is not None
    _, values = connect.node.calls[0]
    assert values["shot_file"] == str(path) and "why=screen" in str(values["screen_kept"])
    assert str(path) not in str(spec.getattribute("anatomatte:settings"))
    again = FakeConnect()
    assert cli(*words, connect=again) == 0 and again.node is not None and again.node.calls == []
    path.write_text(path.read_text(encoding="utf-8").replace("anna", "bert"), encoding="utf-8")
    result = RenderRequest(source=source, destination=out, shot=path, layers="rgba,bert.face,person_02").run(
        FakeConnect()
    )
    assert all("output" in frame.stale for frame in result.frames)


def test_a_render_does_not_doubt_what_somebody_accepted(tmp_path: Path) -> None:
    """Until the sidecar says another thing of that frame."""
    source, path = shot(tmp_path, range(1001, 1005)), tmp_path / "plate.shot.json"
    found = {n: dict.fromkeys(codes("frame"), 0.0) | {"hole": 0.5} for n in (1002, 1003)}
    assert analyse(source) == 0 and main(["correct", str(path), source, "--accept", "1002"]) == 0

    def rendered() -> RenderResult:
        out = tmp_path / "out.####.exr"
        asked = RenderRequest(source=source, destination=out, shot=path, qc_threshold=1.0)
        return asked.run(FakeConnect(checks=found))

    made = rendered()
    assert made.doubtful == [1003] and made.exit_code == 6
    assert main(["correct", str(path), source, "--accept", "1003"]) == 0
    assert rendered().exit_code == 0 and rendered().frames[2].qc["hole"] == 0.5
    table = json.loads(path.read_text(encoding="utf-8"))
    table["scenes"][0]["exposure"] = 1.0
    path.write_text(json.dumps(table), encoding="utf-8")
    assert rendered().doubtful == [1002, 1003]


def test_a_run_says_how_people_are_counted_and_of_what_the_sidecar_is(tmp_path: Path) -> None:
    source = shot(tmp_path, range(1001, 1003))
    facts = {"source": source, "destination": tmp_path / "out.####.exr", "layers": "rgba,people"}
    told = RenderRequest(**facts).run(FakeConnect()).messages  # type: ignore[arg-type]
    assert [message.code for message in told if "people" in message.code] == ["people-by-place"]
    analyse(source)
    (tmp_path / "other").mkdir()
    other = shot(tmp_path / "other", range(1001, 1003), "b.{:04d}.exr").replace("plate.####", "b.####")
    facts |= {"source": other, "shot": tmp_path / "plate.shot.json", "overwrite": True}
    told = RenderRequest(**facts).run(FakeConnect()).messages  # type: ignore[arg-type]
    assert [message.code for message in told] == ["shot-renamed"]


def test_a_bad_sidecar_ends_a_render_before_it_begins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = shot(tmp_path, range(1001, 1003))
    assert cli(source, tmp_path / "out.####.exr", "--shot", tmp_path / "none.shot.json") == 2
    assert "none.shot.json is not there; check the path" in capsys.readouterr().out
    assert not list(tmp_path.glob("out*"))


def test_the_engine_itself_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from made.people_fake import looking, two_people

    source = shot(tmp_path, range(1001, 1004))
    with looking(two_people()):
        result = AnalyseRequest(source=source, settings={"screen": "none"}).run()
    assert result.exit_code == 0 and [one.frames for one in result.shot.people] == [3, 3]
    assert result.shot.scenes[0].screen == "" and plate().shape[0] == result.shot.plate.height


def _clip(folder: Path, broken: tuple[int, ...] = ()) -> str:
    """The blocks of `window_fake` as files."""
    for number in range(window_fake.COUNT):
        path = folder / f"plate.{number:04d}.exr"
        if number in broken:
            path.write_bytes(b"no picture")
        else:
            write(path, window_fake.plate(number).pixels[..., :3])
    return str(folder / "plate.####.exr")


def _lost(number: int) -> PeopleEvidence:
    return window_fake.said(number, () if number == 3 else (0, 1))


FOUND = {"screen": "none", "input_colour": "linear", "who": "everyone"}


@pytest.mark.parametrize(("steady", "told"), [(0.0, {3: {"jump", "collapse"}}), (1.0, {})])
def test_frames_are_compared_with_those_beside_them_as_in_a_render(
    tmp_path: Path, steady: float, told: dict[int, set[str]]
) -> None:
    """A frame that lost everybody is doubted by its neighbours, and is not where Steady carries them."""
    with window_fake.told(_lost):
        made = AnalyseRequest(source=_clip(tmp_path), settings={**FOUND, "steady": steady}).run()
    wanted = {"jump", "collapse"}
    kept = {n: wanted & set(beyond(one.qc)) for n, one in read_shot(made.sidecar).moments.items()}
    assert {n: codes for n, codes in kept.items() if codes} == told
    assert {one.frame: set(one.doubtful) & wanted for one in made.frames} == kept


def test_a_frame_beside_a_damaged_one_is_looked_at_without_it(tmp_path: Path) -> None:
    with window_fake.told():
        made = AnalyseRequest(source=_clip(tmp_path, broken=(4,)), settings=FOUND).run()
    assert [one.frame for one in made.frames if one.error] == [4] and made.exit_code == 3
    assert sorted(made.shot.moments) == [0, 1, 2, 3, 5, 6]


def test_some_frames_are_analysed_and_rendered_beside_frames_that_were_not(tmp_path: Path) -> None:
    source, out = _clip(tmp_path), tmp_path / "key.####.exr"
    with window_fake.told():
        AnalyseRequest(source=source, settings=FOUND, frames="2-4").run()
        made = _rendered(source, out, "2-5")
    assert {one.frame: one.status for one in made.frames} == {
        2: "rendered", 3: "rendered", 4: "rendered", 5: "failed",
    }  # fmt: skip


def test_frames_are_stale_when_the_sidecar_says_another_thing_of_a_frame_in_their_window(
    tmp_path: Path,
) -> None:
    """The last two frames become a scene of their own, which networks see brighter."""
    source, out = _clip(tmp_path), tmp_path / "key.####.exr"
    with window_fake.told():
        sidecar = AnalyseRequest(source=source, settings=FOUND).run().sidecar
        _rendered(source, out, "0-6")
        table = json.loads(sidecar.read_text(encoding="utf-8"))
        table["scenes"] = [
            {**table["scenes"][0], "last": 4}, {**table["scenes"][0], "first": 5, "exposure": 2.0},
        ]  # fmt: skip
        sidecar.write_text(json.dumps(table), encoding="utf-8")
        again = _rendered(source, out, "0-6")
    assert [one.frame for one in again.frames if one.status == "rendered"] == [3, 4, 5, 6]
    assert again.frames[3].stale.startswith("shot (")


def _rendered(source: str, out: Path, frames: str) -> RenderResult:
    side = Path(source).with_name("plate.shot.json")
    return RenderRequest(source=source, destination=out, shot=side, settings=FOUND, frames=frames).run()


def test_checks_that_are_off_compare_nothing(tmp_path: Path) -> None:
    with window_fake.told(_lost):
        made = AnalyseRequest(source=_clip(tmp_path), settings={**FOUND, "check": "off"}).run()
    assert all(one.qc == {} for one in made.shot.moments.values())


def test_a_number_that_another_person_has_beside_it_is_told(tmp_path: Path) -> None:
    """The two change places at once between frames 1003 and 1004, by what they share along the motion."""
    stays, swaps = np.eye(2, dtype=np.int64) * 50, np.eye(2, dtype=np.int64)[::-1] * 50

    class Swaps(FakeLooker):
        def look(self, frame: int) -> tuple[Looked, tuple[int, int], Floats]:
            found, size, small = super().look(frame)
            common = []
            for step in (-1, 1):
                same = (frame % 2 == (frame + step) % 2) != ({frame, frame + step} == {1003, 1004})
                common.append(Common(step, stays if same else swaps))
            return dataclasses.replace(found, common=tuple(common)), size, small

    checks: dict[int, Findings] = {n: (Finding("identity", 0.0),) for n in range(1001, 1007)}
    log = tmp_path / "log"
    made = AnalyseRequest(source=shot(tmp_path, range(1001, 1007)), log=log).run(Swaps(checks=checks))
    scores = {n: one.qc["identity"] for n, one in made.shot.moments.items()}
    assert scores == {1001: 0, 1002: 0, 1003: 1, 1004: 1, 1005: 0, 1006: 0}
    assert [one.frame for one in made.frames if "identity" in one.doubtful] == [1003, 1004]
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    told = {one["frame"]: one for one in events if "qc" in one}  # the last word on each frame
    assert {n: one["qc"]["identity"] for n, one in told.items()} == scores
    assert [n for n, one in told.items() if "identity" in one.get("doubtful", ())] == [1003, 1004]
