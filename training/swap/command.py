"""`python -m training swap`: a network that puts one person's face into another's take; an hour on one core.

The people are drawn unless --source and --target name two takes of your own: folders of pictures, or
sequences. Those need a consent note as a replaced face does everywhere (--set consent_who=… and so on, or a
shot file that has it). The run's folder takes faces, checkpoint, curve, sheet, and at the end the network
with its manifest, as the node reads them.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

from anatomatte.faces import consent
from anatomatte.faces.consent import Consent
from anatomatte.settings import Settings

from . import ship, takes
from .fit import Fit, People, Plan
from .net import Shape, TwoFaces

SMALL = Shape(112, (8, 12, 16, 24), 24, (16, 12, 12, 8))
"""A network that learns in seconds that a run works, and no more."""


def _parser(assets: Path, runs: Path) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training swap",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--assets", type=Path, default=assets, help="folder of the generator's assets")
    parser.add_argument("--run", type=Path, default=runs / "swap", help="folder of this run")
    parser.add_argument("--source", default="", help="take of the face that is put in")
    parser.add_argument("--target", default="", help="take of the face that is there")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="the consent note")
    parser.add_argument("--shot", type=Path, help="shot file with the consent note")
    parser.add_argument("--id", default="two-faces", help="the network's id in the store")
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--frames", type=int, default=240, help="pictures of each drawn take")
    parser.add_argument("--held-out", type=int, default=24, help="drawn pictures that are measured")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--small", action="store_true", help="a network of a template of 112, to try it out")
    return parser


def note_of(args: argparse.Namespace) -> Consent:
    """The consent note of takes that are brought.

    Raises:
        SettingsError: there is none, it is not whole, or something else is set.
    """
    from anatomatte.errors import SettingsError
    from anatomatte.shot.reading import read_shot

    given = dict(text.partition("=")[::2] for text in args.set)
    for name in given:
        if name not in ("consent_who", "consent_what", "consent_when", "consent_note"):
            raise SettingsError(f"--set {name}: only the consent note is set here; {consent.CURE}.")
    return consent.needed(Settings(**given), None if args.shot is None else read_shot(args.shot).consent)


def main(words: list[str], assets: Path, runs: Path) -> None:
    """Run the command.

    Raises:
        SettingsError: no consent note is given, or a take is not to be used.
        ValueError: the run's folder holds another run.
    """
    args = _parser(assets, runs).parse_args(words)
    shape = SMALL if args.small else Shape()
    plan = Plan(args.run, args.steps, args.batch, seed=args.seed, threads=args.threads, shape=shape)
    if args.small:
        plan = replace(plan, lr=4e-3, who_steps=60, every=10)
    if bool(args.source) != bool(args.target):
        raise ValueError("--source and --target belong together; give both takes, or neither to draw heads")
    if args.source:
        note = note_of(args)
        people = takes.brought(args.run, shape.side, args.source, args.target)
        _learned(plan, people, args.id, note)
        return
    from . import drawn, measure

    how = drawn.Drawing(args.frames, args.held_out, others=2 if args.small else 16)
    people = drawn.drawn(args.assets, args.run, shape.side, args.seed, how)
    net, files = _learned(plan, people, args.id, None)
    print(json.dumps(measure.measured(net, people, args.run, files, args.assets, args.seed, how), indent=1))


def _learned(plan: Plan, people: People, id: str, note: Consent | None) -> tuple[TwoFaces, tuple[Path, Path]]:
    """The network at the end of a run, and the two files that were written of it."""
    net = Fit(plan, people).run()
    files = ship.written(net, plan.run, id, note)
    print(*files, sep="\n")
    return net, files
