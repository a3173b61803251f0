"""What `install` puts beside the node for Nuke and Natron, run against stand-ins of both."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner

from anatomatte.settings import BY_NAME
from anatomatte_cli.cmd_install import NAME
from anatomatte_cli.commands import cli
from anatomatte_cli.hosts import facts, nuke_gizmo
from made import native

NUKE = """
class Menu:
    def __init__(self, path): self.path = path
    def addMenu(self, name, icon=""):
        told.append(("menu", self.path + name)); check(icon); return Menu(self.path + name + "/")
    def addCommand(self, name, command, icon=""):
        compile(command, name, "exec"); check(icon); told.append((self.path + name, command))
class Knob:
    def __init__(self, menu=None): self.menu, self.held = menu, ""
    def value(self): return self.held
    def setValue(self, value): assert self.menu is None or value in self.menu, value; self.held = value
class Node:
    def __init__(self, **knobs): self.knobs = {name: Knob(menu) for name, menu in knobs.items()}
    def __getitem__(self, name): return self.knobs[name]
def check(icon): assert any(os.path.isfile(os.path.join(folder, icon)) for folder in NUKE_PATH), icon
WRITE = dict(channels=["rgb", "rgba", "all"], file_type=["exr", "png"],
             datatype=["16 bit half", "32 bit float"],
             metadata=["no metadata", "default metadata", "all metadata"])
nuke = types.ModuleType("nuke")
nuke.menu = lambda name: told.append(("asked", name)) or Menu("")
nuke.createNode = lambda kind: {"Write": Node(**WRITE)}[kind]
sys.modules["nuke"] = nuke
"""
NATRON = """
class Param:
    def __init__(self, kind, name, menu=()): self.kind, self.name, self.menu = kind, name, menu
    def setValue(self, value): self.value = value
    set = setValue
    def setOptions(self, menu): self.menu = [label for label, hint in menu]
    def setAsAlias(self, other):
        assert other is not None, self.name
        assert (self.kind, list(self.menu)) == (other.kind, list(other.menu)), self.name
        told.append(("alias", self.name))
    def addParam(self, param): told.append(("on", self.name, param.name))
KINDS = {"double": "Double", "int": "Int", "bool": "Boolean", "point": "Double2D", "file": "File",
         "button": "Button", "choice": "Choice", "rgb": "Color", "line": "String", "text": "String"}
class Node:
    def __init__(self, kind): self.kind, self.params, self.label = kind, {}, ""
    def setScriptName(self, name): self.label = name
    setLabel = setScriptName
    def getParam(self, name): return self.params.get(name)
    def connectInput(self, place, node): told.append(("wire", self.kind, place, node.label or node.kind))
    def refreshUserParamsGUI(self): told.append(("refresh",))
    def createPageParam(self, name, label): return Param("Page", name)
    def createColorParam(self, name, label, alpha): assert not alpha; return Param("Color", name)
for kind in ("Double", "Int", "Boolean", "Double2D", "File", "Button", "Choice", "String"):
    setattr(Node, f"create{kind}Param", lambda self, name, label, kind=kind: Param(kind, name))
class App:
    def createNode(self, kind, version=-1, group=None):
        told.append(("made", kind, version))
        node = Node(kind)
        if kind == "org.anatomatte.Anatomatte":
            rows = [(c, [label for _, label in c.options]) for c in CONTROLS]
            node.params = {c.name: Param(KINDS[c.kind], c.name, menu) for c, menu in rows}
        elif kind.endswith(".Input"):
            node.params = {"optional": Param("Boolean", "optional")}
        return node
    def createWriter(self, name):
        node = Node("writer")
        node.params = {n: Param("", n) for n in ("processAllPlanes", "partSplitting")}
        return node
    def getSelectedNodes(self): return [Node("selected")]
class Gui:
    def addMenuCommand(self, path, call): compile(call, path, "exec"); told.append(("entry", path, call))
    def getGuiInstance(self, number): assert number == 0; return App()
gui = types.ModuleType("NatronGui"); gui.natron = Gui(); sys.modules["NatronGui"] = gui
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ofx ö")
    done = CliRunner().invoke(cli, ["install", "--dir", str(folder)])
    resources = folder / NAME / "Contents" / "Resources"
    assert done.exit_code == 0 and f"NUKE_PATH with {resources / 'nuke'}" in done.output
    assert f"NATRON_PLUGIN_PATH with {resources / 'natron'}" in done.output
    return resources


