"""A host: scans for plug-ins, describes them, makes instances."""

from __future__ import annotations

import gc
import os
import threading
import weakref
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any

from . import _host
from ._words import CONTEXTS, DEPTHS, short_word
from .clips import ClipDescription
from .contract import ContractError, wrong_status
from .errors import ERR_EXISTS, OK, REPLY_DEFAULT, ActionError, HostError, PluginNotFound
from .image import Layout
from .imitate import imitate
from .instance import Instance
from .panel import Tab, panel
from .params import ParamDescription
from .profiles import profile_of
from .scan import BinaryProblem, PluginInfo, binaries, scan_apart, search_path, without_binary


class Plugin:
    """A loaded and described plug-in."""

    def __init__(self, core: _host.Plugin, host: Host) -> None:
        self._core = core
        self.host = host
        self._contexts: dict[str, _host.Effect] = {}
        self.notes: list[tuple[str, str]] = []  # breaches while it described itself: rule, sentence
        self._lock = threading.Lock()
        self._instances: weakref.WeakSet[Any] = weakref.WeakSet()
        status = core.acquire(host.record)
        if status == ERR_EXISTS:
            gc.collect()  # a host that nobody holds any more lets go of it when it is collected
            status = core.acquire(host.record)
        if status == ERR_EXISTS:
            raise HostError(f"{core.identifier} is in use by a host of another profile; close that first.")
        self._must(status, "OfxActionLoad")
        self._unload = weakref.finalize(self, core.release)  # at the latest when the process ends
        self._descriptor = _host.Effect.descriptor(core)
        for absent in host.profile.no_descriptor:
            self._descriptor.properties.remove(absent)
        try:
            self._enter(self._descriptor, "OfxActionDescribe", None)
        except BaseException:
            self.close()
            raise

    @property
    def identifier(self) -> str:
        return self._core.identifier

    @property
    def version(self) -> tuple[int, int]:
        return self._core.version

    @property
    def label(self) -> str:
        return self._text("OfxPropLabel") or self.identifier

    @property
    def grouping(self) -> str:
        return self._text("OfxImageEffectPluginPropGrouping")

    @property
    def description(self) -> str:
        return self._text("OfxPropPluginDescription")

    @property
    def contexts(self) -> tuple[str, ...]:
        """Short words of the contexts: "filter", "general", …"""
        listed = self._descriptor.properties.get("OfxImageEffectPropSupportedContexts")
        return tuple(short_word(CONTEXTS, c, c) for c in listed)

    @property
    def depths(self) -> tuple[str, ...]:
        """Short words of the pixel depths: "byte", "short", "half", "float"."""
        listed = self._descriptor.properties.get("OfxImageEffectPropSupportedPixelDepths")
        return tuple(short_word(DEPTHS, d, d) for d in listed)

    @property
    def binary(self) -> Path:
        return Path(self._core.binary)

    @property
    def bundle(self) -> Path:
        return Path(self._core.bundle)

    @property
    def properties(self) -> dict[str, list[Any]]:
        """The descriptor's properties."""
        return self._descriptor.properties.as_dict()

    @property
    def info(self) -> PluginInfo:
        return PluginInfo(
            self.identifier, self.version, self.label, self.grouping, self.contexts, self.binary, self.bundle
        )

    def params(self, context: str | None = None) -> list[ParamDescription]:
        """Its parameters in a context (the first that it offers), in the order of description."""
        return [ParamDescription(p) for p in self._describe(context or self._any_context()).params()]

    def clips(self, context: str | None = None) -> list[ClipDescription]:
        """Its clips in a context, in the order of description."""
        return [ClipDescription(c) for c in self._describe(context or self._any_context()).clips()]

    def page_order(self, context: str | None = None) -> list[str]:
        """Names of the pages in the order that the plug-in wants."""
        return self._describe(context or self._any_context()).properties.get("OfxPluginPropParamPageOrder")

    def panel(self, context: str | None = None) -> list[Tab]:
        """The tabs of its panel as this host lays them out, before an instance hides anything."""
        return panel(self.params(context), self.page_order(context), self.host.profile.panel)

    def instance(
        self,
        context: str | None = None,
        *,
        layout: Layout | None = None,
        project_size: tuple[float, float] | None = None,
        frame_range: tuple[float, float] = (1, 1),
        frame_rate: float = 24.0,
        interactive: bool = False,
    ) -> Instance:
        """A new instance; use it in a `with` statement or close it.

        `context`: "filter", "general", …; by default filter where there is one.  `layout`: how
        pixels lie in memory.  `project_size`: in canonical units, by default that of the first
        input.  `frame_range`: of the time line and the inputs.
        Raises PluginNotFound for a context that the plug-in lacks, ActionError when it refuses.
        """
        wanted = context or self._any_context()
        made = Instance(
            self,
            self._describe(wanted),
            wanted,
            layout=layout or self.host.profile.layout,
            project_size=project_size,
            frame_range=frame_range,
            frame_rate=frame_rate,
            interactive=interactive,
        )
        self._instances.add(made)
        return made

    def close(self) -> None:
        """Closes its instances and unloads it; a second call does nothing."""
        for one in list(self._instances):
            one.close()
        self._unload()

    def _any_context(self) -> str:
        offered = self.contexts
        both = [context for context in self.host.profile.contexts if context in offered]
        return both[0] if both else (offered or ("filter",))[0]

    def _describe(self, context: str) -> _host.Effect:
        if not self._unload.alive:
            raise HostError(f"{self.label} is closed.")
        if context not in self.contexts:
            offered = ", ".join(self.contexts) or "none"
            raise PluginNotFound(f"{self.label} offers no context {context!r}; it offers {offered}.")
        if context in CONTEXTS and context not in self.host.profile.contexts:
            raise PluginNotFound(f"The host {self.host.profile.name} has no context {context!r}.")
        with self._lock:
            if context not in self._contexts:
                effect = self._descriptor.in_context(CONTEXTS.get(context, context))
                args = {"OfxImageEffectPropContext": CONTEXTS.get(context, context)}
                action = "OfxImageEffectActionDescribeInContext"
                self._enter(effect, action, args)
                self._contexts[context] = effect
            return self._contexts[context]

    def _enter(self, effect: _host.Effect, action: str, args: dict[str, Any] | None) -> None:
        status, _, breaches = effect.act(action, args, None)
        self._must(status, action)
        if wrong := wrong_status(action, status):
            breaches.append(("wrong_status", wrong))
        self.notes += breaches
        if breaches and self.host.strict:
            raise ContractError(breaches[0][0], self.identifier, breaches[0][1])

    def _must(self, status: int, action: str) -> None:
        exact = self.host.profile.exact_ok and action in ("OfxActionLoad", "OfxActionDescribe")
        if status != OK and (exact or status != REPLY_DEFAULT):
            raise ActionError(action, status, self._core.identifier)

    def _text(self, name: str) -> str:
        values = self._descriptor.properties.get(name)
        return str(values[0]) if values else ""

    def forget(self, instance: object) -> None:
        """An instance has been closed."""
        self._instances.discard(instance)

    def __repr__(self) -> str:
        return f"<plug-in {self.identifier} {self.version[0]}.{self.version[1]}>"


