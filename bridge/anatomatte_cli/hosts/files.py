"""The files for hosts: scripts as they stand in the package, and what is made from the table."""

from __future__ import annotations

import shutil
from pathlib import Path
from pprint import pformat

from anatomatte.controls import PAGES
from anatomatte.settings import CONTROLS

from . import facts, nuke_gizmo

HOSTS = {"nuke": "NUKE_PATH", "natron": "NATRON_PLUGIN_PATH"}
"""A folder a host, and the variable that tells the host of it."""
_ICON = f"{facts.IDENTIFIER}.png"


def write(resources: Path) -> None:
    """Write each host's folder into the Resources of a bundle, beside the node's icon."""
    for host in HOSTS:
        folder = resources / host
        folder.mkdir(parents=True)
        for script in sorted((Path(__file__).parent / host).glob("*.py")):
            shutil.copyfile(script, folder / script.name)
        (folder / "anatomatte_names.py").write_text(names(), encoding="utf-8")
        shutil.copyfile(resources / _ICON, folder / _ICON)
    (resources / "nuke" / f"{nuke_gizmo.NAME}.gizmo").write_text(nuke_gizmo.gizmo(), encoding="utf-8")


def told(bundle: Path) -> list[str]:
    """A line a host: which variable is to hold which folder."""
    resources = bundle / "Contents" / "Resources"
    return [f"{variable} with {resources / host}" for host, variable in HOSTS.items()]


def names() -> str:
    """The module from which the scripts know the node."""
    shown = [row for row in CONTROLS if row.name not in (*facts.SLOTS, "person_parts")]
    pages = [
        (page, [(row.name, row.label, row.kind, [label for _, label in row.options]) for row in shown
                if row.page == page])
        for page in PAGES
    ]  # fmt: skip
    values = {
        "IDENTIFIER": facts.IDENTIFIER,
        "MAJOR": facts.MAJOR,
        "CLIPS": facts.CLIPS,
        "NUKE_CLASS": facts.NUKE_CLASS,
        "PYPLUG": facts.PYPLUG,
        "PACKS": len(list(nuke_gizmo.packs())),
        "TEXTS": nuke_gizmo.TEXTS,
        "PAGES": pages,
    }
    lines = [f"{name} = {pformat(value, width=110, compact=True)}\n" for name, value in values.items()]
    return '"""Names of the node, made from its table of controls."""\n\n' + "".join(lines)