def standing_in(host: str, folder: Path, code: str) -> str:
    """What a script prints in a Python that knows *host* and has its folder, as the host would."""
    start = f"import os, sys, types; told = []; NUKE_PATH = [{str(folder)!r}]\n"
    table = "from anatomatte.settings import CONTROLS\n" if host == "natron" else ""
    text = start + table + {"nuke": NUKE, "natron": NATRON}[host] + textwrap.dedent(code)
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=native.HANG)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_nuke_gets_a_menu_and_the_gizmo_shares_its_texts(installed: Path) -> None:
    folder = installed / "nuke"
    told = standing_in("nuke", folder, f"""
        for script in ("init.py", "menu.py"):  # the order of Nuke; it does not import them
            path = os.path.join(NUKE_PATH[0], script)
            exec(compile(open(path).read(), path, "exec"), {{"__file__": path, "__name__": "__main__"}})
        assert told[:2] == [("asked", "Nodes"), ("menu", "Anatomatte")], told
        assert dict(told[2:])["Anatomatte/Anatomatte"] == "nuke.createNode('{facts.NUKE_CLASS}')"
        assert dict(told[2:])["Anatomatte/Anatomatte Layers"] == "nuke.createNode('{nuke_gizmo.NAME}')"
        import anatomatte_names, anatomatte_nuke
        nodes = {{name: Node(**dict.fromkeys(anatomatte_names.TEXTS)) for name in
                  ["Look", *(f"Pack{{n + 1}}" for n in range(anatomatte_names.PACKS))]}}
        gizmo = types.SimpleNamespace(node=nodes.__getitem__)
        nodes["Look"]["shot_file"].setValue("/a b/plate.shot.json")
        anatomatte_nuke.share(gizmo)
        assert {{node["shot_file"].value() for node in nodes.values()}} == {{"/a b/plate.shot.json"}}
        exec(dict(told[2:])["Anatomatte/Write all layers"])
        print(anatomatte_names.PACKS, *anatomatte_names.TEXTS)
    """)  # fmt: skip
    packs, *texts = told.split()
    assert int(packs) == len(list(nuke_gizmo.packs()))
    assert set(texts) == {name for name, row in BY_NAME.items() if row.kind in ("line", "file")}
    assert (folder / f"{nuke_gizmo.NAME}.gizmo").read_text(encoding="utf-8") == nuke_gizmo.gizmo()


def test_natron_gets_menu_entries_and_a_pyplug(installed: Path) -> None:
    folder = installed / "natron"
    assert "# Natron PyPlug\n" in (folder / "AnatomatteLayers.py").read_text(encoding="utf-8")
    standing_in("natron", folder, f"""
        sys.path.append(NUKE_PATH[0])
        import AnatomatteLayers as plug
        import initGui
        entries = {{path: call for word, path, call in told}}
        assert list(entries) == ["Anatomatte/Node", "Anatomatte/Layers", "Anatomatte/Write all layers"]
        assert os.path.isfile(os.path.join(NUKE_PATH[0], plug.getIconPath()))
        assert plug.getGrouping() == "Keyer"
        for call in entries.values():
            exec(call)
        assert ("made", plug.getPluginID(), -1) in told
        assert ("made", "{facts.IDENTIFIER}", {facts.MAJOR}) in told
        told.clear()
        plug.createInstance(App(), Node("group"))
        clips = {facts.CLIPS!r}
        wires = [("wire", "{facts.IDENTIFIER}", place, clip) for place, clip in enumerate(clips)]
        assert [line for line in told if line[:2] == ("wire", "{facts.IDENTIFIER}")] == wires
        assert ("wire", "fr.inria.built-in.Output", 0, "Look") in told and told[-1] == ("refresh",)
        shown = {{line[1] for line in told if line[0] == "alias"}}
        packs = {{"pack_r", "pack_g", "pack_b", "pack_a"}}
        assert shown == {{c.name for c in CONTROLS}} - packs - {{"person_parts"}}
    """)  # fmt: skip


def test_uninstall_takes_exactly_what_was_written_and_a_menu_of_the_user_stays(tmp_path: Path) -> None:
    home = tmp_path / "home"
    menu = home / ".nuke" / "menu.py"
    menu.parent.mkdir(parents=True)
    menu.write_text("# mine\n")
    scene = os.environ | {"HOME": str(home)}
    call = [sys.executable, "-m", "anatomatte_cli", "install", "--user"]
    before = sorted(home.rglob("*"))
    for more in ([], [], ["--uninstall"]):
        done = subprocess.run([*call, *more], env=scene, capture_output=True, text=True, timeout=native.HANG)
        assert done.returncode == 0, done.stderr
        assert menu.read_text() == "# mine\n"
    left = set(home.rglob("*")) - set(before)
    assert left == {home / ".local" / Path(*parts) for parts in (
        (), ("share",), ("share", "OFX"), ("share", "OFX", "Plugins"))}  # fmt: skip


@pytest.mark.skipif(not os.environ.get("NATRON_RENDERER"), reason="NATRON_RENDERER names no Natron")
def test_the_pyplug_runs_in_natron(installed: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(f"""
        def createInstance(app, group):
            plate = app.createReader({str(native.ROOT / "samples/shot/plate.####.exr")!r})
            layers = app.createNode("{facts.PYPLUG}")
            layers.connectInput(0, plate)
            out = app.createWriter({str(tmp_path / "out.####.exr")!r})
            out.setScriptName("Out")
            out.getParam("processAllPlanes").setValue(True)
            out.connectInput(0, layers)
    """))  # fmt: skip
    scene = os.environ | {
        "OFX_PLUGIN_PATH": str(installed.parents[2]),
        "NATRON_PLUGIN_PATH": str(installed / "natron"),
        "HOME": str(tmp_path),
    }
    words = [shutil.which(os.environ["NATRON_RENDERER"]) or os.environ["NATRON_RENDERER"]]
    words += ["-w", "Out", str(tmp_path / "out.####.exr"), "1001-1001", str(script)]
    done = subprocess.run(words, env=scene, capture_output=True, text=True, timeout=native.HANG)
    import OpenImageIO as oiio

    file = oiio.ImageInput.open(str(tmp_path / "out.1001.exr"))
    assert file, done.stdout[-2000:] + done.stderr[-2000:]  # it ends with 0 when it fails, too
    names: list[str] = []
    part = 0
    while file.seek_subimage(part, 0):
        names += file.spec().channelnames
        part += 1
    assert {"face.A", "person_01.A"} <= set(names), names
