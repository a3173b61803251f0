"""`python -m training`: assets, render, train, validate, export, `all`; pack, odd, outfit, gaps; more.

`outfit` renders whole figures, fits the outfit head to the shipped network's features of them, scores it
on held-out figures and puts it into the package.
`likelihood` fits on held-out figures how that head is weighed beside the plate's colours, and beside the
pixels where little of a person is in sight, and prints it.
`gaps` fits on drawn pictures what of people is a gap, and prints it.
`odd` renders the sets that `benchmarks/odd.py` scores.
`portrait`, `detector`, `landmarks` and `faces` put the published networks of that name into the package, as
they are; `canonical` does so with the canonical face model;
`graphs` writes all networks of the package as the graphs that the node computes.
`swap` trains a network that puts one drawn head's face, or one of your own takes', into another's; its
options are its own (`swap --help`). Nothing of it ships.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
ASSETS = Path(os.environ.get("ANATOMATTE_ASSETS", HERE.parent / "assets"))
CHECKPOINT = HERE / "checkpoint"
SHIPPED = HERE.parent / "plugin" / "anatomatte" / "weights" / "people.safetensors"
PORTRAIT = SHIPPED.with_name("portrait.safetensors")
DETECTOR = SHIPPED.with_name("person_detector.safetensors")
CANONICAL = SHIPPED.with_name("canonical_face.npz")
LANDMARKS = (
    *(SHIPPED.with_name(f"{of}_landmarks.safetensors") for of in ("pose", "face", "hand")),
    SHIPPED.with_name("palm_detector.safetensors"),
)
FACES = tuple(SHIPPED.with_name(f"face_{of}.safetensors") for of in ("attention", "detector"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    steps = ("assets", "pack", "render", "train", "validate", "export")
    given = ("portrait", "detector", "landmarks", "faces", "canonical", "graphs")
    parser.add_argument(
        "command", choices=("all", *steps, *given, "odd", "outfit", "likelihood", "gaps", "swap")
    )
    parser.add_argument("--assets", type=Path, default=ASSETS, help="folder of the generator's assets")
    parser.add_argument(
        "--out", type=Path, default=HERE.parent / "build" / "assets", help="pack: folder to write"
    )
    parser.add_argument(
        "--bank", type=Path, default=HERE / "bank", help="folder of rendered people and places"
    )
    parser.add_argument(
        "--run", type=Path, default=HERE / "runs" / "people", help="folder of this training run"
    )
    resume = "checkpoint to go on from (default: the run's own, else the committed one)"
    parser.add_argument("--resume", type=Path, default=None, help=resume)
    parser.add_argument("--fresh", action="store_true", help="begin from the published trunk alone")
    parser.add_argument("--people", type=int, default=320, help="shards of 64 people in the bank")
    parser.add_argument("--places", type=int, default=48, help="shards of 64 backgrounds in the bank")
    parser.add_argument("--figures", type=int, default=60, help="shards of 64 figures for the outfit head")
    parser.add_argument(
        "--kinds", default="people", help="train: kinds of shards that people come from (people,figures)"
    )
    parser.add_argument("--heads", type=int, default=1, help="outfit: if several, one more learns from them")
    parser.add_argument("--sturdy", action="store_true", help="outfit: noise, mixtures and levels of others")
    parser.add_argument("--share", type=float, default=1, help="export: share of the run beside what ships")
    parser.add_argument("--part", default="0/1", metavar="K/N", help="render only every N-th shard, from K")
    parser.add_argument("--minutes", type=float, default=120, help="how long to train")
    parser.add_argument(
        "--side", type=int, default=224, help="training pictures have about side x side pixels"
    )
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument(
        "--fall", type=float, default=0.3, help="last share of the time in which the rate falls"
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1, help="processes that compose pictures")
    parser.add_argument("--looks", default="224,288,320", help="validate: sizes at which to look")
    parser.add_argument("--every", type=float, default=10, help="minutes between validations")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    return parser


def _render(args: argparse.Namespace) -> None:
    from .render import render_people, render_places

    first, step = (int(x) for x in args.part.split("/"))
    if first == 0:
        render_places(args.assets, args.bank, "validation", range(3))
        render_people(args.assets, args.bank, "validation", range(5))
    render_places(args.assets, args.bank, "train", range(first, args.places, step))
    render_people(args.assets, args.bank, "train", range(first, args.people, step))


def _weights(folder: Path) -> Path:
    """Weights of a checkpoint; those of the committed one are the shipped ones."""
    return SHIPPED if folder.resolve() == CHECKPOINT else folder / SHIPPED.name


def _start(args: argparse.Namespace) -> Path | None:
    if args.fresh:
        return None
    for folder in (args.resume, args.run, CHECKPOINT):
        if folder is not None and _weights(folder).exists():
            return Path(folder)
        if folder is not None and folder == args.resume:
            raise FileNotFoundError(
                f"{folder} holds no {SHIPPED.name}; name a run's folder or leave --resume away"
            )
    return None


def _train(args: argparse.Namespace) -> None:
    from .learn.train import Plan, Trainer, loader
    from .learn.validate import held_out

    folder = _start(args)
    plan = Plan(
        run=args.run,
        minutes=args.minutes,
        resume=folder,
        weights=None if folder is None else _weights(folder),
        trunk=args.assets / "trunk.safetensors",
        side=args.side,
        count=args.batch,
        lr=args.lr,
        threads=args.threads,
        workers=args.workers,
        seed=args.seed,
        device=args.device,
        fall=args.fall,
        validate_minutes=args.every,
        kinds=tuple(args.kinds.split(",")),
    )
    print(f"going on from {plan.resume}" if plan.resume else "beginning from the published trunk", flush=True)
    curves = args.run / "curves.csv"
    if folder is not None and (folder / curves.name).exists() and not curves.exists():
        args.run.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / curves.name, curves)  # the curve goes on where that checkpoint ended
    trainer = Trainer(plan)
    trainer.run(loader(args.bank, plan, int(trainer.totals["steps"])), held_out(args.bank))


def _validate(args: argparse.Namespace) -> None:
    from anatomatte.nets.own.people_net import load_trainable

    from .learn.breakdown import breakdown, looks
    from .learn.validate import held_out, measure

    weights = _weights(_start(args) or CHECKPOINT)
    net = load_trainable(weights)
    report = {
        "weights": weights.name,
        **measure(net, held_out(args.bank)),
        "rare": measure(net, held_out(args.bank, rare=1.0)),
        "kinds": breakdown(net, args.bank),
        "looks": looks(weights, args.bank, tuple(int(x) for x in args.looks.split(","))),
    }
    print(json.dumps(report, indent=1))


PRIOR = 0.0
"""How much of the class weights' pull on the parts is taken back in what ships (0 to 1).

