"""Inference with any ONNX, TorchScript or LiteRT network from its manifest alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import AnatomatteError, SetupError, reason
from ...models.manifest import Manifest
from ...ops.strips import never
from ..guests.guest import Guest
from .files import NATIVE, OPENERS, Net, Port
from .inputs import feeds
from .outputs import Answer, Array, read
from .sessions import Rung, Sessions, descend, ladder, sessions, short_of_memory
from .sizes import Geometry, Plane, plan, resized, smaller


def _silent(_: str) -> None:
    return None


@dataclass(frozen=True, slots=True, eq=False)
class RecurrentState:
    """State of a recurrent model, carried from one frame to the next.

    Attributes:
        geometry: the sizes at which it was made; at another size the network begins anew.
        states: arrays by the names of the inputs that take them.
    """

    geometry: Geometry
    states: Mapping[str, Array]


class Runner:
    """A network of a file, fed and read as its manifest says.

    Args:
        manifest: of a runtime other than `native`, or of code of ours in `files.NATIVE`.
        path: the file.
        precision: which of the manifest's files that is; empty for the first.
        device: where it runs first; the ladder of short memory ends on the CPU.
        threads: processor threads.
        pool: who holds the opened file.
        opener: what opens a file that is no code of ours, called as `guests.guest.Guest` is.

    Raises:
        SetupError: (at inference) the runtime is not installed, or the file is damaged or is not
            what the manifest says.
    """

    def __init__(
        self,
        manifest: Manifest,
        path: Path,
        *,
        precision: str = "",
        device: str = "cpu",
        threads: int = 1,
        pool: Sessions = sessions,
        opener: Callable[..., Net] = Guest,
    ) -> None:
        if manifest.runtime not in OPENERS and manifest.native not in NATIVE:
            raise SetupError(f"{manifest.title} is code of ours and not a file that the runner can run.")
        self.manifest, self.path = manifest, Path(path)
        self.precision, self.device, self.threads = precision, device, max(1, threads)
        self._pool, self._opener = pool, opener

    def infer(
        self,
        picture: Plane,
        *,
        hint: Plane | None = None,
        before: RecurrentState | None = None,
        report: Callable[[str], None] = _silent,
        check: Callable[[], None] = never,
    ) -> tuple[Answer, RecurrentState | None]:
        """Inference on a picture (H, W, 3), display-referred sRGB; NaN is 0, the rest is clipped to 0-1.

        Args:
            hint: the rough alpha (H, W) in 0..1 that is known so far.
            before: the recurrent state after the frame before; None at the beginning.
            report: takes a sentence for the frame's status: memory was short, or the file is slow.
            check: called before the network runs; raises Cancelled to stop.

        Returns:
            The answer, and the recurrent state for the next frame.

        Raises:
            SetupError: the file and the manifest do not fit, or an output is impossible.
            SettingsError: it wants a rough alpha and there is none.
            PlateError: the picture is empty or too extreme.
            OutOfMemory: no step of the ladder fits.
        """
        clean = np.nan_to_num(np.asarray(picture, np.float32), nan=0.0, posinf=1.0, neginf=0.0)
        clean = np.clip(clean, 0, 1)
        rough = None if hint is None else np.clip(np.nan_to_num(np.asarray(hint, np.float32)), 0, 1)

        def at(rung: Rung) -> tuple[Answer, RecurrentState | None]:
            check()
            return self._once(clean, rough, before, rung, report, check)

        rungs = ladder(self.device, self.manifest.size.smaller)
        return descend(self.manifest.title, rungs, at, report)

    def _once(
        self,
        picture: Plane,
        hint: Plane | None,
        before: RecurrentState | None,
        rung: Rung,
        report: Callable[[str], None],
        check: Callable[[], None],
    ) -> tuple[Answer, RecurrentState | None]:
        manifest = replace(self.manifest, size=smaller(self.manifest.size, rung.side))
        geometry = plan(manifest.size, manifest.pad, picture.shape[0], picture.shape[1])
        states = before.states if before is not None and before.geometry == geometry else None
        with self._pool.using(self._key(rung.device), lambda: self._open(rung.device, check), check) as net:
            first = _main_port(net, manifest)
            floats = first.dtype if first.dtype.kind == "f" else np.dtype(np.float32)
            given = feeds(picture, manifest, geometry, floats, hint=hint, states=states)
            raw = self._run(net, matched(given, net.inputs, manifest), check)
            names = net.outputs
            if net.remark:
                report(net.remark)
        shown = picture
        if any(output.residual for output in manifest.outputs):
            shown = resized(picture, geometry.inner, manifest.size.filter, manifest.size.antialias)
        answer = read(raw, names, manifest, geometry, shown)
        carried = RecurrentState(geometry, answer.states) if answer.states else None
        return answer, carried

    def raw(self, given: Mapping[str, Array], check: Callable[[], None] = never) -> Mapping[str, Array]:
        """The network's answer to arrays by its inputs' names ("" is the first), by its outputs' names.

        Raises:
            SetupError, OutOfMemory: as `infer`.
        """

        def at(rung: Rung) -> Mapping[str, Array]:
            check()
            with self._pool.using(
                self._key(rung.device), lambda: self._open(rung.device, check), check
            ) as net:
                found = self._run(net, matched(given, net.inputs, self.manifest), check)
                return dict(zip(net.outputs, found, strict=False))

        return descend(self.manifest.title, ladder(self.device), at)

    def _key(self, device: str) -> tuple[Any, ...]:
        providers = self.manifest.run.providers if self.manifest.runtime == "onnx" else ()
        return self.manifest.runtime, str(self.path), device, self.threads, providers

    def _open(self, device: str, check: Callable[[], None]) -> Net:
        title, runtime = self.manifest.title, self.manifest.runtime
        if runtime not in OPENERS:
            return NATIVE[self.manifest.native](title, self.path, device, self.threads)
        providers = self.manifest.run.providers
        return self._opener(runtime, title, self.path, device, self.threads, providers, check)

    def _run(self, net: Net, given: Mapping[str, Array], check: Callable[[], None]) -> Sequence[Array]:
        try:
            return net.run(given, check)
        except AnatomatteError:
            raise
        except Exception as error:
            if short_of_memory(error):
                raise MemoryError(str(error)) from error
            raise SetupError(
                f"{self.manifest.title} could not be run ({reason(error, last=True)}): its file and the "
                f"manifest of {self.manifest.id} do not fit: correct its dtype, layout or [size]."
            ) from error


def _main_port(net: Net, manifest: Manifest) -> Port:
    """The input that takes the picture."""
    if not net.inputs:
        raise SetupError(f"{manifest.title}: its file has no input.")
    if not manifest.input.name:
        return net.inputs[0]
    for port in net.inputs:
        if port.name == manifest.input.name:
            return port
    raise _no_input(manifest.input.name, net.inputs, manifest)


def _no_input(name: str, ports: Sequence[Port], manifest: Manifest) -> SetupError:
    there = ", ".join(repr(port.name) for port in ports)
    return SetupError(
        f"{manifest.title}: its file has no input {name!r}; it has {there}: correct the manifest of "
        f"{manifest.id}."
    )


def matched(given: Mapping[str, Array], ports: Sequence[Port], manifest: Manifest) -> dict[str, Array]:
    """What is given, by the file's names and in its types.

    Raises:
        SetupError: a name that the file has not, an input that nobody gives, or a shape that it does
            not take.
    """
    named = dict(given)
    if "" in named:
        named[ports[0].name] = named.pop("")
    by_name = {port.name: port for port in ports}
    for name in named:
        if name not in by_name:
            raise _no_input(name, ports, manifest)
    for port in ports:
        # a file of TorchScript has defaults for what it need not be given
        if port.name not in named and not (manifest.runtime == "torchscript" and port is not ports[0]):
            raise SetupError(
                f"{manifest.title}: its file also takes {port.name!r}, which the manifest of {manifest.id} "
                "does not give: add it as [[extra]]."
            )
    return {name: _fitting(array, by_name[name], manifest) for name, array in named.items()}


def _fitting(array: Array, port: Port, manifest: Manifest) -> Array:
    if port.shape is not None and port.shape != ():
        fits = len(port.shape) == array.ndim and all(
            wanted in (None, have) for wanted, have in zip(port.shape, array.shape, strict=True)
        )
        if not fits:
            wanted = "×".join("?" if n is None else str(n) for n in port.shape)
            have = "×".join(str(n) for n in array.shape)
            raise SetupError(
                f"{manifest.title}: input {port.name!r} takes {wanted} and the manifest of {manifest.id} "
                f"makes {have}: correct its [size], layout or precision."
            )
    # a program of torch does not say which types it takes
    return array if manifest.runtime == "torchscript" else _typed(array, port, manifest)


def _typed(array: Array, port: Port, manifest: Manifest) -> Array:
    """In the port's type, where that changes no number but in its last places."""
    kinds = array.dtype.kind + port.dtype.kind
    if array.dtype == port.dtype or kinds == "ff":
        return array.astype(port.dtype, copy=False)
    if set(kinds) <= set("iub") and np.array_equal(array.astype(port.dtype), array):
        return array.astype(port.dtype)
    if kinds[1] == "f":
        cure = 'write dtype = "float" for it'
    elif port.dtype == np.uint8:
        cure = 'write dtype = "uint8" for it, with numbers from 0 to 255 (range = [0, 255] of a picture)'
    else:
        cure = "export it with float32 or uint8 inputs"
    raise SetupError(
        f"{manifest.title}: input {port.name!r} takes {port.dtype} and the manifest of {manifest.id} makes "
        f"{array.dtype}: {cure}."
    )
