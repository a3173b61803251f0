"""Colour spaces of an OpenColorIO config: the batch reads and writes files as a host's reader and writer do.

Files are converted to the config's role ``scene_linear`` before the node sees them, and what the node makes
from there to the space that is asked for.  The same space in as out is the same pixels.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

import numpy as np

from anatomatte.errors import SettingsError, SetupError
from anatomatte.settings import ASSOCIATED, COLOURED

from .layers import CLEAN
from .picture import Floats, Picture

AUTO = "auto"
"""The space that the config's file rules give a file."""
_OF_COLOUR = ("chromaticities", "colorInteropID")


@dataclass(frozen=True, eq=False)
class Space:
    """A colour space, and the way between it and scene-linear light; None where that is the same.

    Attributes:
        name: in its config.
        digest: of both ways, and so of the files that they are made of.
        inwards: to scene-linear light.
        outwards: from there.
    """

    name: str
    digest: str
    inwards: Any
    outwards: Any

    def __str__(self) -> str:
        """For the provenance."""
        return f"{self.name} ({self.digest})"

    def came_in(self, picture: Picture) -> Picture:
        """A picture of a file in scene-linear light."""
        if self.inwards is None:
            return replace(picture, colour="linear")
        pixels = _converted(picture.pixels, self.inwards, picture.premult == "premultiplied")
        return replace(picture, pixels=pixels, colour="linear", facts=_without(picture))

    def goes_out(
        self, layers: Mapping[str, Floats], picture: Picture, output: str
    ) -> tuple[Mapping[str, Floats], Picture]:
        """Layers with their colours in this space; *output* is the control's value: a view is no colour."""
        if self.outwards is None:
            return layers, picture
        made = dict(layers)
        if "rgba" in made and output in COLOURED:
            made["rgba"] = _converted(made["rgba"], self.outwards, output in ASSOCIATED)
        if CLEAN in made:
            made[CLEAN] = _converted(made[CLEAN], self.outwards, False)
        return made, replace(picture, facts=_without(picture))


def space_of(name: str, path: str, option: str = "--colorspace") -> Space:
    """A space of the config in $OCIO by its name, alias or role; ``auto`` goes by the rules for *path*.

    The config is not looked at as a whole: what is wrong with a space that nobody asks for, such as a file
    that a variable of another shot names, hinders no host, and nobody here.

    Args:
        name: of the space.
        path: of the files.
        option: that named it, for messages.

    Raises:
        SetupError: there is no OpenColorIO, no config, or one that cannot be read.
        SettingsError: the config has no such space.
    """
    try:
        import PyOpenColorIO as ocio
    except ImportError as why:
        raise SetupError(
            f"{option} {name} needs OpenColorIO ({why}): pip install 'anatomatte[ocio]'."
        ) from why
    where = os.environ.get("OCIO", "")
    if not where:
        raise SetupError(
            f"{option} {name} needs a config: set OCIO to its file, or to ocio://cg-config-latest."
        )
    try:
        config = ocio.Config.CreateFromFile(where)
        working = config.getColorSpace(ocio.ROLE_SCENE_LINEAR)
        if working is None:
            raise SetupError(f"The config {where} has no role scene_linear; add it, or take another config.")
        wanted = config.getColorSpaceFromFilepath(path)[0] if name == AUTO else name
        found = config.getColorSpace(wanted)
        if found is None:
            raise SettingsError(f"{option} {_unknown(config, wanted, where)}")
        ways = [
            config.getProcessor(*pair)
            for pair in ((found.getName(), working.getName()), (working.getName(), found.getName()))
        ]
    except (ocio.Exception, ocio.ExceptionMissingFile) as why:
        told = str(why).strip().rstrip(".")
        raise SetupError(
            f"OCIO={where} cannot be used for {option} {name}: {told}; mend it, or name another."
        ) from why
    inwards, outwards = (None if way.isNoOp() else way.getDefaultCPUProcessor() for way in ways)
    told = "|".join(way.getCacheID() for way in ways)  # the config's own does not follow its files
    return Space(found.getName(), sha256(told.encode()).hexdigest()[:16], inwards, outwards)


def _unknown(config: Any, name: str, where: str) -> str:
    known = [*config.getColorSpaceNames(), *config.getRoleNames()]
    near = difflib.get_close_matches(name.lower(), [one.lower() for one in known], 1, 0.4)
    meant = next((one for one in known if near and one.lower() == near[0]), "")
    told = f"did you mean {meant!r}?" if meant else f"there are {', '.join(known[:12])}."
    kind = _other_kind(config, name)
    is_what = f"is {kind} of the config {where}, no" if kind else f"the config {where} has no such"
    return f"{name}{'' if kind else ':'} {is_what} space or role; {told}"


def _other_kind(config: Any, name: str) -> str:
    """What of that name the config has, where it is no space: pictures are for looking at, files for more."""
    views = {view.lower() for display in config.getDisplays() for view in config.getViews(display)}
    if config.getNamedTransform(name) is not None:
        return "a named transform"
    if config.getLook(name) is not None:
        return "a look"
    if name.lower() in {display.lower() for display in config.getDisplays()}:
        return "a display"
    return "a view" if name.lower() in views else ""


def _converted(pixels: Floats, way: Any, associated: bool) -> Floats:
    """Pixels of 1, 3 or 4 channels through a processor.  It is given four: of three it would take each four
    numbers for a pixel and say nothing."""
    channels = pixels.shape[2]
    rgba = np.ones((*pixels.shape[:2], 4), np.float32)
    rgba[..., : max(3, channels)] = pixels
    alpha = np.maximum(rgba[..., 3:], np.float32(1e-6)) if associated and channels == 4 else None
    if alpha is not None:
        rgba[..., :3] /= alpha
    way.applyRGBA(rgba)
    if channels == 4:
        rgba[..., 3] = pixels[..., 3]
    if alpha is not None:
        rgba[..., :3] *= alpha
    return np.ascontiguousarray(rgba[..., : max(3, channels)])


def _without(picture: Picture) -> dict[str, Any]:
    """What a header says of the shot, without the primaries that its pixels have no more."""
    return {name: fact for name, fact in picture.facts.items() if name not in _OF_COLOUR}
