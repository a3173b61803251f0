"""The list of parts, its groups, its mirror and the maps from other label sets."""

from __future__ import annotations

import subprocess
import sys

import pytest

from anatomatte import parts


def test_the_order_is_fixed() -> None:
    assert parts.PARTS[:4] == ("background", "hat", "hair", "face")
    assert parts.PARTS[22:] == ("held", "other", "left_tights", "right_tights")
    assert len(parts.PARTS) == len(set(parts.PARTS)) == 26
    assert all(parts.PARTS[k] == name for name, k in parts.INDEX.items())


def test_the_mirror_swaps_left_and_right_only() -> None:
    for k, name in enumerate(parts.PARTS):
        other = parts.PARTS[parts.MIRROR[k]]
        assert parts.MIRROR[parts.MIRROR[k]] == k
        if name.startswith(("left_", "right_")):
            assert {name.split("_", 1)[1]} == {other.split("_", 1)[1]} and name != other
        else:
            assert name == other


def test_the_person_is_everything_but_ground_and_held() -> None:
    assert set(parts.PARTS) - set(parts.PERSON) == {"background", "held"}
    for group in parts.GROUPS.values():
        assert set(group) <= set(parts.PERSON)


@pytest.mark.parametrize(
    ("name", "count"), [("lip", 20), ("cihp", 20), ("atr", 18), ("pascal", 7), ("sapiens", 28)]
)
def test_maps_are_whole(name: str, count: int) -> None:
    table = parts.LABEL_SETS[name]
    assert len(table) == count
    assert next(iter(table.values())) == ("background",)
    for label, found in table.items():
        assert found and set(found) <= set(parts.PARTS), label
        assert len(set(found)) == len(found), label


def test_maps_keep_the_persons_own_sides() -> None:
    for table in parts.LABEL_SETS.values():
        for label, found in table.items():
            for side, wrong in (("left", "right_"), ("right", "left_")):
                if label.lower().startswith(side):
                    assert not any(part.startswith(wrong) for part in found), label


def test_decisions() -> None:
    assert parts.LIP["jumpsuits"] == ("dress",)
    assert parts.CIHP["torso-skin"] == ("neck", "torso_skin")
    assert list(parts.CIHP).index("torso-skin") == 10
    assert parts.ATR["belt"] == ("other",)
    assert set(parts.LIP["glove"]) == {"left_hand", "right_hand"}


def test_tights_are_clothes_on_legs_and_no_skin() -> None:
    both = {"left_tights", "right_tights"}
    for group in ("legs", "clothes", "bottoms", "tights"):
        assert both <= set(parts.GROUPS[group])
    assert not both & set(parts.GROUPS["skin"])
    assert set(parts.GROUPS["legs"]) - both == {"left_leg", "right_leg"}
    assert parts.LIP["socks"] == parts.CIHP["socks"] == ("left_tights", "right_tights")
    assert parts.SAPIENS["Left_Sock"] == ("left_tights",)


def test_what_covers_a_part_is_weighed_by_it_unless_the_label_means_both() -> None:
    own, under = parts.INDEX["left_tights"], parts.INDEX["left_leg"]
    assert parts.weighers(("left_tights", "dress")) == ((own, under), (parts.INDEX["dress"],))
    assert parts.weighers(("left_tights", "left_leg")) == ((own,), (under,))


def test_channels() -> None:
    assert parts.channels("face") == (3,)
    assert parts.channels("arms") == (12, 13)
    assert parts.channels(("hair", "head")) == (1, 2, 3, 4)
    with pytest.raises(KeyError, match="no part or group is called 'wing'"):
        parts.channels("wing")


def test_the_list_needs_the_standard_library_only() -> None:
    code = "import sys, anatomatte.parts; print([m for m in ('numpy', 'torch', 'cv2') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
