"""The one list of body parts, groups of parts, and maps from other label sets.

Standard library only. A part's number is its place in `PARTS`; the order never changes, new
parts are appended. *Left* and *right* are the person's own. Every pixel of a person has one
main part; what is worn or strapped on belongs to the person, what is only held is `held`, and
furniture or anything else in front of a person is background.

Decisions that hold in every map here:

* sleeves and trouser legs are clothes; `left_arm`, `left_leg` and the like are bare
* tights, stockings and socks are `left_tights` and `right_tights`, sheer ones too; leggings without
  feet are trousers. A label set that has no word for them has them in its legs
* a glove is the hand that it covers
* a bare foot is the leg it belongs to; `left_shoe` and `right_shoe` are footwear
* a jumpsuit or overall in one piece is a dress
* hoods (worn up), head-scarves, helmets and head-dresses are `hat`
* beard, moustache, ears, lips, eyes and teeth are `face`
* belts, jewellery, armour plates, face masks, wings and straps without a bag are `other`
* bags of every kind are `bag`, also when a hand carries them

A map's value is a tuple of parts: one where the label names one part, several where the source
does not say which (`socks` without a side); a consumer shares the label between them or treats
it as their union.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PARTS: tuple[str, ...] = (
    "background",
    "hat",
    "hair",
    "face",
    "glasses",
    "neck",
    "torso_skin",
    "upper_clothes",
    "coat",
    "dress",
    "trousers",
    "skirt",
    "left_arm",
    "right_arm",
    "left_hand",
    "right_hand",
    "left_leg",
    "right_leg",
    "left_shoe",
    "right_shoe",
    "scarf",
    "bag",
    "held",
    "other",
    "left_tights",
    "right_tights",
)
"""Every part; 0 is the background. A network of ours has the first so many of them as channels.

Those after `other` were appended later: the shipped weights do not know them, and theirs are 0.
"""

INDEX: Mapping[str, int] = MappingProxyType({name: k for k, name in enumerate(PARTS)})
"""Part name to channel."""

NOT_PERSON: tuple[str, ...] = ("background", "held")
"""Parts outside the person's own matte (`held` is added on request)."""

PERSON: tuple[str, ...] = tuple(name for name in PARTS if name not in NOT_PERSON)
"""Parts that make up a person's matte."""

GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "person": PERSON,
        "head": ("hat", "hair", "face", "glasses"),
        "skin": (
            "face",
            "neck",
            "torso_skin",
            "left_arm",
            "right_arm",
            "left_hand",
            "right_hand",
            "left_leg",
            "right_leg",
        ),
        "clothes": (
            *("upper_clothes", "coat", "dress", "trousers", "skirt", "scarf"),
            *("left_tights", "right_tights"),
        ),
        "tops": ("upper_clothes", "coat", "dress", "scarf"),
        "bottoms": ("trousers", "skirt", "left_tights", "right_tights"),
        "arms": ("left_arm", "right_arm"),
        "hands": ("left_hand", "right_hand"),
        "legs": ("left_leg", "right_leg", "left_tights", "right_tights"),
        "tights": ("left_tights", "right_tights"),
        "feet": ("left_shoe", "right_shoe"),
        "worn": ("hat", "glasses", "scarf", "bag", "other"),
    }
)
"""Merged groups, offered beside the parts and shown where the fine part is unsure.

`legs` are bare or in tights: what `skin` and `clothes` share between them.
"""

UNDER: Mapping[str, str] = MappingProxyType({"left_tights": "left_leg", "right_tights": "right_leg"})
"""The part that a part covers and is taken for by a network that does not know it: it tells its side."""

KNOWN = min(INDEX[name] for name in UNDER)
"""How many parts every people network knows: those before the first that was appended."""

MIRROR: tuple[int, ...] = tuple(
    INDEX[name.replace("left_", "right_") if name.startswith("left_") else name.replace("right_", "left_")]
    for name in PARTS
)
"""Channel that each channel becomes when a picture is mirrored: left and right change places."""

LIP: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "background": ("background",),
        "hat": ("hat",),
        "hair": ("hair",),
        "glove": ("left_hand", "right_hand"),
        "sunglasses": ("glasses",),
        "upper-clothes": ("upper_clothes",),
        "dress": ("dress",),
        "coat": ("coat",),
        "socks": ("left_tights", "right_tights"),
        "pants": ("trousers",),
        "jumpsuits": ("dress",),
        "scarf": ("scarf",),
        "skirt": ("skirt",),
        "face": ("face",),  # LIP's face takes in the neck; its border is under the chin in ours
        "left-arm": ("left_arm", "left_hand"),  # LIP has no hands
        "right-arm": ("right_arm", "right_hand"),
        "left-leg": ("left_leg",),
        "right-leg": ("right_leg",),
        "left-shoe": ("left_shoe",),
        "right-shoe": ("right_shoe",),
    }
)
"""Look Into Person, 20 labels in its order."""

