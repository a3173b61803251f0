"""The stages of one plate, each made once for what it depends on.

``observe`` and ``refine`` of the screen, the people network's look, the matte that it gives, and the
shares of people and parts have keys of their own: a control of one leaves the others alone.
"""

from __future__ import annotations

import dataclasses
import functools
import os
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from ..cache import Store, content_key, granted_bytes
from ..keyer.key import Evidence, Key, observe, refine
from ..nets.external import choose as engines
from ..nets.external.alpha_edge import Frames
from ..nets.external.choose import Kind, Sight
from ..people import fuse, selection
from ..people.evidence import PeopleSeen
from ..people.shares import Shares, shares
from ..plate import Plate
from ..settings import Settings
from ..work import Job
from . import edge, subject
from .neighbours import Around

T = TypeVar("T")


def arrays(value: object) -> Iterator[npt.NDArray[Any]]:
    """Every array in a result, however deep."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from arrays(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from arrays(getattr(value, field.name))


looks: Store[Any] = Store(lambda made: sum(array.nbytes for array in arrays(made)), granted_bytes())
"""What was seen of plates, for every node of the process: tweaks and other planes need no second look."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What all looks at a plate found.

    Attributes:
        evidence: the screen, or None in it.
        seen: the people, from left to right; None where the network was not asked.
        key: the matte at the plate's resolution.
        screen: H×W, the screen keyer's own matte.
        shares: whose and which part a pixel is; None where the network was not asked.
        doubts: sentences for the status.
        content: the plate's digest.
    """

    evidence: Evidence
    seen: PeopleSeen | None
    key: Key
    screen: npt.NDArray[np.float32]
    shares: Shares | None
    doubts: tuple[str, ...] = ()
    content: str = ""


class Looks:
    """All looks at one plate with one set of controls."""

    def __init__(
        self,
        plate: Plate,
        settings: Settings,
        job: Job,
        place: selection.Place,
        around: Around | None = None,
    ) -> None:
        self.plate, self.settings, self.job, self.place = plate, settings, job, place
        self.around = around
        self.asked = engines.chosen(settings)

    @functools.cached_property
    def content(self) -> str:
        """What tells the plate from every other."""
        return content_key(self.plate.frame.pixels, self.plate.curve, threads=self.job.threads)

    def _once(self, what: str, facts: tuple[object, ...], make: Callable[[], T]) -> T:
        def frozen() -> T:
            made = make()
            for array in arrays(made):
                array.flags.writeable = False  # it is shared from here on
            return made

        return cast(T, looks.get(content_key(what, *facts), frozen, self.job.check))

    def screen(self) -> tuple[Evidence, Key]:
        """The screen and its key."""
        plate, settings, job = self.plate, self.settings, self.job

        def make() -> tuple[Evidence, Key]:
            evidence = observe(plate, settings, job)
            job.progress(0.4)
            return evidence, refine(plate, evidence, settings, job)

        return self._once("screen", self._of_screen(), make)

    def _of_screen(self) -> tuple[object, ...]:
        """What the screen's key depends on."""
        clean = content_key(self.plate.clean, self.plate.clean_known, threads=self.job.threads)
        chosen = self.settings.depends_on("observe", "refine", evidence="screen")
        return self.content, self.job.scale, clean, chosen, os.environ.get("OCIO", "")

    @functools.cached_property
    def of_people(self) -> tuple[object, ...]:
        """What the networks' look depends on."""
        chosen = self.settings.depends_on("observe", evidence="people")
        rows = tuple(row for row in chosen if row[0] != "subject")
        return self.content, rows, self.asked.identity("parts", "alpha"), *self.in_time("alpha")

    def in_time(self, *kinds: Kind) -> tuple[object, ...]:
        """What the networks of these uses depend on in other frames; nothing where none remembers."""
        return () if self.around is None else self.around.token(self.asked, self.job, *kinds)

    @property
    def frames(self) -> Frames | None:
        """The frames around this one; None where nobody hands them over."""
        return None if self.around is None else self.around.frames(self.plate, self.settings, self.job)

    def looks_at_people(self) -> bool:
        """Whether the networks are asked who is in the plate."""
        evidence, keyed = self.screen()
        screen = evidence.screen is not None
        return subject.asked(self.settings, screen and not fuse.wants(keyed.matte))

    def people(self) -> Sight:
        """The networks' look."""
        return self._once(
            "people",
            self.of_people,
            lambda: subject.look(self.plate, self.settings, self.job, self.asked, self.frames),
        )

    def edged(self, evidence: Evidence, key: Key, sight: Sight | None) -> tuple[Key, tuple[str, ...]]:
        """The key with an edge model's matte, where one is asked."""
        if self.asked.edge == engines.OWN:
            return key, ()
        rough = content_key(key.matte, threads=self.job.threads)
        facts = (*self._of_screen(), rough, self.asked.edge, self.asked.identity("edge"))
        facts += (self.settings.net_exposure, self.settings.net_gamma)
        facts += (None if sight is None else self.of_people, *self.in_time("edge"))
        plate, settings, job = self.plate, self.settings, self.job

        def make() -> tuple[Key, tuple[str, ...]]:
            return edge.finish(plate, evidence, key, sight, settings, job, self.frames)

        return self._once("edge", facts, make)

    def soft(self, seen: PeopleSeen) -> Key:
        """The matte that the network's look gives where there is no screen."""
        return self._once("soft", self.of_people, lambda: subject.key(self.plate, seen, self.job))

    def shares(self, seen: PeopleSeen, choice: selection.Choice, soft: Key | None) -> Shares:
        """Shares of the people and parts that the Subject page chooses; in *soft* there is nothing else."""
        alone, held = soft is not None, None if soft is None else soft.held
        facts = (*self.of_people, dataclasses.replace(choice, doubts=()), alone)
        light, threads, check = self.plate.light, self.job.threads, self.job.check

        def make() -> Shares:
            return shares(seen, choice, light, alone, held, threads=threads, check=check)

        return self._once("shares", facts, make)

    def found(self) -> Found:
        """Everything that the frame needs, and nothing that it does not."""
        evidence, keyed = self.screen()
        screen = evidence.screen is not None
        fusion = fuse.wants(keyed.matte) if screen else 0.0
        if not subject.asked(self.settings, screen and fusion <= 0):
            key, told = self.edged(evidence, keyed, None) if screen else (keyed, ())
            return Found(
                evidence, None, key, keyed.matte, None, (*self._unasked(screen), *told), self.content
            )
        sight = self.people()
        seen = sight.seen
        self.job.progress(0.6)
        choice = selection.choose(self.settings, seen, self.place)
        doubts = choice.doubts if len(seen.people) else ("No person was seen: mattes of people are empty.",)
        soft = None if screen else self.soft(seen)
        made = self.shares(seen, choice, soft)
        base = soft or keyed
        if screen:
            # what is filled must not depend on the layers that are asked for beside the alpha
            fill = 1.0 if self.settings.subject == "on" else fusion
            outside = self.settings.only_people
            fused = fuse.fuse(keyed.matte, seen, fill=fill, outside=outside, held=self.settings.held)
            base = dataclasses.replace(keyed, matte=fused)
        key, told = self.edged(evidence, base, sight)
        return Found(evidence, seen, key, keyed.matte, made, (*doubts, *sight.told, *told), self.content)

    def _unasked(self, screen: bool) -> tuple[str, ...]:
        doubts: tuple[str, ...] = (
            () if screen else ("There is no screen and Find people is Off: the matte is full.",)
        )
        if subject.wanted(self.settings):
            doubts += ("Find people is Off: there are no mattes of people or parts.",)
        return doubts
