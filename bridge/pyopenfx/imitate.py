"""Makes this host's objects look like those of another host, as its profile says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from . import _host
from .errors import HostError
from .params import Param
from .profiles import Profile

if TYPE_CHECKING:
    from .instance import Instance

_DESCRIBED = ("Source", "Output", "Mask")
_LABELS = (
    "OfxPropLabel",
    "OfxPropShortLabel",
    "OfxPropLongLabel",
    "OfxParamPropHint",
    "OfxParamPropChoiceOption",
)


def imitate(record: _host.HostRecord, profile: Profile) -> None:
    """Writes what the profile's host says of itself, and hides what it lacks."""
    for name, value in profile.host.items():
        record.properties.put(name, value)
    for name in profile.no_host:
        record.properties.remove(name)
    for suite, version in profile.no_suites:
        record.hide_suite(suite, version)
    for quirk in profile.quirks:
        record.set_quirk(quirk)


def imitate_instance(core: _host.Effect, profile: Profile) -> None:
    """The same for an instance that has not been told to the plug-in yet."""
    for name, value in profile.instance.items():
        core.properties.put(name, value)
    for name in profile.no_instance:
        core.properties.remove(name)
    for clip in core.clips():
        if clip.name not in _DESCRIBED:
            for name in profile.no_clip:
                clip.properties.remove(name)
        if profile.always_connected:
            clip.properties.put("OfxImageClipPropConnected", 1)
            clip.properties.pin("OfxImageClipPropConnected")


def imitate_params(params: Sequence[Param], profile: Profile, project: Sequence[float]) -> None:
    """The same for parameters; HostError where the host can make no instance of such a plug-in."""
    for param in params:
        if param.kind in profile.refused_params:
            raise HostError(f"{profile.name} makes no instance with {param.name}, a {param.kind}.")
        param.animates_text = profile.animates_text
        param.scale_default(project, positions=profile.normalised_positions)
        if param.kind in profile.hidden_params:
            param.core.properties.put("OfxParamPropSecret", 1)
            param.core.properties.put("OfxParamPropEnabled", 0)
        if profile.secret_for_ever:
            param.locked = param.secret and not profile.tells_changes
            for name in _LABELS + (("OfxParamPropSecret",) if param.secret else ()):
                param.core.properties.pin(name)
        if profile.ranges_or_unit and param.kind in ("double", "int"):
            _unit_range(param)


def _unit_range(param: Param) -> None:
    ends = ("Min", "Max", "DisplayMin", "DisplayMax")
    limits = [float(param.core.properties.get(f"OfxParamProp{end}")[0]) for end in ends]
    if any(abs(v) >= 2**31 - 1 for v in limits):
        one = (0, 0) if param.kind == "int" else (-1.0, 1.0)
        param.core.properties.put("OfxParamPropMin", one[0])
        param.core.properties.put("OfxParamPropMax", one[1])


def frame_copy(instance: Instance, time: float) -> Instance:
    """A new instance with the values and pictures that `instance` has at a time."""
    made = instance.plugin.instance(
        instance.context,
        layout=instance.layout,
        project_size=instance.project_size,
        frame_range=instance.frame_range,
    )
    for name in instance.params:
        instance.params[name].copy_value(made.params[name], time)
    for name in instance.clips:
        if instance.clips[name].connected:
            made.clips[name] = instance.clips[name].image
    return made
