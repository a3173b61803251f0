"""The panel that an artist sees: how hosts lay pages, groups and parameters out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from .params import ParamDescription

Style = Literal["pages", "natron", "tabs", "groups"]
"""pages: as the standard says; natron: pages as tabs, and what is on none of them on the first; tabs: a tab
for each outermost group; groups: one list, folded by groups."""

_BREAKS = ("OfxParamPageSkipRow", "OfxParamPageSkipColumn")


@dataclass
class Row:
    """A line of a panel: a parameter, or a group with the rows within."""

    param: ParamDescription
    rows: list[Row] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Whether a group shows its rows at first."""
        return bool(self.param.properties.get("OfxParamPropGroupOpen", [1])[0])


@dataclass
class Tab:
    """A tab, by its label, and its rows."""

    label: str
    rows: list[Row] = field(default_factory=list)

    def names(self) -> list[str]:
        """What can be seen, from top to bottom; what is in a group where the group is, open or not."""
        return [row.param.name for row in _flat(self.rows) if row.param.kind != "group"]


def _flat(rows: Sequence[Row]) -> Iterator[Row]:
    for row in rows:
        if not row.param.secret:
            yield row
            yield from _flat(row.rows)


def panel(params: Sequence[ParamDescription], order: Sequence[str], style: Style) -> list[Tab]:
    """The tabs of a panel.

    Args:
        params: as the plug-in describes them, in its order.
        order: names of pages in the order that the plug-in wants.
        style: how the host lays them out.
    """
    shown = [p for p in params if p.kind != "page"]
    outermost = _grouped(shown)
    if style == "groups":
        return [Tab("", outermost)]
    if style == "tabs":
        tabs = [Tab(row.param.label, row.rows) for row in outermost if row.param.kind == "group"]
        loose = [row for row in outermost if row.param.kind != "group"]
        return [*tabs, *([Tab("", loose)] if loose else [])]
    pages = [p for p in params if p.kind == "page"]
    children = {page.name: [c for c in page.children if c not in _BREAKS] for page in pages}
    if style == "natron" and pages:
        _on_the_first(children, pages[0].name, shown)
    rows = {row.param.name: row for row in outermost}
    pages.sort(key=lambda page: order.index(page.name) if page.name in order else len(order))
    tabs = [Tab(page.label, [rows[c] for c in children[page.name] if c in rows]) for page in pages]
    return tabs or [Tab("", outermost)]


def _grouped(params: Sequence[ParamDescription]) -> list[Row]:
    """Those without a group, and within each group its own, in the order of description."""
    rows = {p.name: Row(p) for p in params}
    outermost = []
    for p in params:
        parent = rows.get(p.parent)
        if parent is not None and parent.param.kind == "group":
            parent.rows.append(rows[p.name])
        else:
            outermost.append(rows[p.name])
    return outermost


def _on_the_first(children: dict[str, list[str]], first: str, shown: Sequence[ParamDescription]) -> None:
    """What is on no page goes to the first one, behind what was met there last, else to its end."""
    on_others = {c for name, there in children.items() if name != first for c in there}
    main = children[first]
    at = len(main)
    for p in shown:
        if p.name in main:
            at = main.index(p.name)
        elif p.name not in on_others:
            at = min(at + 1, len(main))
            main.insert(at, p.name)
