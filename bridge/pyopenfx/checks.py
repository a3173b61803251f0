"""The validator's checks, one function each; what it is called is the line of the report."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from . import _host
from ._words import CHANNELS
from .bench import Bench, Fault, Skip, lacks_feature
from .contract import ContractError
from .errors import OK, REPLY_DEFAULT, ActionError, HostError, RenderAborted, RenderError, status_name
from .host import Host
from .image import Layout
from .params import VALUELESS, Param, ParamDescription

Check = Callable[[Bench], None]
CHECKS: dict[str, Check] = {}
_NEEDED = {
    "filter": {"Source", "Output"},
    "generator": {"Output"},
    "transition": {"SourceFrom", "SourceTo", "Output"},
    "paint": {"Source", "Brush", "Output"},
    "retimer": {"Source", "Output"},
    "general": {"Output"},
}
_NEEDED_PARAM = {"transition": "Transition", "retimer": "SourceTime"}


def check(function: Check) -> Check:
    """Adds a function to CHECKS under its name."""
    CHECKS[function.__name__.replace("_", "-")] = function
    return function


def run_check(name: str, where: dict[str, Any], profile: str | None) -> dict[str, Any]:
    """Runs one check in a strict host, as that profile has it.

    Returns {"result": "pass", "warn", "fail" or "skip", "text": why}.
    """
    from .child import open_plugin

    with Host(strict=True, threads=4, profile=profile) as host:
        try:
            plugin = open_plugin(host, **where)
            bench = Bench(host, plugin)
            if not bench.contexts:
                raise Skip(f"offers no context that this host knows: {', '.join(plugin.contexts) or 'none'}")
            CHECKS[name](bench)
            host.close()
        except Skip as why:
            return {"result": "skip", "text": str(why)}
        except ContractError as error:
            return {"result": "fail", "text": str(error)}
        except HostError as error:
            skip = lacks_feature(error) or "kOfxStatErrMissingHostFeature" in str(error)
            return {"result": "skip" if skip else "fail", "text": str(error)}
        except Fault as error:
            return {"result": "fail", "text": str(error)}
    return {"result": "warn" if bench.warnings else "pass", "text": "; ".join(bench.warnings or bench.said)}


@check
def describe(bench: Bench) -> None:
    """Says who it is and what it takes."""
    plugin = bench.plugin
    if not plugin.properties.get("OfxPropLabel", [""])[0]:
        bench.warn("has no label")
    if not plugin.depths:
        raise Fault("lists no pixel depth")
    for text in (plugin.label, plugin.grouping):
        if any(c in "<&" or ord(c) < 32 for c in text):
            bench.warn(f"{text!r} holds characters that break Natron's cache of plug-ins")


@check
def contexts(bench: Bench) -> None:
    """Has, in every context, the clips and parameters that the standard makes mandatory."""
    for context in bench.contexts:
        clips = {c.name: c for c in bench.plugin.clips(context)}
        if lacking := _NEEDED[context] - set(clips):
            raise Fault(f"lacks the clips {', '.join(sorted(lacking))} in the context {context}")
        for clip in clips.values():
            if not clip.components:
                raise Fault(f"the clip {clip.name} takes no components in the context {context}")
            if not set(clip.components) & set(CHANNELS):
                bench.warn(f"the clip {clip.name} takes only {', '.join(clip.components)}")
        named = {p.name for p in bench.plugin.params(context)}
        if context in _NEEDED_PARAM and _NEEDED_PARAM[context] not in named:
            raise Fault(f"lacks the parameter {_NEEDED_PARAM[context]} in the context {context}")


@check
def parameters(bench: Bench) -> None:
    """Describes parameters that make sense: defaults in range, parents and children that exist."""
    for context in bench.contexts:
        described = bench.plugin.params(context)
        by_name = {p.name: p for p in described}
        for p in described:
            _sensible(bench, p, by_name)


def _sensible(bench: Bench, p: ParamDescription, by_name: dict[str, ParamDescription]) -> None:
    if p.parent and (p.parent not in by_name or by_name[p.parent].kind != "group"):
        bench.warn(f"{p.name} is in {p.parent}, which is no group")
    for child in p.children:
        if not child.startswith("OfxParamPage") and child not in by_name:
            bench.warn(f"the page {p.name} shows {child}, which is not there")
    if p.kind == "choice" and p.options and not 0 <= p.default < len(p.options):
        raise Fault(f"the default of {p.name} is none of its {len(p.options)} options")
    if p.range is not None and p.properties.get("OfxParamPropDefaultCoordinateSystem", [""])[0] != (
        "OfxParamCoordinatesNormalised"
    ):
        low, high = p.range
        if not (np.all(np.less_equal(low, p.default)) and np.all(np.less_equal(p.default, high))):
            bench.warn(f"the default of {p.name}, {p.default}, is outside its range {p.range}")


@check
def instances(bench: Bench) -> None:
    """Makes instances in every context, several at once, and destroys them."""
    for context in bench.contexts:
        with bench.instance(context, connect=False), bench.instance(context):
            pass


@check
def unknown_action(bench: Bench) -> None:
    """Answers what it does not know with ReplyDefault."""
    with bench.instance() as one:
        status, _ = one.ask("PyOpenfxActionThatIsNot", None, None)
        if status == OK:
            raise Fault("answered OK to an action that does not exist")
        if status != REPLY_DEFAULT:
            bench.warn(f"answered {status_name(status)} to an action that it does not know")


@check
def render(bench: Bench) -> None:
    """Renders a frame in every context: every pixel, and nothing else."""
    for context in bench.contexts:
        with bench.instance(context) as one:
            out = bench.render(one)["colour"]
            if not np.isfinite(out.astype(np.float32)).all():
                bench.warn(f"made pixels that are no numbers in the context {context}")


@check
def formats(bench: Bench) -> None:
    """Renders every depth and every kind of pixel that it lists."""
    clips = bench.plugin.clips(bench.contexts[0])
    kinds = {c for clip in clips if clip.name == "Output" for c in clip.components} & set(CHANNELS)
    for depth in bench.depths:
        for kind in sorted(kinds):
            with bench.instance(depth=depth, components=kind) as one:
                bench.render(one)


@check
def rows(bench: Bench) -> None:
    """Makes the same picture of rows that run up, run down, or lie apart."""
    made = []
    for layout in (Layout(), Layout(row_order="positive"), Layout(row_order="negative", padding=80)):
        with bench.instance(layout=layout) as one:
            made.append(bench.render(one)["colour"])
    for other in made[1:]:
        bench.same(made[0], other, "rows that lie otherwise")


@check
def windows(bench: Bench) -> None:
    """Renders a part of the frame as it renders the whole."""
    with bench.instance() as one:
        if not one.flag("OfxImageEffectPropSupportsTiles"):
            raise Skip("takes no tiles")
        whole = bench.render(one)
        x1, y1, x2, y2 = whole.bounds
        part = (x1 + (x2 - x1) // 4, y1 + (y2 - y1) // 3, x1 + (x2 - x1) // 2, y2 - (y2 - y1) // 3)
        if part[0] >= part[2] or part[1] >= part[3]:
            raise Skip(f"its picture is too small to be divided: {whole.bounds}")
        cut = whole["colour"][y2 - part[3] : y2 - part[1], part[0] - x1 : part[2] - x1]
        bench.same(cut, bench.render(one, window=part)["colour"], "a part of the frame")


@check
def scales(bench: Bench) -> None:
    """Renders at half resolution, or says that it cannot."""
    with bench.instance() as one:
        try:
            bench.render(one, scale=0.5)
        except ActionError as error:
            raise Skip(f"takes no render scale but 1 ({error})") from error


@check
def repeats(bench: Bench) -> None:
    """Renders a frame again, after others and in another instance, as before."""
    with bench.instance() as one:
        first = bench.render(one, 3)["colour"].copy()
        bench.render(one, 7)
        again = bench.render(one, 3)["colour"].copy()
    bench.same(first, again, "the same frame again")
    with bench.instance() as other:
        bench.same(first, bench.render(other, 3)["colour"], "the same frame of another instance")


@check
def threads(bench: Bench) -> None:
    """Renders several frames at once as it renders them one by one."""
    with bench.instance() as one:
        alone = [bench.render(one, t)["colour"].copy() for t in (1, 2, 3, 4)]
        with ThreadPoolExecutor(4) as pool:
            at_once = list(pool.map(lambda t: bench.render(one, t)["colour"].copy(), (1, 2, 3, 4)))
    for a, b in zip(alone, at_once, strict=True):
        bench.same(a, b, "frames rendered at once")


@check
def changes(bench: Bench) -> None:
    """Survives every parameter at its ends, each change told to it, and a frame after each."""
    with bench.instance() as one:
        for name in list(one.params):
            param = one.params[name]
            if param.kind in VALUELESS or not param.enabled or param.secret:
                continue
            before = param.value
            for value in _ends(param):
                param.set(value)
                _may_decline(one.render, 1)
            param.set(before)


def _ends(param: Param) -> list[Any]:
    if param.kind == "bool":
        return [not param.value]
    if param.kind == "choice":
        return sorted({0, max(0, len(param.options) - 1)}) if param.options else []
    if param.kind == "strchoice":
        return (param.keys_of_options or param.options)[-1:]
    if param.kind == "string":
        return ["", "pyopenfx ä"]
    if param.range is None or param.kind in ("bytes", "custom"):
        return []
    shown = [param.properties.get(f"OfxParamPropDisplay{end}", []) for end in ("Min", "Max")]
    small = [v for v in shown if v and np.all(np.abs(v) <= 1000)]  # a size of a million is no test
    return [v[0] if len(v) == 1 else tuple(v) for v in small]


def _may_decline(render: Callable[..., Any], *args: Any) -> None:
    try:
        render(*args)
    except ContractError:
        raise
    except (RenderError, ActionError, ValueError):
        return


@check
def every_clip(bench: Bench) -> None:
    """Renders with its optional inputs connected."""
    for context in bench.contexts:
        with bench.instance(context, every_clip=True) as one:
            bench.render(one)


@check
def no_input(bench: Bench) -> None:
    """Survives that its optional inputs are taken away; it may decline to render."""
    took = False
    for context in bench.contexts:
        with bench.instance(context, every_clip=True) as one:
            for name in one.clips:
                if one.clips[name].optional:
                    one.clips[name] = None
                    took = True
            _may_decline(one.render, 1)
    if not took:
        raise Skip("has no optional input")


@check
def aborts(bench: Bench) -> None:
    """Ends when it is asked to, and renders the next frame."""
    with bench.instance() as one:
        stop = threading.Event()
        stop.set()
        try:
            one.render(1, abort=stop)
        except RenderAborted:
            bench.said.append("stopped at once")
        except RenderError as error:
            bench.said.append(str(error))
        bench.render(one)


@check
def questions(bench: Bench) -> None:
    """Answers what hosts ask: regions, frames, time domain, preferences."""
    with bench.instance() as one:
        region = one.region_of_definition(1)
        if not (region[0] <= region[2] and region[1] <= region[3]):
            raise Fault(f"its region of definition is turned around: {region}")
        one.regions_of_interest(1)
        for clip, ranges in one.frames_needed(1).items():
            if any(last < first for first, last in ranges):
                raise Fault(f"the frames that it needs of {clip} end before they start: {ranges}")
        one.time_domain()
        one.clip_preferences(1)
        one.purge_caches()
        one.sync_private_data()


@check
def suites(bench: Bench) -> None:
    """Tells which suites it asked for and this host has not; it did without them."""
    with bench.instance() as one:
        _may_decline(one.render, 1)
    known = {"OfxOpenCLProgramSuite", "OfxInteractSuite"}
    for name, version in _host.missing_suites():
        if name not in known:
            bench.said.append(f"asked for {name} {version}")


@check
def loads_again(bench: Bench) -> None:
    """Is unloaded and loaded again, as hosts do at every start."""
    where = (bench.plugin.binary, bench.plugin.bundle)
    key = (bench.plugin.identifier, bench.plugin.version)
    bench.host.close()
    with Host(strict=True, profile=bench.host.profile_name) as host:
        host.scan_binary(Path(where[0]), Path(where[1]), only=key)
        again = Bench(host, host.load(*key))
        with again.instance(again.contexts[0]) as one:
            _may_decline(one.render, 1)
