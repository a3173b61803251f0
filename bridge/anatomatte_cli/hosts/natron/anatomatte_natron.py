"""Anatomatte in Natron's menu bar."""

import anatomatte_names as names

CALL = "import anatomatte_natron; anatomatte_natron.%s()"


def fill(natron):
    """Put the entries into the menu bar."""
    natron.addMenuCommand("Anatomatte/Node", CALL % "node")
    natron.addMenuCommand("Anatomatte/Layers", CALL % "layers")
    natron.addMenuCommand("Anatomatte/Write all layers", CALL % "write")


def node():
    """The node behind what is selected."""
    app = _app()
    return _behind(app, app.createNode(names.IDENTIFIER, names.MAJOR))


def layers():
    """The PyPlug behind what is selected."""
    app = _app()
    return _behind(app, app.createNode(names.PYPLUG))


def write():
    """A Write of every plane behind what is selected, all of them in one part of the EXR."""
    app = _app()
    made = _behind(app, app.createWriter("layers.####.exr"))
    for name, value in (("processAllPlanes", True), ("partSplitting", 0)):
        param = made.getParam(name)
        if param is not None:
            param.set(value)
    return made


def _app():
    import NatronGui

    return NatronGui.natron.getGuiInstance(0)


def _behind(app, made):
    selected = app.getSelectedNodes()
    if selected:
        made.connectInput(0, selected[0])
    return made
