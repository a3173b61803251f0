"""The table as constexpr C++ data: ``params.h``, from which the shim describes itself.

Made at every build by ``python -m anatomatte.settings header``; never committed.
"""

from __future__ import annotations

import json

from .controls import PAGES, Control
from .menus import FACE_MENU, GROUP_MENU, PART_MENU, PERSON_MENU
from .settings import BY_NAME, CONTROLS, digest


def _c(text: str) -> str:
    return json.dumps(text, ensure_ascii=True)


def _c_default(control: Control) -> tuple[str, str]:
    value = control.default
    if control.kind in ("rgb", "point"):
        assert isinstance(value, tuple)
        return "{" + ", ".join(repr(float(v)) for v in (*value, 0.0)[:3]) + "}", '""'
    if control.kind in ("text", "line", "file"):
        return "{0, 0, 0}", _c(str(value))
    number = control.menu().index(str(value)) if control.kind == "choice" else value
    assert isinstance(number, (bool, int, float))
    return "{" + f"{float(number)!r}, 0, 0" + "}", '""'


def _needs() -> list[str]:
    """Which entries of which menus a control needs to have an effect: a bit an entry."""
    place = {row.name: at for at, row in enumerate(CONTROLS)}
    lines = ["// control, the control that decides, the entries with which it has an effect (a bit each)"]
    lines.append("inline constexpr Need kNeeds[] = {")
    for row in CONTROLS:
        for other, entries in row.needs:
            assert len(BY_NAME[other].menu()) <= 64, f"the menu of {other} no longer fits into a Need"
            bits = sum(1 << BY_NAME[other].menu().index(entry) for entry in entries)
            lines.append(f"    {{{place[row.name]}, {place[other]}, {bits:#x}ull}},")
    return [*lines, "};"]


def header() -> str:
    """The text of ``params.h``: the table as constexpr C++ data for the shim's describe."""
    lines = [
        "// Generated from plugin/anatomatte/settings.py. Never edit, never commit.",
        "#pragma once",
        '#include "params_types.h"',
        "namespace anatomatte {",
        f"inline constexpr char kTableDigest[] = {_c(digest())};",
        "inline constexpr const char* kPages[] = {"
        + ", ".join(_c(p) for p in PAGES if any(c.page == p for c in CONTROLS))
        + "};",
    ]
    for control in CONTROLS:
        if control.kind == "choice":
            keys = ", ".join(_c(key) for key, _ in control.options)
            labels = ", ".join(_c(label) for _, label in control.options)
            lines.append(f"inline constexpr const char* kMenuKeys_{control.name}[] = {{{keys}}};")
            lines.append(f"inline constexpr const char* kMenu_{control.name}[] = {{{labels}}};")
    of_people = {**PART_MENU, **GROUP_MENU, **FACE_MENU}
    parts = (at for at, key in enumerate(BY_NAME["pack_r"].menu()) if key in of_people)
    persons = (BY_NAME["parts_of"].menu().index(person) for person in PERSON_MENU)
    lines += [
        "// The mattes of parts, groups and regions of faces among the entries of a packed channel's menu.",
        f"inline constexpr int kPartMattes[] = {{{', '.join(map(str, parts))}}};",
        "// The people among the entries of Parts of, the first one first.",
        f"inline constexpr int kPersons[] = {{{', '.join(map(str, persons))}}};",
        "inline constexpr Control kControls[] = {",
    ]
    for c in CONTROLS:
        numbers, text = _c_default(c)
        menu = (
            f"kMenu_{c.name}, kMenuKeys_{c.name}, {len(c.options)}"
            if c.kind == "choice"
            else "nullptr, nullptr, 0"
        )
        lines.append(
            f"    {{{_c(c.name)}, Kind::{c.kind}_, {_c(c.label)}, {_c(c.hint)}, {_c(c.page)},"
            f" {_c(c.unit)}, {numbers}, {text}, {float(c.low)!r}, {float(c.high)!r},"
            f" {float(c.slider[0])!r}, {float(c.slider[1])!r}, {menu},"
            f" {str(c.animates).lower()}, {str(c.stage == 'none').lower()}, {_c(c.group)},"
            f" {str(c.hides).lower()}}},"
        )
    lines += ["};", *_needs(), "}  // namespace anatomatte", ""]
    return "\n".join(lines)
