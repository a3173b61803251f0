"""Anatomatte in Nuke: the menu, and what the gizmo AnatomatteLayers calls. Any Nuke with Python 3."""

import anatomatte_names as names

ICON = "org.anatomatte.Anatomatte.png"
GIZMO = "AnatomatteLayers"


def fill(nodes):
    """Put the node and the gizmo into the toolbar."""
    menu = nodes.addMenu("Anatomatte", icon=ICON)
    menu.addCommand("Anatomatte", f"nuke.createNode('{names.NUKE_CLASS}')", icon=ICON)
    menu.addCommand("Anatomatte Layers", f"nuke.createNode('{GIZMO}')", icon=ICON)
    menu.addCommand("Write all layers", "import anatomatte_nuke; anatomatte_nuke.write()", icon=ICON)


def share(gizmo):
    """Give texts of the node Look, which no expression can follow, to the nodes that pack mattes."""
    look = gizmo.node("Look")
    for number in range(1, names.PACKS + 1):
        pack = gizmo.node(f"Pack{number}")
        for text in names.TEXTS:
            told = look[text].value()
            if pack[text].value() != told:
                pack[text].setValue(told)


def write():
    """A Write behind the selected node: EXR with every layer, 32 bits as the ids of Cryptomatte need."""
    import nuke

    made = nuke.createNode("Write")
    made["channels"].setValue("all")
    made["file_type"].setValue("exr")
    made["datatype"].setValue("32 bit float")
    made["metadata"].setValue("all metadata")
    return made
