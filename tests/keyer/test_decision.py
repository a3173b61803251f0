"""A decision on a screen: its words, what is kept of it, and the one of a shot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anatomatte.decision import WHY, Decision, hue_of, parsed, pooled
from anatomatte.errors import SettingsError
from anatomatte.settings import Settings

GREEN, BLUE = (0.05, 0.4, 0.06), (0.03, 0.08, 0.26)


def test_it_is_said_in_words() -> None:
    assert Decision(0.93, "screen", BLUE, 0.24).text == "blue screen, 24 % of the frame, sure .93"
    assert Decision(0.02, "lettering", BLUE, 0.24).text == (
        "no screen: the blue area holds lettering or things that are no people"
    )
    assert Decision(0.001, "none").text == "no screen: nothing has one strong colour"
    assert Decision(0.0, "set").text == "no screen, as set"
    assert Decision(1.0, "set", GREEN, 0.5).text == "green screen, 50 % of the frame, as set"
    assert Decision(1.0, "screen", GREEN, 0.5).text == "green screen, 50 % of the frame, sure 1.00"


def test_every_reason_has_words() -> None:
    for why in WHY:
        text = Decision(0.1, why, GREEN).text
        assert text and "{" not in text


def test_a_doubt_is_a_sentence_and_certainty_none() -> None:
    assert Decision(0.76, "screen", GREEN).doubt == ""
    assert Decision(0.1, "beside", GREEN).doubt == ""
    for doubtful in (Decision(0.6, "screen", GREEN, 0.3), Decision(0.4, "beside", GREEN, 0.3)):
        assert doubtful.doubt.endswith(".") and ".60" in doubtful.doubt
        assert "set Screen to" in doubtful.doubt


@pytest.mark.parametrize(
    ("colour", "word"),
    [
        (GREEN, "green"), (BLUE, "blue"), ((0.02, 0.3, 0.25), "teal"), ((0.25, 0.35, 0.02), "yellow-green"),
        ((0.4, 0.05, 0.05), "red"), ((0.2, 0.2, 0.2), "grey"), ((0.0, 0.0, 0.0), "grey"),
    ],
)  # fmt: skip
def test_hues_have_names(colour: tuple[float, float, float], word: str) -> None:
    assert hue_of(colour) == word


@given(
    st.floats(0, 1), st.sampled_from([w for w in WHY if w not in ("set", "screen")]), st.floats(0, 1),
    st.lists(st.integers(-20, 99999), max_size=9),
)  # fmt: skip
def test_what_is_kept_comes_back(presence: float, why: str, area: float, frames: list[int]) -> None:
    made = Decision(presence, "screen" if presence >= 0.5 else why, (0.1, 0.25, 3.5), area, tuple(frames))
    back = parsed(made.kept)
    assert back is not None
    assert back.kept == made.kept
    assert back.why == made.why and back.frames == tuple(frames)
    assert abs(back.presence - presence) < 1e-4
    assert '"' not in made.kept and "\\" not in made.kept  # the node reads it out of JSON


def test_nothing_kept_is_no_decision() -> None:
    assert parsed("") is None and parsed("  ") is None


@pytest.mark.parametrize(
    "text",
    [
        "green", "presence=0.9", "presence=2 why=screen colour=0/1/0 area=0.1",
        "presence=0.9 why=screen area=0.1", "presence=0.9 why=because colour=0/1/0 area=0.1",
        "presence=nan why=none area=0", "presence=0.9 why=screen colour=0/1 area=0.1",
        "presence=0.9 why=screen colour=0/inf/0 area=0.1", "presence=0.9 why=none area=0.1 more=1",
        "presence=0.9 why=lettering colour=0/1/0 area=0.1", "presence=0.1 why=screen colour=0/1/0 area=0.1",
        "presence=0.9 why=screen colour=0/0/0 area=0.1", "presence=0.1 why=none area=0 area=1",
    ],
)  # fmt: skip
def test_what_was_never_kept_is_refused_with_the_cure(text: str) -> None:
    with pytest.raises(SettingsError, match=r"screen_kept\) = .*empty it"):
        Settings(screen_kept=text)


def test_a_shot_decides_by_all_its_samples() -> None:
    sure, odd = Decision(0.99, "screen", GREEN, 0.4), Decision(0.2, "beside", BLUE, 0.1)
    made = pooled([(10, sure), (20, odd), (30, sure)])
    assert made.screen and made.colour is not None and hue_of(made.colour) == "green" and made.area == 0.4
    assert made.frames == (10, 20, 30)
    assert made.presence < sure.presence
    assert pooled([(10, sure)]).presence == 0.99
    shades = ((0.05, 0.41, 0.06), (0.052, 0.4, 0.058))
    near = [pooled([(10, Decision(0.9999, "screen", shade, 0.4))]).colour for shade in shades]
    assert near[0] == near[1] and near[0] is not None and hue_of(near[0]) == "green"
    black = Decision(0.001, "none")
    assert pooled([(1, sure), (2, sure), (3, black), (4, black)]).screen
    torn = pooled([(1, sure), (2, sure), (3, Decision(0.99, "screen", (0.03, 0.08, 0.26), 0.4))])
    assert torn.doubt and torn.colour is not None and hue_of(torn.colour) == "green"
    against = pooled([(1, odd), (2, odd), (3, Decision(0.6, "screen", GREEN, 0.4))])
    assert not against.screen and against.why == "beside" and against.colour is not None


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9), st.randoms(use_true_random=False))
def test_the_order_of_samples_changes_nothing(figures: list[float], random: object) -> None:
    samples = [(n, Decision(p, "screen" if p >= 0.5 else "beside", GREEN, p)) for n, p in enumerate(figures)]
    mixed = samples.copy()
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert abs(pooled(mixed).presence - pooled(samples).presence) <= 0.0101
    assert pooled(mixed).frames == pooled(samples).frames
