"""Corrections at work: an area goes with its stroke, to the edge of it, and the laws of the mattes stay."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from anatomatte.cache import memo
from anatomatte.engine import Around, key_frame, work_for
from anatomatte.engine.mattes import Mattes
from anatomatte.errors import SettingsError
from anatomatte.frame import Frame, from_view
from anatomatte.parts import INDEX
from anatomatte.people.evidence import PeopleEvidence
from anatomatte.qc import doubtful
from anatomatte.settings import Settings
from anatomatte.shot import likeness
from anatomatte.shot.corrections import Correction, Mark, Painted
from anatomatte.shot.numbering import AtFrame
from anatomatte.shot.schema import Moment, Person, PlateFacts, Scene, Shot
from made.window_fake import COUNT, SIZE, STEADY, places, said, told

LEFT, RIGHT = places(3)
ROWS = ((1, 0.28, 0.4, 0.18, 0.27, 0.37, 1.0), (2, 0.76, 0.4, 0.66, 0.27, 0.87, 1.0))


@pytest.fixture(autouse=True)
def _fresh():
    memo.purge()
    yield
    memo.purge()


def plate(number: int) -> Frame:
    """Two blocks, each with a top of one colour above trousers of another, before a ground."""
    made = np.full((*SIZE, 3), (0.05, 0.3, 0.1), np.float32)
    made[:, 80:] = (0.05, 0.25, 0.12)
    for columns in places(3):
        made[26:50, columns] = (0.6, 0.3, 0.2)
        made[50:72, columns] = (0.7, 0.1, 0.1)
        made[72:, columns] = (0.05, 0.1, 0.6)
    made[:2, :2] = number / 100
    return from_view(made, (0, 0, SIZE[1], SIZE[0]), "opaque", 1.0)


PLATES = {n: plate(n) for n in range(COUNT)}


def corrected(*corrections: Correction, at: tuple[int, ...] = (3,), belief: float = 1.0) -> Shot:
    """A sidecar whose corrections lie in the frames *at*."""
    marks = tuple(Mark(one.id, belief, one.points) for one in corrections)
    moments = {
        n: Moment(likeness.of(PLATES[n].pixels), 0.0, ROWS, marks if n in at else ()) for n in range(COUNT)
    }
    facts = PlateFacts("plate", SIZE[1], SIZE[0], 0, COUNT - 1)
    return Shot(facts, (), (Scene(0, COUNT - 1),), moments, corrections=corrections)


def frame(
    shot: Shot,
    number: int = 3,
    settings: Settings = STEADY,
    answer: Callable[[int], PeopleEvidence] = lambda n: said(3),
) -> Mattes:
    clips = {"Source": PLATES[number]}
    around = Around(
        number, clips, STEADY, 0, COUNT - 1, lambda name, n: PLATES[n] if name == "Source" else None,
        lambda n: STEADY,
    )  # fmt: skip
    with told(answer):
        made = key_frame(
            clips, settings, work_for(settings), keep=True, around=around,
            shot=AtFrame(shot, number, shot.token(number)),
        )  # fmt: skip
        made.parts  # noqa: B018  made while the network answers
        return made


def stroke(kind: str, x: slice, y: float, **values: object) -> Correction:
    """A stroke across the middle of some columns."""
    return Correction(
        1, kind, 3, stroke=((x.start + 10) / SIZE[1], y / SIZE[0], (x.stop - 10) / SIZE[1], y / SIZE[0]),
        **values,  # type: ignore[arg-type]
    )  # fmt: skip


def lawful(made: Mattes) -> bool:
    people = np.sum(made.people, 0)
    parts = np.sum([plane for name, plane in made.parts.items()], 0)
    planes = (made.alpha, *made.people, *made.parts.values())
    return (
        all(np.isfinite(one).all() and one.min() >= 0 and one.max() <= 1 for one in planes)
        and float((people - made.alpha).max()) < 1e-4
        and float(np.abs(parts - people).max()) < 1e-4
    )


def test_a_part_goes_to_its_edge_and_alpha_stays() -> None:
    plain, mended = frame(corrected()), frame(corrected(stroke("part", LEFT, 82, part="trousers")))
    legs, top = (slice(76, 94), slice(LEFT.start + 4, LEFT.stop - 4)), (slice(54, 68), LEFT)
    assert plain.parts["trousers"][legs].max() < 0.1 < 0.9 < mended.parts["trousers"][legs].min()
    assert mended.parts["upper_clothes"][top].mean() == pytest.approx(
        plain.parts["upper_clothes"][top].mean(), abs=0.02
    )
    assert mended.parts["trousers"][:, RIGHT].max() < 0.1
    assert np.array_equal(mended.alpha, plain.alpha) and lawful(mended)


def test_a_painted_matte_is_the_alpha_and_its_file_is_guarded(tmp_path: Path) -> None:
    matte = np.zeros(SIZE, np.uint16)
    matte[20:60, 30:70] = 65535
    content = cv2.imencode(".png", matte)[1].tobytes()
    (tmp_path / "roto.png").write_bytes(content)
    one = Painted(3, "roto.png", hashlib.sha256(content).hexdigest())
    shot = dataclasses.replace(corrected(), painted={3: one}, path=tmp_path / "p.shot.json")
    made = frame(shot)
    assert np.array_equal(made.alpha, matte / np.float32(65535)) and lawful(made)
    assert np.array_equal(frame(shot, 4).alpha, frame(corrected(), 4).alpha)
    memo.purge()
    (tmp_path / "roto.png").write_bytes(content + b" ")
    with pytest.raises(SettingsError, match=r"roto\.png of frame 3 was changed"):
        frame(shot)
    (tmp_path / "roto.png").unlink()
    with pytest.raises(SettingsError, match="is not beside the shot file"):
        frame(shot)


def hinted(number: int = 3, **values: object) -> Mattes:
    """A frame with hints at places x, y in shares of the plate, y down, and no sidecar."""
    for name, value in list(values.items()):
        if name.endswith("_at") and isinstance(value, tuple):
            values[name] = (value[0] * SIZE[1], (1 - value[1]) * SIZE[0])
    settings = STEADY.replace(**values)
    clips = {"Source": PLATES[number]}
    around = Around(
        number, clips, settings, 0, COUNT - 1, lambda name, n: PLATES[n] if name == "Source" else None,
        lambda n: settings,
    )  # fmt: skip
    with told(lambda n: said(3)):
        made = key_frame(clips, settings, work_for(settings), keep=True, around=around)
        made.parts  # noqa: B018  made while the network answers
        return made


def test_a_hint_does_what_a_stroke_does_and_ends_where_it_is_keyed_off() -> None:
    place = ((LEFT.start + 15) / SIZE[1], 82 / SIZE[0])
    plain = hinted()
    legs = (slice(76, 94), slice(LEFT.start + 4, LEFT.stop - 4))
    part = hinted(fix_2="part", fix_2_at=place, fix_2_part="trousers")
    assert plain.parts["trousers"][legs].max() < 0.1 < 0.9 < part.parts["trousers"][legs].min()
    assert np.array_equal(part.alpha, plain.alpha) and lawful(part)
    gone = hinted(fix_1="remove", fix_1_at=place)
    assert gone.alpha[legs].max() < 0.1 and lawful(gone)
    off = hinted(fix_1="remove", fix_1_at=place, fix_1_on=False)
    assert np.array_equal(off.alpha, plain.alpha)
    nothing = hinted(fix_3="remove", fix_3_at=(0.5, 0.05))
    assert any("Hint 3 found nothing to mend" in text for text in nothing.messages)


def test_frames_out_of_reach_are_the_same_to_the_bit() -> None:
    plain, mended = frame(corrected(), 4), frame(corrected(stroke("remove", LEFT, 60)), 4)
    assert np.array_equal(plain.alpha, mended.alpha)
    assert all(np.array_equal(plain.parts[name], mended.parts[name]) for name in plain.parts)


def test_a_persons_area_changes_hands() -> None:
    plain, mended = frame(corrected()), frame(corrected(stroke("person", LEFT, 60, people=(2,))))
    top = (slice(54, 68), slice(LEFT.start + 4, LEFT.stop - 4))
    assert plain.people[0][top].min() > 0.9 and mended.people[1][top].min() > 0.9
    assert np.array_equal(mended.alpha, plain.alpha) and lawful(mended)


def test_a_hand_parts_two_whom_the_machine_takes_for_one() -> None:
    """The sidecar numbers nobody in this frame; a stroke gives somebody what lies under it."""
    made = corrected(stroke("person", LEFT, 60, people=(2,)))
    moments = {n: dataclasses.replace(one, people=()) for n, one in made.moments.items()}
    plain = frame(dataclasses.replace(made, moments=moments, corrections=()))
    assert not np.sum(plain.people, 0).any() and plain.alpha[60, LEFT.start + 15] > 0.9
    people = (Person(1), Person(2))
    found = frame(dataclasses.replace(made, people=people, moments=moments))
    top = (slice(54, 68), slice(LEFT.start + 4, LEFT.stop - 4))
    assert not found.people[0].any()
    assert found.people[1][top].min() > 0.9 and not found.people[1][:, RIGHT].any()
    assert float((found.people[1] - found.alpha).max()) < 1e-4 and np.array_equal(found.alpha, plain.alpha)
    assert found.parts["upper_clothes"][top].min() > 0.9
    stranger = frame(dataclasses.replace(made, people=people[:1], moments=moments))
    assert any("person 2 is not in the frame" in text for text in stranger.messages)


def test_two_are_one() -> None:
    made = frame(corrected(Correction(1, "one", 3, people=(1, 2))))
    assert made.people[0][60, RIGHT.start + 15] > 0.9
    assert all(not matte.any() for matte in made.people[1:])
    assert lawful(made)


def test_remove_and_keep_have_the_last_word() -> None:
    plain = frame(corrected())
    legs = (slice(76, 94), slice(LEFT.start + 4, LEFT.stop - 4))
    gone = frame(corrected(stroke("remove", LEFT, 82)))
    assert plain.alpha[legs].min() > 0.9 and gone.alpha[legs].max() < 0.05 and lawful(gone)
    assert np.array_equal(gone.alpha[:60], plain.alpha[:60])
    ground = slice(LEFT.stop + 5, LEFT.stop + 25)
    kept = frame(corrected(stroke("keep", ground, 60)))
    assert kept.alpha[60, LEFT.stop + 15] > 0.95 > plain.alpha[60, LEFT.stop + 15] and lawful(kept)


def test_what_a_hand_decided_is_not_doubted(tmp_path: Path) -> None:
    """As InM and OutM: who mends a frame against its networks and neighbours has looked at it."""
    settings, box = STEADY.replace(check="neighbours"), np.zeros(SIZE, np.uint8)
    x, top, legs = (LEFT.start + 15) / SIZE[1], 30 / SIZE[0], 85 / SIZE[0]
    gone = Correction(1, "remove", 3, stroke=(x, top, x, legs))
    more = stroke("keep", slice(LEFT.stop + 5, LEFT.stop + 25), 60)
    box[20:60, 60:100] = 255
    (tmp_path / "roto.png").write_bytes(content := cv2.imencode(".png", box)[1].tobytes())
    painted = {3: Painted(3, "roto.png", hashlib.sha256(content).hexdigest())}
    plain = frame(corrected(), settings=settings)
    assert doubtful(plain.findings) == ()
    for shot in (
        corrected(gone),
        corrected(more),
        dataclasses.replace(corrected(), painted=painted, path=tmp_path / "p.shot.json"),
    ):
        made = frame(shot, settings=settings)
        assert not np.array_equal(made.alpha, plain.alpha)
        assert [one.code for one in doubtful(made.findings)] == []


def test_removing_a_head_leaves_other_parts_of_its_colour() -> None:
    """Hair and face are of one colour; so are the skins of a head and what is below it."""
    x = (LEFT.start + 15) / SIZE[1]
    inner = slice(LEFT.start + 4, LEFT.stop - 4)
    hair, face = (slice(29, 33), inner), (slice(40, 47), inner)

    def gone(*points: float, answer: Callable[[int], PeopleEvidence] = lambda n: said(3)) -> np.ndarray:
        one = Correction(1, "remove", 3, stroke=points)
        made = frame(corrected(one), answer=answer)
        assert lawful(made)
        return made.alpha

    def no_body(number: int) -> PeopleEvidence:
        """A thing in the matte that has no parts of a body."""
        evidence = said(3)
        evidence.parts[:, :, LEFT] = 0
        evidence.parts[0, :, LEFT] = 0.8
        evidence.parts[INDEX["hair"], 26:36, LEFT] = 0.2
        evidence.parts[INDEX["face"], 36:, LEFT] = 0.2
        return evidence

    one = gone(x, 31 / SIZE[0])
    assert one[hair].max() < 0.05 and one[face].min() > 0.95
    both = gone(x, 31 / SIZE[0], x, 44 / SIZE[0])
    assert both[hair].max() < 0.05 and both[face].max() < 0.05
    thing = gone(x, 31 / SIZE[0], answer=no_body)
    assert thing[hair].max() < 0.05 and thing[face].max() < 0.05


def test_little_belief_takes_less_and_nothing_to_mend_is_told() -> None:
    one = stroke("remove", LEFT, 82)
    little, much = (frame(corrected(one, belief=share)).alpha[:, LEFT] for share in (0.05, 1.0))
    assert little[85, 15] < 0.05 and much[85, 15] < 0.05  # what is taken is taken whole
    assert little.sum() >= much.sum()
    empty = frame(corrected(stroke("remove", slice(60, 100), 10)))
    assert any("Correction 1 found nothing to mend" in text for text in empty.messages)
    shown = frame(
        corrected(stroke("part", LEFT, 60, part="upper_clothes")), settings=STEADY.replace(output="parts")
    )
    assert any("all of it is upper_clothes already" in text for text in shown.messages)
