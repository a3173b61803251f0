"""The long menus of the table: key → label.  Append-only; standard library only.

A host's project keeps a choice as the entry's place.  Menus are composed of kinds (people, parts,
groups, networks), which may each grow; `in_order` keeps what stands in ``menus_frozen.py`` at its
place and puts whatever is new behind it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from .errors import SettingsError
from .menus_frozen import FROZEN


def in_order(control: str, menu: Mapping[str, str]) -> dict[str, str]:
    """The menu of a control in its frozen order, new entries at the end.

    Raises:
        SettingsError: an entry that is frozen is not in the menu, or two entries have one label.
    """
    frozen = FROZEN.get(control, ())
    for key in frozen:
        if key not in menu:
            raise SettingsError(
                f"The menu of {control} has lost the entry {key!r}, and every entry behind it would "
                "move in saved projects: put it back in menus.py or the table."
            )
    if len({label.casefold() for label in menu.values()}) != len(menu):
        raise SettingsError(f"The menu of {control} has a label twice; give each entry its own.")
    return {key: menu[key] for key in (*frozen, *(key for key in menu if key not in frozen))}


def frozen_text(menus: Mapping[str, tuple[str, ...]], now: str) -> str:
    """The text of ``menus_frozen.py`` for these menus; *now* is its text today.

    Raises:
        SettingsError: a control whose menu is frozen has gone.
    """
    for name in FROZEN:
        if name not in menus:
            raise SettingsError(
                f"The menu of {name} is frozen and no control has it: put the control back, or take its "
                "row out of menus_frozen.py by hand."
            )
    head, mark, rest = now.partition('_TEXT = """')
    rows = (
        textwrap.wrap(f"{name}: {' '.join(keys)}", 108, subsequent_indent="  ", break_on_hyphens=False)
        for name, keys in menus.items()
    )
    text = "\n".join(line for row in rows for line in row)
    return head + mark + "\n" + text + "\n" + rest[rest.index('"""') :]


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
    "pq": "PQ (BT.2100)",
    "hlg": "HLG (BT.2100)",
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
    "left_tights": "Left tights", "right_tights": "Right tights",
}  # fmt: skip
"""One entry a part of `parts.PARTS` (a test compares)."""

GROUP_MENU: dict[str, str] = {
    "skin": "All skin", "clothes": "All clothes", "arms": "Both arms", "legs": "Both legs",
    "feet": "Both shoes", "tights": "Both tights",
}  # fmt: skip
"""Merged groups that are layers of their own."""

FACE_MENU: dict[str, str] = {
    "face_skin": "Face: skin", "face_brows": "Face: brows", "face_eyes": "Face: eyes",
    "face_iris": "Face: irises", "face_nose": "Face: nose", "face_lips": "Face: lips",
    "face_mouth": "Face: inner mouth", "face_ears": "Face: ears", "face_beard": "Face: beard",
}  # fmt: skip
"""Regions of the part face, in the order of `faces.regions.REGIONS` (a test compares); they sum to it."""

MATTE_MENU: dict[str, str] = in_order("pack_r", {
    "none": "None", "alpha": "Alpha", "screen": "Screen matte", "core": "Core matte (InM)",
    "garbage": "Garbage matte (OutM)", "hint": "Hint", "spill": "Spill",
    **PERSON_MENU, **PART_MENU, **GROUP_MENU, "face_patch": "Face patch", **FACE_MENU,
})  # fmt: skip
"""What a channel of a packed picture can carry; each but the first two is a plane and a layer."""

CHOSEN_MENU: dict[str, str] = in_order("parts", {
    "all": "All", "face_hair": "Face and hair", "head": "Head", "skin": "All skin",
    "clothes": "All clothes", "tops": "Tops", "bottoms": "Bottoms", "arms": "Both arms",
    "hands": "Both hands", "legs": "Both legs", "feet": "Both shoes", "worn": "Worn things",
    **PART_MENU, **GROUP_MENU, "listed": "As listed",
})  # fmt: skip
"""Which parts make up the alpha."""