With the present weights none: mean IoU of parts on held-out synthetic pictures 0: .201, 0.5: .199, 1:
.194, where everybody shows a rare part .189, .183, .176. The second network was trained with other
weights, of which half is taken back.
"""


LEARNED = 24
"""How many of `PARTS` what ships says it knows; those after them it has hardly learned.

After 34 thousand pictures with tights their IoU is .003, and whoever is told nothing of them decides better.
"""


def _ship(weights: Path, share: float = 1) -> None:
    from safetensors import safe_open

    from anatomatte.nets.own.people_net import load_trainable, save

    from .learn.losses import class_weights
    from .learn.train import blended, of_first_parts

    net = of_first_parts(load_trainable(weights), LEARNED)
    net.to_parts.bias.data -= PRIOR * class_weights()[:LEARNED].log()
    state = net.state_dict()
    if share < 1:
        state = blended(load_trainable(SHIPPED).state_dict(), state, share)
    with safe_open(str(weights), "pt") as file:
        header = file.metadata() or {}
    note = {k: header[k] for k in ("samples", "long_side") if k in header}
    beside = SHIPPED.with_suffix(".part")
    save(state, net.shape, beside, note)
    os.replace(beside, SHIPPED)


def _export(args: argparse.Namespace) -> None:
    from .learn.train import STATE

    source = _start(args)
    if source is None:
        raise FileNotFoundError(f"{args.run} holds no checkpoint; train first (python -m training train)")
    SHIPPED.parent.mkdir(parents=True, exist_ok=True)
    CHECKPOINT.mkdir(exist_ok=True)
    if source.resolve() != CHECKPOINT:
        _ship(_weights(source), args.share)
        for name in (STATE, "curves.csv"):
            shutil.copyfile(source / name, CHECKPOINT / name)
    print(f"{SHIPPED} written")


def _outfit(args: argparse.Namespace) -> None:
    from .outfits.fit import FILE, Plan, run
    from .outfits.sturdy import Sturdy
    from .render import render_people, render_places

    for split, places, figures in (("validation", 2, 7), ("train", 9, args.figures)):
        render_places(args.assets, args.bank, split, range(places))
        render_people(args.assets, args.bank, split, range(figures), samples=2, kind="figures")
    folder = args.run.with_name("outfit")
    plan = Plan(folder, args.bank, heads=args.heads, seed=args.seed, threads=args.threads)
    run(replace(plan, sturdy=Sturdy()) if args.sturdy else plan)
    shutil.copyfile(folder / FILE, SHIPPED.with_name(FILE))
    print(f"{SHIPPED.with_name(FILE)} written")


def _likelihood(args: argparse.Namespace) -> None:
    from .outfits import sight
    from .outfits.likelihood import run
    from .render import render_people, render_places

    render_places(args.assets, args.bank, "validation", range(2))
    render_people(args.assets, args.bank, "validation", range(7), samples=2, kind="figures")
    run(args.bank, 400, args.seed)
    for kind, brief in sight.BRIEFS.items():
        render_people(
            args.assets, args.bank, "validation", range(sight.SHARDS), samples=2, kind=kind, brief=brief
        )
    sight.run(args.bank, 160, args.seed)


def _gaps(args: argparse.Namespace) -> None:
    from .gaps import run
    from .render import render_people, render_places

    for split, places, figures in (("validation", 2, 7), ("train", 7, args.figures)):
        render_places(args.assets, args.bank, split, range(places))
        render_people(args.assets, args.bank, split, range(figures), samples=2, kind="figures")
    run(args.bank, 600, args.seed)


def _as_published(args: argparse.Namespace, target: Path) -> None:
    """Put a published network from the assets into the package at *target*."""
    from .assets import fetch

    source, beside = args.assets / target.name, target.with_suffix(".part")
    fetch(args.assets, source.name)
    shutil.copyfile(source, beside)
    os.replace(beside, target)
    print(f"{target} written")


def _swap(words: list[str]) -> int:
    """`swap` has options of its own."""
    from anatomatte.errors import AnatomatteError

    from .swap.command import main as swap

    try:
        swap(words, ASSETS, HERE / "runs")
    except (AnatomatteError, RuntimeError, OSError, ValueError) as failure:
        print(f"training: {failure}", file=sys.stderr)
        return 1
    return 0


def main() -> int:
    """Run the command line; failures that a person can mend are one sentence and exit code 1."""
    if sys.argv[1:2] == ["swap"]:
        return _swap(sys.argv[2:])
    args = _parser().parse_args()
    try:
        if args.command in ("all", "assets"):
            from .assets import fetch

            fetch(args.assets)
        if args.command == "pack":
            from .pack import pack

            print(f"{args.out}: {pack(args.assets, args.out) / 1e6:.1f} MB")
        if args.command in ("all", "render"):
            _render(args)
        if args.command in ("all", "train"):
            _train(args)
        if args.command == "validate":
            _validate(args)
        if args.command in ("all", "export"):
            _export(args)
        if args.command == "odd":
            from .odd import render

            render(args.assets, args.bank)
        if args.command in ("all", "outfit"):
            _outfit(args)
        if args.command == "likelihood":
            _likelihood(args)
        if args.command == "gaps":
            _gaps(args)
        if args.command in ("all", "portrait"):
            _as_published(args, PORTRAIT)
        if args.command in ("all", "detector"):
            _as_published(args, DETECTOR)
        if args.command in ("all", "faces"):
            for target in FACES:
                _as_published(args, target)
        if args.command in ("all", "landmarks"):
            for target in LANDMARKS:
                _as_published(args, target)
        if args.command in ("all", "canonical"):
            from .canonical import write as write_canonical

            write_canonical(CANONICAL)
        if args.command == "graphs":
            from .graphs import write

            write()
    except (RuntimeError, OSError, ValueError) as failure:
        print(f"training: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
