"""Hosts that there are, as plug-ins meet them: what each says of itself, lacks, and does otherwise.

Observed in Natron 2.5, MLT 7 and the example host; Nuke and Resolve
by their documentation and by dumps of what they tell plug-ins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ._words import COMPONENTS, CONTEXTS, DEPTHS
from .image import Layout
from .panel import Style

Properties = Mapping[str, Any]
Fate = Literal["raises", "ends", "kept"]
_INTERACT = ("OfxPropHostOSHandle", "OfxParamHostPropSupportsStrChoice")


@dataclass(frozen=True)
class Profile:
    """One host.

    `host`, `instance`: properties that it sets.  `no_…`: properties that are not there.  `contexts`:
    in its order of preference.  `quirks`: of the suites (see cpp/host/bundle.h).
    """

    name: str
    host: Properties = field(default_factory=dict)
    no_host: tuple[str, ...] = ()
    no_descriptor: tuple[str, ...] = ()
    instance: Properties = field(default_factory=dict)
    no_instance: tuple[str, ...] = ()
    no_clip: tuple[str, ...] = ()  # of clips but Source, Output and Mask
    no_suites: tuple[tuple[str, int], ...] = ()
    quirks: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ("filter", "general", "generator", "transition", "paint", "retimer")
    layout: Layout = field(default_factory=Layout)
    refused_params: tuple[str, ...] = ()  # kinds whose instances cannot be made
    hidden_params: tuple[str, ...] = ()  # kinds that become secret and disabled
    strict: bool = False
    tiles: bool = True
    time_access: bool = True
    asks_identity: bool = True
    tells_changes: bool = True
    multi_planar: bool = True  # asks plug-ins for their planes
    asks_frames: bool = True  # frames needed and time domain
    always_connected: bool = False
    destroys_until_ok: bool = False
    probes_scale: bool = False  # a region of definition at half scale, once, after creation
    instance_a_frame: bool = False  # unless the plug-in is unsafe
    exact_ok: bool = False  # Load and Describe answer OK and nothing else
    wrong_end_step: bool = False  # in EndSequenceRender
    secret_for_ever: bool = False  # and not to be set
    animates_text: bool = True
    fractional_times: bool = True
    ranges_or_unit: bool = False  # numbers without range and display range are -1..1, integers 0
    normalised_positions: bool = False  # defaults of positions are fractions of the project
    panel: Style = "groups"  # how controls are laid out
    failed_frame: Fate = "raises"  # what it does to a range of frames; "ends" and "kept" exit with 0
    planes_with_preferences: bool = False  # planes are asked for when preferences are, and not before


def _strings(table: Mapping[str, str], *words: str) -> list[str]:
    return [table[word] for word in words]


_PROJECT = (
    "OfxImageEffectPropProjectSize",
    "OfxImageEffectPropProjectOffset",
    "OfxImageEffectPropProjectExtent",
    "OfxImageEffectPropFrameRate",
    "OfxImageEffectInstancePropEffectDuration",
    "OfxPropType",
)
_UNDESCRIBED = (
    "OfxImageClipPropConnected",
    "OfxImageEffectPropComponents",
    "OfxImageEffectPropPixelDepth",
)

_PLANE_SUITE = "uk.co.thefoundry.FnOfxImageEffectPlaneSuite"
_PLANES = ((_PLANE_SUITE, 1), (_PLANE_SUITE, 2))
_MULTI_PLANAR = "uk.co.thefoundry.OfxImageEffectPropMultiPlanar"
_NATRON = ("filter", "generator", "transition", "paint", "general")
_RESOLVE = ("filter", "general", "transition", "generator")

PROFILES: Final[dict[str, Profile]] = {
    profile.name: profile
    for profile in (
        Profile(
            "natron",
            host={
                "OfxPropName": "fr.inria.Natron",
                "OfxPropLabel": "Natron",
                "OfxPropVersion": [2, 5, 0],
                "OfxPropVersionLabel": "2.5.0",
                "OfxPropAPIVersion": [1, 4],
                "NatronOfxHostIsNatron": 1,
                "uk.co.thefoundry.OfxImageEffectPropMultiPlanar": 1,
                "OfxImageEffectPropSupportedContexts": _strings(CONTEXTS, *_NATRON),
                "OfxImageEffectPropSupportedPixelDepths": _strings(DEPTHS, "float", "short", "byte"),
                "OfxParamHostPropSupportsCustomAnimation": 0,
                "OfxParamHostPropMaxPages": 0,
            },
            quirks=("forwards_arguments",),
            panel="natron",
            failed_frame="ends",
            planes_with_preferences=True,
            instance={"OfxPropType": "OfxTypeImageEffect"},
            contexts=("general", "filter", "generator", "transition", "paint"),
            refused_params=("strchoice",),
            hidden_params=("custom",),
            destroys_until_ok=True,
            probes_scale=True,
            wrong_end_step=True,
        ),
        Profile(
            "nuke",
            host={
                "OfxPropName": "uk.co.thefoundry.nuke",
                "OfxPropLabel": "Nuke",
                "OfxPropVersion": [10, 0, 1],
                "OfxPropVersionLabel": "10.0v1",
                "OfxPropAPIVersion": [1, 2],
                "OfxImageEffectPropSupportedContexts": _strings(CONTEXTS, "filter", "general"),
                "OfxImageEffectPropSupportedComponents": [
                    *_strings(COMPONENTS, "rgba", "alpha"),
                    "uk.co.thefoundry.OfxImageComponentMotionVectors",
                    "uk.co.thefoundry.OfxImageComponentStereoDisparity",
                ],
                "OfxImageEffectPropSupportedPixelDepths": _strings(DEPTHS, "float"),
            },
            no_host=(*_INTERACT, _MULTI_PLANAR),
            no_descriptor=("OfxImageEffectInstancePropSequentialRender",),
            no_suites=(("OfxParametricParameterSuite", 1), ("OfxProgressSuite", 2)),
            multi_planar=False,
            contexts=("filter", "general"),
            panel="tabs",
            refused_params=("strchoice", "parametric"),
            secret_for_ever=True,
            fractional_times=False,
            normalised_positions=True,
        ),
        Profile(
            "mlt",
            host={
                "OfxPropName": "MLT",
                "OfxPropLabel": "MLT",
                "OfxPropVersion": [7, 41, 0],
                "OfxPropVersionLabel": "7.41.0",
                "OfxPropAPIVersion": [1, 4],
                "OfxImageEffectPropTemporalClipAccess": 0,
                "OfxImageEffectPropSupportsTiles": 0,
            },
            no_host=(
                "OfxPropType",
                "OfxImageEffectPropSupportedContexts",
                "OfxImageEffectPropRenderQualityDraft",
                *_INTERACT,
                _MULTI_PLANAR,
            ),
            no_suites=_PLANES,
            multi_planar=False,
            no_instance=_PROJECT,
            no_clip=_UNDESCRIBED,
            quirks=(
                "never_aborts",
                "current_frame_only",
                "undefined_clip_is_null",
                "silent_custom",
                "time_line_is_mute",
            ),
            contexts=("filter",),
            failed_frame="kept",
            layout=Layout(row_order="negative", output="rod"),
            tiles=False,
            time_access=False,
            asks_identity=False,
            tells_changes=False,
            asks_frames=False,
            instance_a_frame=True,
            exact_ok=True,
            secret_for_ever=True,
            animates_text=False,
        ),
        Profile(
            "resolve",
            host={
                "OfxPropName": "DaVinciResolve",
                "OfxPropLabel": "DaVinci Resolve",
                "OfxPropVersion": [18, 0, 0],
                "OfxPropVersionLabel": "18.0",
                "OfxPropAPIVersion": [1, 4],
                "OfxImageEffectPropSupportsTiles": 0,
                "OfxImageEffectPropSupportsMultiResolution": 0,
                "OfxImageEffectPropSupportedContexts": _strings(CONTEXTS, *_RESOLVE),
                "OfxImageEffectPropSupportedComponents": _strings(COMPONENTS, "rgba", "alpha"),
                "OfxImageEffectPropSupportedPixelDepths": _strings(DEPTHS, "float", "short", "byte"),
            },
            no_host=("OfxPropHostOSHandle", "OfxImageEffectInstancePropSequentialRender", _MULTI_PLANAR),
            no_suites=_PLANES,
            multi_planar=False,
            no_descriptor=("OfxPropPluginDescription", "OfxImageEffectInstancePropSequentialRender"),
            instance={"OfxPropType": "OfxTypeImageEffect"},
            no_instance=("OfxImageEffectPropPluginHandle",),
            quirks=(
                "null_persistent_message",
                "missing_image_is_null",
                "copies_no_params",
                "image_scale_is_one",
            ),
            contexts=_RESOLVE,
            refused_params=("int2d", "int3d"),
            tiles=False,
            always_connected=True,
            ranges_or_unit=True,
        ),
        Profile(
            "example",
            host={
                "OfxPropName": "uk.co.thefoundry.openfx.demo",
                "OfxPropLabel": "OpenFX example host",
                "OfxPropAPIVersion": [1, 4],
                "OfxImageEffectPropTemporalClipAccess": 0,
            },
            no_host=(_MULTI_PLANAR,),
            no_suites=_PLANES,
            multi_planar=False,
            quirks=("made_up_values",),
            time_access=False,
            always_connected=True,
        ),
        Profile(
            "strict",
            host={"OfxPropName": "org.anatomatte.pyopenfx.strict", "OfxPropLabel": "pyopenfx, strict"},
            no_host=(*_INTERACT, _MULTI_PLANAR),
            no_suites=(("OfxMessageSuite", 2), ("OfxProgressSuite", 1), ("OfxProgressSuite", 2), *_PLANES),
            multi_planar=False,
            layout=Layout(row_order="positive", padding=48),
            strict=True,
        ),
    )
}
DEFAULT: Final = Profile("pyopenfx")


def profile_of(name: str | None) -> Profile:
    """The profile of that name, or this host's own; ValueError for a name that is none."""
    if name is None:
        return DEFAULT
    if name not in PROFILES:
        raise ValueError(f"There is no profile {name!r}; there are {', '.join(PROFILES)}.")
    return PROFILES[name]
