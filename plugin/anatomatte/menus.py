"""The long menus of the table: key → label.  Append-only; standard library only."""

from __future__ import annotations

COLOURS: dict[str, str] = {
    "linear": "Scene-linear",
    "srgb": "sRGB",
    "rec709": "Rec.709",
    "cineon": "Cineon log",
    "logc3": "ARRI LogC3 (EI 800)",
    "logc4": "ARRI LogC4",
    "slog3": "Sony S-Log3",
    "vlog": "Panasonic V-Log",
    "log3g10": "RED Log3G10",
    "clog3": "Canon Log 3",
    "acescct": "ACEScct",
}
"""Transfer curves of plates."""

MOST_PEOPLE = 8
"""People who can be told apart in one frame."""

PERSON_MENU: dict[str, str] = {f"person_{n:02d}": f"Person {n}" for n in range(1, MOST_PEOPLE + 1)}
"""One entry a person, counted from the left of the picture."""

PART_MENU: dict[str, str] = {
    "hat": "Hat", "hair": "Hair", "face": "Face", "glasses": "Glasses", "neck": "Neck",
    "torso_skin": "Torso skin", "upper_clothes": "Upper clothes", "coat": "Coat", "dress": "Dress",
    "trousers": "Trousers", "skirt": "Skirt", "left_arm": "Left arm", "right_arm": "Right arm",
    "left_hand": "Left hand", "right_hand": "Right hand", "left_leg": "Left leg",
    "right_leg": "Right leg", "left_shoe": "Left shoe", "right_shoe": "Right shoe", "scarf": "Scarf",
    "bag": "Bag", "held": "Held things", "other": "Other worn things",
}  # fmt: skip
"""One entry a part of `parts.PARTS` (a test compares)."""

GROUP_MENU: dict[str, str] = {
    "skin": "All skin", "clothes": "All clothes", "arms": "Both arms", "legs": "Both legs",
    "feet": "Both shoes",
}  # fmt: skip
"""Merged groups that are layers of their own."""

MATTE_MENU: dict[str, str] = {
    "none": "None", "alpha": "Alpha", "screen": "Screen matte", "core": "Core matte (InM)",
    "garbage": "Garbage matte (OutM)", "hint": "Hint", "spill": "Spill",
    **PERSON_MENU, **PART_MENU, **GROUP_MENU,
}  # fmt: skip
"""What a channel of a packed picture can carry; each but the first two is a plane and a layer."""

CHOSEN_MENU: dict[str, str] = {
    "all": "All", "face_hair": "Face and hair", "head": "Head", "skin": "All skin",
    "clothes": "All clothes", "tops": "Tops", "bottoms": "Bottoms", "arms": "Both arms",
    "hands": "Both hands", "legs": "Both legs", "feet": "Both shoes", "worn": "Worn things",
    **PART_MENU, "listed": "As listed",
}  # fmt: skip
"""Which parts make up the alpha."""
