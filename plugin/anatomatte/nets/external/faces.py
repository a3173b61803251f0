"""Networks of the user's own that put a face in, or tell faces apart: fed and read by their manifests."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from ...errors import SettingsError, SetupError
from ...models import store
from ...models.manifest import Manifest
from ...ops.strips import never
from ...people.evidence import Plane
from ..runtime.inputs import laid_out
from ..runtime.runner import Runner

_USES = {"swap": "puts a face in", "identity": "tells faces apart"}


@dataclasses.dataclass(frozen=True)
class FaceNetwork:
    """A network for faces.

    Attributes:
        identity: id and digests: a part of every cache's key, and of the frame's account.
        digest: of its file, SHA-256.
    """

    manifest: Manifest
    runner: Runner
    identity: str
    digest: str

    @property
    def alone(self) -> bool:
        """Whether it knows whose face it puts in, and is given none."""
        return "swap" in self.manifest.engines and self.manifest.face.takes == "nothing"

    @property
    def side(self) -> int:
        """Pixels along the face that is cut for it, all its tiles together."""
        return self.manifest.face.template * self.manifest.face.tiles

    def vector(self, face: Plane, check: Callable[[], None] = never) -> Plane:
        """The numbers that tell a face, (side, side, 3) display-referred, from others; of length 1.

        Raises:
            SetupError: the file and the manifest do not fit, or it gives no numbers.
        """
        raw = self._raw({self.manifest.input.name: self._numbers(face)}, check)
        found = self._of(raw, "vector").ravel()
        size = float(np.linalg.norm(found))
        if not np.isfinite(size) or size <= 0:
            raise SetupError(f"{self.manifest.title} gives no numbers for a face; mend its manifest.")
        return np.asarray(found / size, np.float32)

    def swapped(
        self, face: Plane, source: Plane | None, check: Callable[[], None] = never
    ) -> tuple[Plane, Plane | None]:
        """The face (side, side, 3), display-referred, with the source's: its vector, or its picture; and how
        far each pixel of it is bare face (side, side), None of a network that does not say.

        A face of several tiles is given in shares of every so many-th pixel, each of the template's size.

        Args:
            source: None for a network that is `alone`.

        Raises:
            SetupError: the file and the manifest do not fit.
        """
        tiles, how = self.manifest.face.tiles, self.manifest.face
        made = np.empty_like(face)
        covers = any(output.what == "alpha" for output in self.manifest.outputs)
        matte = np.empty(face.shape[:2], np.float32) if covers else None
        beside: dict[str, Plane] = {}
        if source is not None:
            beside[how.source] = self._numbers(source) if how.takes == "picture" else source[None]
        for row in range(tiles):
            for column in range(tiles):
                part = np.s_[row::tiles, column::tiles]
                found = self._raw({self.manifest.input.name: self._numbers(face[part]), **beside}, check)
                made[part] = self._colours(self._of(found, "face"))
                if matte is not None:
                    matte[part] = self._matte(self._of(found, "alpha"))
        return made, matte

    def _numbers(self, face: Plane) -> Plane:
        """A face as the network's input has it."""
        how = self.manifest.input
        low, high = how.range
        shown = face[..., ::-1] if how.colour == "bgr" else face
        numbers = (low + shown * (high - low) - np.array(how.mean)) / np.array(how.std)
        return np.ascontiguousarray(laid_out(numbers.astype(np.float32), how.layout))

    def _raw(self, given: dict[str, Plane], check: Callable[[], None]) -> dict[str, Plane]:
        return dict(self.runner.raw(given, check))

    def _of(self, found: dict[str, Plane], what: str) -> Plane:
        told = next(output for output in self.manifest.outputs if output.what == what)
        names = list(found)
        name = told.name or (names[told.index] if told.index < len(names) else "")
        if name not in found:
            raise SetupError(
                f"{self.manifest.title}: its file has no output {told.name or told.index!r}; correct the "
                f"manifest of {self.manifest.id}."
            )
        return np.asarray(found[name], np.float32)

    def _colours(self, raw: Plane) -> Plane:
        """A face as the network gives it, display-referred."""
        how, side = self.manifest.face, self.manifest.face.template
        told = next(output for output in self.manifest.outputs if output.what == "face")
        planes = raw[0] if raw.ndim == 4 else raw
        planes = planes.transpose(1, 2, 0) if told.layout.endswith("CHW") else planes
        if planes.shape != (side, side, 3) or not np.isfinite(planes).all():
            raise SetupError(
                f"{self.manifest.title} gives {'×'.join(map(str, planes.shape))}, and {side}×{side}×3 "
                f"finite colours are wanted: correct the manifest of {self.manifest.id}."
            )
        shown = (planes - how.low) / (how.high - how.low)
        return np.asarray(shown[..., ::-1] if self.manifest.input.colour == "bgr" else shown, np.float32)

    def _matte(self, raw: Plane) -> Plane:
        """A matte as the network gives it, in 0..1."""
        side = self.manifest.face.template
        told = next(output for output in self.manifest.outputs if output.what == "alpha")
        if raw.size != side * side or not np.isfinite(raw).all():
            raise SetupError(
                f"{self.manifest.title} gives a matte of {'×'.join(map(str, raw.shape))}, and {side}×{side} "
                f"finite numbers are wanted: correct the manifest of {self.manifest.id}."
            )
        plane = raw.reshape(side, side).astype(np.float32)
        if told.encoding == "sigmoid":
            plane = np.asarray(1 / (1 + np.exp(-np.clip(plane, -80, 80))), np.float32)
        return np.asarray(np.clip(plane / (255 if told.encoding == "byte" else 1), 0, 1), np.float32)


def asked(use: str, name: str, words: str, threads: int = 1) -> FaceNetwork:
    """The network of an id for a *use*, ``swap`` or ``identity``: permitted, whole and fit.

    Args:
        words: what the control is called.

    Raises:
        SettingsError: none is named, no network has the id, it gives something else, or its terms forbid it.
        SetupError: it is not in the store, refused or damaged.
    """
    if not name.strip():
        raise SettingsError(
            f"{words} is empty; write the id of your own network there (`anatomatte models import` takes its "
            "manifest and file), or replace the face From pictures, which needs none."
        )
    id, _, precision = name.strip().partition("@")
    manifest = store.catalogue.get(id)
    if use not in manifest.engines:
        raise SettingsError(
            f"{words}: {manifest.title} ({id}) is no network that {_USES[use]}; choose another."
        )
    if manifest.licence.faces != "allowed":
        raise SettingsError(
            f"{words}: the terms of {manifest.title} ({id}) forbid its use on faces ([licence] faces): "
            "choose a network whose terms allow it."
        )
    found = store.installed(id, precision)
    runner = Runner(found.manifest, found.path, precision=found.file.precision, threads=threads)
    digest = found.record.sha256
    return FaceNetwork(found.manifest, runner, f"{id} {digest} {hash_of(found.manifest)}", digest)


def hash_of(manifest: Manifest) -> str:
    """A short digest of all that a manifest says."""
    import hashlib

    return hashlib.sha256(repr(manifest).encode()).hexdigest()[:16]
