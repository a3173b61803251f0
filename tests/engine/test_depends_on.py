"""What the keys of evidence hold: named by the table's facts, never by a page."""

from __future__ import annotations

import dataclasses

import pytest

from anatomatte import settings
from anatomatte.controls import GATHERS, Control
from anatomatte.errors import SettingsError
from anatomatte.settings import CONTROLS, Settings

SCREEN = {
    "screen", "screen_kept", "screen_colour", "screen_uneven", "input_colour", "draft",
    "screen_gain", "screen_balance", "shadows", "markers", "only_people",
}  # fmt: skip
PEOPLE = {
    "subject", "people", "net_exposure", "net_gamma", "parts_model", "parts_network", "alpha_model",
    "alpha_network", "alpha_mix", "shot_file", "shot_read", "device",
}  # fmt: skip
EDGE = {"edge_model", "edge_network"}
TIME = {"steady", "window"}
SHAPE = {
    "who", "person", "point", "also_keep", "keep_point", "keep_corner", "keep_opposite", "leave_out",
    "leave_point", "leave_corner", "leave_opposite", "parts", "parts_list",
    "parts_hardness", "held", "source_alpha", "clip_black",
    "clip_white", "matte_gamma", "erode", "soften", "despot_black", "despot_white", "snap",
    *(f"fix_{n}{fact}" for n in (1, 2, 3) for fact in ("", "_at", "_on", "_part", "_person")),
}  # fmt: skip
DESPILL = {
    "despill", "despill_keep", "despill_method", "despill_replace", "despill_luminance", "despill_colour",
    "despill_skin", "despill_hair", "despill_clothes",
}  # fmt: skip


def keys() -> dict[str, set[str]]:
    """The names in each key of the engine."""
    chosen = Settings()
    rows = {
        "screen": chosen.depends_on("observe", "refine", evidence="screen"),
        "people": chosen.depends_on("observe", evidence="people"),
        "refined people": chosen.depends_on("refine", evidence=("people",)),
        "later": chosen.depends_on(*GATHERS, evidence=("time", "face")),
        "frame": chosen.depends_on("observe", "steady", "refine", "shape"),
        "foreground": chosen.feeding("foreground"),
    }
    return {name: {control for control, _ in row} for name, row in rows.items()}


def test_every_key_holds_exactly_its_controls() -> None:
    assert keys() == {
        "screen": SCREEN,
        "people": PEOPLE,
        "refined people": EDGE,
        "later": TIME,
        "frame": SCREEN | PEOPLE | EDGE | TIME | SHAPE | DESPILL | {"unmix"},
        "foreground": DESPILL | {"unmix", "output_colour"},
    }


@pytest.mark.parametrize("name", ["net_exposure", "screen_gain", "unmix", "despill_hair"])
def test_a_control_on_another_page_leaves_every_key_as_it_was(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before, frame = keys(), Settings().depends_on(*GATHERS, "shape")
    moved = {c.name: dataclasses.replace(c, page="Quality") if c.name == name else c for c in CONTROLS}
    monkeypatch.setattr(settings, "BY_NAME", {name: moved[name], **moved})
    assert keys() == before and Settings().depends_on(*GATHERS, "shape") == frame


def test_a_control_of_evidence_says_of_which() -> None:
    with pytest.raises(SettingsError, match="'new' is of stage 'steady' and names no evidence; give"):
        Control("new", "double", 0.0, "New", "A new control.", "Time", "steady")
    assert all(c.evidence for c in CONTROLS if c.stage in GATHERS)
