# Natron PyPlug
"""Anatomatte with every layer: mattes of people, parts, and the parts of each person."""

import anatomatte_names as names


def getPluginID():
    return names.PYPLUG


def getLabel():
    return "AnatomatteLayers"


def getVersion():
    return 1


def getIconPath():
    return "org.anatomatte.Anatomatte.png"


def getGrouping():
    return "Keyer"


def getPluginDescription():
    return "Anatomatte with a layer for each matte, of each person too; a Write of all planes keeps them."


def createInstance(app, group):
    node = app.createNode(names.IDENTIFIER, names.MAJOR, group)
    node.setScriptName("Look")
    for place, clip in enumerate(names.CLIPS):
        source = app.createNode("fr.inria.built-in.Input", -1, group)
        source.setScriptName(clip)
        source.setLabel(clip)
        optional = source.getParam("optional")
        if optional is not None:
            optional.setValue(place > 0)
        node.connectInput(place, source)
    output = app.createNode("fr.inria.built-in.Output", -1, group)
    output.connectInput(0, node)
    node.getParam("person_parts").setValue(True)
    _show(group, node)


def _show(group, node):
    """The controls of the node on the group's own pages."""
    for title, rows in names.PAGES:
        page = group.createPageParam("page_" + title, title)
        for name, label, kind, menu in rows:
            shown = _param(group, kind, name, label, menu)
            page.addParam(shown)
            shown.setAsAlias(node.getParam(name))
    group.refreshUserParamsGUI()


def _param(group, kind, name, label, menu):
    if kind == "choice":
        shown = group.createChoiceParam(name, label)
        shown.setOptions([(entry, "") for entry in menu])
        return shown
    if kind == "rgb":
        return group.createColorParam(name, label, False)
    make = {
        "double": group.createDoubleParam,
        "int": group.createIntParam,
        "bool": group.createBooleanParam,
        "point": group.createDouble2DParam,
        "file": group.createFileParam,
        "button": group.createButtonParam,
    }.get(kind, group.createStringParam)
    return make(name, label)