PARTS_MODELS: dict[str, str] = {
    "own": "Anatomatte", "m2fp-multi": "M2FP, several people (non-commercial)",
    "m2fp-single": "M2FP, one person (non-commercial)", "schp-lip": "SCHP, LIP (licence unclear)",
    "schp-atr": "SCHP, ATR (licence unclear)", "schp-pascal": "SCHP, Pascal person parts (licence unclear)",
    "sapiens-seg-0-3b": "Sapiens 0.3B (non-commercial)",
    "sapiens-seg-0-6b": "Sapiens 0.6B (non-commercial)",
    "sapiens-seg-1b": "Sapiens 1B (non-commercial)",
    "face-parsing-resnet18": "Face parsing, ResNet-18 (licence unclear)",
    "face-parsing-resnet34": "Face parsing, ResNet-34 (licence unclear)", "mediapipe-hair": "MediaPipe hair",
    "custom": "Custom", "sapiens2-seg-0-4b": "Sapiens2 0.4B (own terms)",
    "sapiens2-seg-0-8b": "Sapiens2 0.8B (own terms)", "sapiens2-seg-1b": "Sapiens2 1B (own terms)",
}  # fmt: skip
"""Who says which part a pixel is: ours, or an id of the store; a licence that binds stands behind it."""

ALPHA_MODELS: dict[str, str] = {
    "own": "Anatomatte", "parts": "As Parts model", "modnet": "MODNet",
    "cv-unet-portrait": "CV-UNet, portraits (licence unclear)",
    "cv-unet-universal": "CV-UNet, anything (licence unclear)",
    "rvm-mobilenetv3": "RVM, MobileNetV3 (copyleft)", "rvm-resnet50": "RVM, ResNet-50 (copyleft)",
    "modelscope-video-matting": "ModelScope video matting (licence unclear)",
    "birefnet-general": "BiRefNet, general", "birefnet-portrait": "BiRefNet, portraits",
    "birefnet-matting": "BiRefNet, matting", "u2net": "U²-Net", "u2net-human": "U²-Net, people",
    "isnet": "IS-Net, general use", "mediapipe-selfie": "MediaPipe selfie",
    "mediapipe-selfie-landscape": "MediaPipe selfie, landscape", "mediapipe-pose": "MediaPipe pose",
    "corridorkey": "CorridorKey (own terms)", "custom": "Custom",
    "sapiens2-matting-1b": "Sapiens2 matting 1B (own terms)",
}  # fmt: skip
"""Who says how much of a pixel is person: ours, or an id of the model store."""

DEVICES: dict[str, str] = {
    "auto": "Auto",
    "cpu": "CPU",
    **{f"cuda:{n}": f"CUDA GPU {n}" for n in range(8)},
    "mps": "Apple GPU",
}
"""Where networks run (append-only)."""

EDGE_MODELS: dict[str, str] = {
    "own": "Anatomatte", "alpha": "As Alpha model", "vitmatte-small": "ViTMatte, small",
    "corridorkey": "CorridorKey (own terms)", "modnet": "MODNet", "birefnet-matting": "BiRefNet, matting",
    "birefnet-portrait": "BiRefNet, portraits", "birefnet-general": "BiRefNet, general",
    "cv-unet-portrait": "CV-UNet, portraits (licence unclear)",
    "cv-unet-universal": "CV-UNet, anything (licence unclear)",
    "rvm-mobilenetv3": "RVM, MobileNetV3 (copyleft)", "rvm-resnet50": "RVM, ResNet-50 (copyleft)",
    "modelscope-video-matting": "ModelScope video matting (licence unclear)", "custom": "Custom",
}  # fmt: skip
"""Who refines the matte that is there at last: ours, or an id of the model store."""