class Host:
    """An OFX host for numpy arrays.

    `threads`: how many the multi-thread suite offers to plug-ins, one number for the whole
    process; None leaves it as it is, at first the CPUs that this process may use.  `profile`:
    imitate another host, one of PROFILES ("natron", "nuke", "mlt", "resolve", "strict").  `strict`: a
    plug-in that breaks the standard raises ContractError; otherwise its instance's `notes` tell.
    `guard`: pictures lie in guarded memory, so that pixels which were not written, or were written
    where they must not be, are found; costs copies and comparisons, and is on where strict is.
    """

    def __init__(
        self,
        threads: int | None = None,
        *,
        profile: str | None = None,
        strict: bool | None = None,
        guard: bool | None = None,
    ) -> None:
        self.profile = profile_of(profile)
        self.profile_name = profile
        self.strict = self.profile.strict if strict is None else strict
        self.guard = self.strict if guard is None else guard
        self.record = _host.HostRecord()
        imitate(self.record, self.profile)
        self._found: dict[tuple[str, tuple[int, int]], _host.Plugin] = {}
        self._plugins: dict[tuple[str, tuple[int, int]], Plugin] = {}
        self._lock = threading.Lock()
        self._unopened: dict[tuple[str, tuple[int, int]], tuple[Path, Path]] = {}
        self.problems: list[BinaryProblem] = []
        if threads is not None:
            _host.set_thread_count(threads)

    @property
    def properties(self) -> dict[str, list[Any]]:
        """What plug-ins can read of this host."""
        return self.record.properties.as_dict()

    def scan(
        self, paths: Iterable[str | Path] | None = None, *, isolated: bool = False, timeout: float = 30.0
    ) -> list[PluginInfo]:
        """Finds, loads and describes the plug-ins below `paths` (by default OFX_PLUGIN_PATH and
        the standard's folder).  What cannot be used goes to `problems`; it never raises.

        `isolated`: each binary is tried in a process of its own, for at most `timeout` seconds, and
        opened here only when one of its plug-ins is loaded; use it for binaries that nobody knows.
        """
        folders = [Path(p) for p in paths] if paths is not None else search_path()
        places = list(binaries(folders))
        self.problems += without_binary(folders)
        if not isolated:
            return [info for binary, bundle in places for info in self.scan_binary(binary, bundle)]
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            outcomes = pool.map(lambda place: scan_apart(place[0], place[1], timeout), places)
        found: list[PluginInfo] = []
        for (binary, bundle), (plugins, problems) in zip(places, outcomes, strict=True):
            self.problems += problems
            for info in plugins:
                self._unopened.setdefault((info.identifier, info.version), (binary, bundle))
            found += plugins
        return found

    def load(self, identifier: str, version: tuple[int, int] | int | None = None) -> Plugin:
        """The plug-in with that identifier: the newest, or of that version (major or (major, minor)).

        Raises PluginNotFound; a plug-in that no scan of this host has seen is searched in the
        standard places first.
        """
        if not self._versions(identifier, version):
            self.scan()
        versions = self._versions(identifier, version)
        if not versions:
            known = ", ".join(sorted({name for name, _ in (*self._found, *self._unopened)})) or "none"
            of_version = f" of version {version}" if version is not None else ""
            unused = "; ".join(f"{one.path}: {one.reason.rstrip('.')}" for one in self.problems[:3])
            raise PluginNotFound(
                f"No plug-in {identifier}{of_version} was found; found: {known}. "
                "Give its folder to Host.scan or in OFX_PLUGIN_PATH."
                + (f" What cannot be used: {unused}." if unused else "")
            )
        key = (identifier, max(versions))
        if key not in self._found:
            self.scan_binary(*self._unopened[key], only=key)
            if key not in self._found:
                raise PluginNotFound(f"{identifier} cannot be used: {self.problems[-1].reason}")
        return self._plugin(key)

    def close(self) -> None:
        """Closes every instance and unloads every plug-in that this host loaded."""
        plugins = list(self._plugins.values())
        self._plugins.clear()
        for plugin in plugins:
            plugin.close()
        if self.strict:
            for rule, text in _host.take_stray_breaches():
                raise ContractError(rule, text.split(" ")[0], text)

    def __enter__(self) -> Host:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def scan_binary(
        self, binary: Path, bundle: Path, only: tuple[str, tuple[int, int]] | None = None
    ) -> list[PluginInfo]:
        """As `scan`, for one binary; `only` describes the plug-in of that (identifier, version)."""
        try:
            cores: Sequence[_host.Plugin] = _host.open_binary(str(binary), str(bundle))
        except _host.BinaryError as error:
            self.problems.append(BinaryProblem(str(binary), str(error)))
            return []
        found = []
        for core in cores:
            key = (core.identifier, core.version)
            if only is not None and key != only:
                continue
            self._found.setdefault(key, core)  # the first on the path wins
            try:
                found.append(self._plugin(key).info)
            except HostError as error:
                del self._found[key]
                self.problems.append(BinaryProblem(str(binary), str(error)))
        return found

    def _versions(self, identifier: str, version: tuple[int, int] | int | None) -> list[tuple[int, int]]:
        def fits(v: tuple[int, int]) -> bool:
            return version is None or (v == version if isinstance(version, tuple) else v[0] == version)

        known = {*self._found, *self._unopened}
        return [v for name, v in known if name == identifier and fits(v)]

    def _plugin(self, key: tuple[str, tuple[int, int]]) -> Plugin:
        with self._lock:
            if key not in self._plugins:
                self._plugins[key] = Plugin(self._found[key], self)
            return self._plugins[key]
