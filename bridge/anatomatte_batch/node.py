"""The narrow border to the node: everything above it renders through :class:`Node`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from anatomatte.decision import Decision
from anatomatte.settings import Value

from .picture import Floats, Picture, Window
from .result import Face

CLIPS = ("Source", "InM", "OutM", "CleanPlate", "Hint", "Bg")
Pictures = Callable[[int], Picture]
"""A clip: (frame) → its picture; FrameMissing where it has none."""
ALONE: Mapping[int, Mapping[str, Value]] = {}
"""The controls around a frame that depends on no other's."""

CHECKS = "qc"
"""The fact of an account that holds what the checks say: code → score, as JSON."""

_BY_PERSON = ("faces", "face_landmarks", "face_visible")
"""Facts that tell of each person by his layer, as JSON."""


@dataclass(frozen=True)
class Account:
    """What makes a frame besides plates and controls, as the node tells it.

    Attributes:
        facts: version, table and whatever else is one text.
        weights: each of our own networks that was asked, and the SHA-256 of its weights.
        models: each use of another network, and its id and SHA-256.
        neighbours: the numbers of the other frames that it was made with.
        absent: of those that it looked for and that are not there.
        window: how many frames to each side count with all their clips and controls.
    """

    facts: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)
    neighbours: tuple[int, ...] = ()
    absent: tuple[int, ...] = ()
    window: int = 0

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Account:
        """The engine's own account, typed."""
        facts = {name: text for name, text in told.items() if isinstance(text, str)}
        others = tuple(told["neighbours"]), tuple(told["absent"]), int(told["window"])
        return cls(facts, told["weights"], told["models"], *others)

    @property
    def screen(self) -> Mapping[str, str | float]:
        """What was decided on a screen: ``code``, ``presence`` and ``text``; empty where nothing was."""
        known = {"code": "screen_code", "presence": "screen_presence", "text": "screen"}
        found: dict[str, str | float] = {
            name: self.facts[key] for name, key in known.items() if key in self.facts
        }
        if "presence" in found:
            found["presence"] = float(found["presence"])
        return found

    @property
    def face(self) -> Face:
        """What became of a face that was to be replaced."""
        if "face_replaced" not in self.facts:
            return ""
        return "absent" if "face_absent" in self.facts else "replaced"

    @property
    def checks(self) -> Mapping[str, float]:
        """What the checks say: code of `anatomatte.qc` → score; empty where nothing was checked."""
        return scores_of(self.facts)

    def with_(self, other: Account) -> Account:
        """Both together, for a frame that takes several renders."""
        told = {**self.facts, **other.facts}
        for name in _BY_PERSON:  # one render is asked for a region of one person, another of another
            if name in self.facts and name in other.facts:
                both = {**json.loads(self.facts[name]), **json.loads(other.facts[name])}
                told[name] = json.dumps(dict(sorted(both.items())))
        if CHECKS in told:  # one render was asked for parts and another was not
            mine, theirs = self.checks, other.checks
            most = {code: max(mine.get(code, 0.0), theirs.get(code, 0.0)) for code in {*mine, *theirs}}
            told[CHECKS] = json.dumps(most, sort_keys=True)
        return Account(
            told,
            {**self.weights, **other.weights},
            {**self.models, **other.models},
            tuple(sorted({*self.neighbours, *other.neighbours})),
            tuple(sorted({*self.absent, *other.absent})),
            max(self.window, other.window),
        )


def scores_of(facts: Mapping[str, str], name: str = CHECKS) -> Mapping[str, float]:
    """Code → score out of a frame's account or a file's header; empty where nothing was checked."""
    try:
        found = json.loads(facts.get(name, "{}"))
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(code): float(score) for code, score in found.items() if isinstance(score, (int, float))}


@dataclass(frozen=True, eq=False)
class Rendered:
    """H×W×4 float32, top row first, the bounds (y upwards) that it covers, and what the node has to say of
    the frame, a sentence each."""

    pixels: Floats
    bounds: Window
    told: tuple[str, ...] = ()
    account: Account = field(default_factory=Account)


class Node(Protocol):
    """A node whose clips are connected."""

    @property
    def identity(self) -> Mapping[str, str]:
        """version, table (digest), precision: what decides pixels besides the settings."""

    def expected(self, frame: int, values: Mapping[str, Value]) -> Account:
        """The most that a frame would be made with, told without a render."""

    def decision(self, frame: int, values: Mapping[str, Value]) -> Decision | None:
        """Whether there is a screen, by this frame alone; None where the node decides nothing.

        Raises:
            AnatomatteError: as `render`.
        """

    def render(
        self,
        frame: int,
        values: Mapping[str, Value],
        around: Mapping[int, Mapping[str, Value]] = ALONE,
        window: Window | None = None,
    ) -> Rendered:
        """One render at a frame with these values of the controls.

        Args:
            around: the values at other frames, where the frame depends on controls there.
            window: the part of the picture that is wanted; None for all of it.

        Raises:
            AnatomatteError: in the class of the error table.
        """


Connect = Callable[[Mapping[str, Pictures]], Node]
"""Makes a node from its connected clips, by name; ``Source`` is always there."""
