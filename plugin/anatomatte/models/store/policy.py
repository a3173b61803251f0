"""Which licences a studio permits: a ``policy.toml`` that refuses the others in a sentence.

::

    allow = ["commercial", "copyleft"]    # classes of `anatomatte.models.manifest.LICENCES`
    also = ["corridorkey"]                # ids that are permitted whatever their class
    never = ["sapiens-seg-1b"]            # ids that are not
    contact = "pipeline@studio.example"

Policies lie in the folders of the store, where the shared ones are the studio's, and at the path
that ``ANATOMATTE_MODELS_POLICY`` names; ``ANATOMATTE_MODELS_ALLOW`` is a list of classes.  All of
them apply together.  A policy that cannot be read permits nothing.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path

from ... import text_file
from ...errors import SettingsError, SetupError
from ...toml_table import field, nearest, parse, read
from ..manifest import LICENCES, Manifest
from . import places

FILE = "ANATOMATTE_MODELS_POLICY"
ALLOW = "ANATOMATTE_MODELS_ALLOW"


@dataclasses.dataclass(frozen=True)
class Policy:
    """One policy; `origin` is the file or variable that says so."""

    origin: str
    allow: tuple[str, ...] = field("texts", tuple(LICENCES), choices=tuple(LICENCES))
    also: tuple[str, ...] = field("texts", ())
    never: tuple[str, ...] = field("texts", ())
    contact: str = field("text", "")

    def refusal(self, manifest: Manifest) -> str:
        """Why the policy refuses a network, in a sentence; empty where it permits it."""
        if manifest.id in self.never:
            reason = f"is one that the studio's policy in {self.origin} forbids"
        elif manifest.id in self.also or manifest.licence.kind in self.allow:
            return ""
        else:
            reason = (
                f"has a licence of the class {manifest.licence.kind} ({manifest.licence.weights}); the "
                f"studio's policy in {self.origin} permits {', '.join(self.allow) or 'none'}"
            )
        ask = f" Ask {self.contact}." if self.contact else ""
        return f"{manifest.title} ({manifest.id}) {reason}.{ask}"


def policies() -> tuple[Policy, ...]:
    """All policies that apply here.

    Raises:
        SetupError: one cannot be read or says something that a policy cannot.
    """
    return tuple(_found())


def _found() -> Iterator[Policy]:
    for root in places.roots():
        path = root / "policy.toml"
        if path.exists():
            yield _read(path)
    if told := os.environ.get(FILE):
        yield _read(Path(told))
    if (told := os.environ.get(ALLOW)) is not None:
        classes = tuple(part.strip() for part in told.split(",") if part.strip())
        for name in classes:
            if name not in LICENCES:
                raise SetupError(f"{ALLOW} = {told!r}: there is no class {name!r}; {nearest(name, LICENCES)}")
        yield Policy(ALLOW, allow=classes)


def _read(path: Path) -> Policy:
    try:
        return read(Policy, parse(text_file.read(path), str(path)), str(path), origin=str(path))
    except (OSError, UnicodeDecodeError) as why:
        reason = getattr(why, "strerror", None) or "it is not UTF-8 text"
        raise SetupError(f"The model policy {path} cannot be read: {reason}; no model is used.") from why
    except SettingsError as why:
        raise SetupError(f"The model policy is wrong, and no model is used: {why}") from why


def refusal(manifest: Manifest) -> str:
    """Why some policy refuses a network; empty where all permit it."""
    return next((told for policy in policies() if (told := policy.refusal(manifest))), "")


def check(manifest: Manifest) -> None:
    """Raise SetupError with the policy's sentence where one refuses the network."""
    if told := refusal(manifest):
        raise SetupError(told)
