"""pyopenfx: an OpenFX host for numpy arrays.

from pyopenfx import Host

host = Host()
host.scan(["/usr/OFX/Plugins"])
with host.load("org.example.invert").instance(context="filter") as invert:
    invert.clips.Source = plate            # H×W×4 float32, top row first
    inverted = invert.render(1)["colour"]
"""

from .clips import ClipFormat
from .contract import RULES, ContractError
from .errors import ActionError, ClipError, HostError, ParamError, PluginNotFound, RenderAborted, RenderError
from .host import Host, Plugin
from .image import Image, Layout
from .instance import Instance
from .preferences import ClipPreferences
from .profiles import PROFILES
from .render import Planes
from .scan import BinaryProblem, PluginInfo

__all__ = [
    "PROFILES",
    "RULES",
    "ActionError",
    "BinaryProblem",
    "ClipError",
    "ClipFormat",
    "ClipPreferences",
    "ContractError",
    "Host",
    "HostError",
    "Image",
    "Instance",
    "Layout",
    "ParamError",
    "Planes",
    "Plugin",
    "PluginInfo",
    "PluginNotFound",
    "RenderAborted",
    "RenderError",
]
