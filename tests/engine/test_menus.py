"""Menus only grow: an entry keeps its place, whatever its kind and whatever comes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import anatomatte
from anatomatte import menus
from anatomatte.errors import SettingsError
from anatomatte.menus_frozen import FROZEN
from anatomatte.settings import BY_NAME, CONTROLS

CHOICES = {row.name: row for row in CONTROLS if row.kind == "choice"}
PACKAGE = Path(anatomatte.__file__).parent
TABLE = """
import json, sys
from anatomatte.settings import CONTROLS
json.dump({c.name: c.options for c in CONTROLS if c.kind == "choice"}, sys.stdout)
"""
ONE_OF_EACH = (
    ("MOST_PEOPLE = 8", "MOST_PEOPLE = 9"),
    ('"hat": "Hat", ', '"hat": "Hat", "beard": "Beard", '),
    ('"skin": "All skin", "clothes": "All clothes", "arms": "Both arms", "legs": "Both legs",\n    "feet"',
     '"wear": "All wear", "skin": "All skin", "clothes": "All clothes", "arms": "Both arms", '
     '"legs": "Both legs",\n    "feet"'),
    ('    "own": "Anatomatte", "m2fp-multi"', '    "own": "Anatomatte", "new-net": "New net", "m2fp-multi"'),
    ('    "own": "Anatomatte", "parts"', '    "own": "Anatomatte", "new-net": "New net", "parts"'),
    ('    "own": "Anatomatte", "alpha"', '    "own": "Anatomatte", "new-net": "New net", "alpha"'),
    ('    "srgb": "sRGB",', '    "flog": "F-Log",\n    "srgb": "sRGB",'),
)  # fmt: skip
"""What a later version may add to the kinds, each in the middle of its kind."""
NEW = {
    "input_colour": ["flog"],
    "parts": ["beard", "wear"],
    **{key: ["new-net"] for key in ("parts_model", "alpha_model", "edge_model")},
    **{key: ["person_09", "beard", "wear"] for key in ("pack_r", "pack_g", "pack_b", "pack_a")},
    "parts_of": ["person_09"],
}
"""Control → the entries at its menu's end then."""


def python(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The standard library alone, and the package in *folder*."""
    return subprocess.run(
        [sys.executable, "-S", *words], cwd=folder, capture_output=True, text=True, timeout=60
    )


def table(folder: Path) -> dict[str, list[list[str]]]:
    done = python(folder, "-c", TABLE)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the table's modules, as the build sees them."""
    (tmp_path / "anatomatte").mkdir()
    for path in PACKAGE.glob("*.py"):
        shutil.copy(path, tmp_path / "anatomatte")
    return tmp_path


def change(folder: Path, *pairs: tuple[str, str]) -> None:
    file = folder / "anatomatte" / "menus.py"
    text = file.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    file.write_text(text, encoding="utf-8")


def test_every_menu_is_frozen_as_it_stands() -> None:
    wrong = [name for name, row in CHOICES.items() if FROZEN.get(name) != row.menu()]
    assert not wrong, f"{wrong}: run `python -m anatomatte.settings freeze`, which appends new entries"
    assert set(FROZEN) == set(CHOICES)


def test_the_four_packed_channels_have_one_menu() -> None:
    assert len({BY_NAME[f"pack_{channel}"].options for channel in "rgba"}) == 1
    assert tuple(menus.MATTE_MENU.items()) == BY_NAME["pack_r"].options


@pytest.mark.parametrize("row", CHOICES.values(), ids=CHOICES)
def test_a_label_means_one_entry(row: Any) -> None:
    labels = [label.casefold() for _, label in row.options]
    assert len(set(labels)) == len(labels)
    for key, label in row.options:
        assert [other for other in row.menu() if other == label.casefold()] in ([], [key])
    assert len({c.label for c in CONTROLS if c.page == row.page}) == sum(c.page == row.page for c in CONTROLS)


def test_one_more_of_each_kind_moves_nothing(copy: Path) -> None:
    before = table(copy)
    change(copy, *ONE_OF_EACH)
    after = table(copy)
    for name, menu in before.items():
        assert after[name][: len(menu)] == menu, name
        assert [key for key, _ in after[name][len(menu) :]] == NEW.get(name, []), name
        assert len({label for _, label in after[name]}) == len(after[name])
    done = python(copy, "-m", "anatomatte.settings", "freeze")
    assert done.returncode == 0, done.stderr
    assert table(copy) == after
    change(copy, ('"beard": "Beard", ', '"beard": "Beard", "moustache": "Moustache", '))
    assert [key for key, _ in table(copy)["parts"]][-3:] == ["beard", "wear", "moustache"]


def test_the_shim_is_told_the_part_mattes_by_place(copy: Path) -> None:
    def part_mattes() -> list[str]:
        done = python(copy, "-m", "anatomatte.settings", "header")
        assert done.returncode == 0, done.stderr
        (row,) = (line for line in done.stdout.splitlines() if "kPartMattes" in line)
        places = [int(word) for word in row.partition("{")[2].rstrip("};").split(",")]
        menu = [key for key, _ in table(copy)["pack_r"]]
        return [menu[place] for place in places]

    kinds = {*menus.PART_MENU, *menus.GROUP_MENU, *menus.FACE_MENU}
    now = [key for key in FROZEN["pack_r"] if key in kinds]
    assert part_mattes() == now and set(now) == kinds
    change(copy, *ONE_OF_EACH)
    assert part_mattes() == [*now, "beard", "wear"]


def test_freezing_again_changes_nothing(copy: Path) -> None:
    file = copy / "anatomatte" / "menus_frozen.py"
    before = file.read_text(encoding="utf-8")
    assert python(copy, "-m", "anatomatte.settings", "freeze").returncode == 0
    assert file.read_text(encoding="utf-8") == before


def test_an_entry_that_is_lost_or_told_twice_is_a_sentence() -> None:
    with pytest.raises(SettingsError, match=r"menu of draft has lost the entry 'off'.*put it back"):
        menus.in_order("draft", {"auto": "Auto", "always": "Always"})
    with pytest.raises(SettingsError, match="menu of new has a label twice; give each entry its own"):
        menus.in_order("new", {"a": "One", "b": "one"})
    with pytest.raises(SettingsError, match="menu of output is frozen and no control has it: put"):
        menus.frozen_text({}, "")