CIHP: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        ("torso-skin" if name == "jumpsuits" else name): (
            ("neck", "torso_skin") if name == "jumpsuits" else parts
        )
        for name, parts in LIP.items()
    }
)
"""Crowd Instance-level Human Parsing: LIP's list with torso skin (neck and chest) for jumpsuits."""

ATR: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "background": ("background",),
        "hat": ("hat",),
        "hair": ("hair",),
        "sunglasses": ("glasses",),
        "upper-clothes": ("upper_clothes",),  # ATR has no coat: coats are inside this label
        "skirt": ("skirt",),
        "pants": ("trousers",),
        "dress": ("dress",),
        "belt": ("other",),
        "left-shoe": ("left_shoe",),
        "right-shoe": ("right_shoe",),
        "face": ("face",),
        "left-leg": ("left_leg",),
        "right-leg": ("right_leg",),
        "left-arm": ("left_arm", "left_hand"),
        "right-arm": ("right_arm", "right_hand"),
        "bag": ("bag",),
        "scarf": ("scarf",),
    }
)
"""ATR, 18 labels in its order."""

PASCAL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "background": ("background",),
        "head": ("hat", "hair", "face", "glasses", "neck"),  # Pascal's head reaches down to the collar
        "torso": ("torso_skin", "upper_clothes", "coat", "dress", "scarf", "skirt"),
        "upper-arms": ("left_arm", "right_arm", "upper_clothes", "coat", "dress"),
        "lower-arms": ("left_arm", "right_arm", "left_hand", "right_hand", "upper_clothes", "coat"),
        "upper-legs": (
            *("left_leg", "right_leg", "left_tights", "right_tights"),
            *("trousers", "skirt", "dress"),
        ),
        "lower-legs": (
            *("left_leg", "right_leg", "left_tights", "right_tights"),
            *("left_shoe", "right_shoe", "trousers"),
        ),
    }
)
"""Pascal-Person-Part, 7 labels in its order: regions of the body, clothed or not."""

SAPIENS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Background": ("background",),
        "Apparel": ("hat", "glasses", "scarf", "bag", "coat", "dress", "other"),
        "Face_Neck": ("face", "neck"),
        "Hair": ("hair",),
        "Left_Foot": ("left_leg",),  # a bare foot is the leg it belongs to
        "Left_Hand": ("left_hand",),
        "Left_Lower_Arm": ("left_arm",),
        "Left_Lower_Leg": ("left_leg",),
        "Left_Shoe": ("left_shoe",),
        "Left_Sock": ("left_tights",),
        "Left_Upper_Arm": ("left_arm",),
        "Left_Upper_Leg": ("left_leg",),
        "Lower_Clothing": ("trousers", "skirt"),
        "Right_Foot": ("right_leg",),
        "Right_Hand": ("right_hand",),
        "Right_Lower_Arm": ("right_arm",),
        "Right_Lower_Leg": ("right_leg",),
        "Right_Shoe": ("right_shoe",),
        "Right_Sock": ("right_tights",),
        "Right_Upper_Arm": ("right_arm",),
        "Right_Upper_Leg": ("right_leg",),
        "Torso": ("torso_skin",),
        "Upper_Clothing": ("upper_clothes",),
        "Lower_Lip": ("face",),
        "Upper_Lip": ("face",),
        "Lower_Teeth": ("face",),
        "Upper_Teeth": ("face",),
        "Tongue": ("face",),
    }
)
"""Sapiens body parts (Goliath), 28 labels in its order."""

_BEFORE = ("Background", "Apparel")
SAPIENS2: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Background": ("background",),
        "Apparel": ("hat", "scarf", "bag", "coat", "dress", "other"),
        "Eyeglass": ("glasses",),
        **{label: parts for label, parts in SAPIENS.items() if label not in _BEFORE},
    }
)
"""Sapiens2 body parts, 29 labels in its order: Sapiens' with spectacles of their own."""

LABEL_SETS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"lip": LIP, "cihp": CIHP, "atr": ATR, "pascal": PASCAL, "sapiens": SAPIENS, "sapiens2": SAPIENS2}
)
"""Every known label set by its short name."""


def weighers(names: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
    """For each of the parts that a label may mean, the channels whose evidence speaks for it.

    Its own; and that of the part under it (`UNDER`), unless the label may mean that one as well.
    """
    return tuple(
        (INDEX[name], INDEX[UNDER[name]]) if name in UNDER and UNDER[name] not in names else (INDEX[name],)
        for name in names
    )


def channels(names: str | tuple[str, ...]) -> tuple[int, ...]:
    """Channels of a part, of a group, or of several of them, ascending and each once.

    Args:
        names: a name from `PARTS` or `GROUPS`, or a tuple of such names.

    Raises:
        KeyError: a name is neither a part nor a group; the message lists what is known.
    """
    found: set[int] = set()
    for name in (names,) if isinstance(names, str) else names:
        if name in INDEX:
            found.add(INDEX[name])
        elif name in GROUPS:
            found.update(INDEX[part] for part in GROUPS[name])
        else:
            raise KeyError(
                f"no part or group is called {name!r}; parts: {', '.join(PARTS)}; groups: {', '.join(GROUPS)}"
            )
    return tuple(sorted(found))
