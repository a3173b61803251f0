"""Use any OFX plug-in on a numpy array: list what a folder holds, render one of them."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from pyopenfx import Host


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("folder", type=Path, help="a folder of OFX bundles")
    words.add_argument("identifier", nargs="?", help="which plug-in; left out, they are listed")
    words.add_argument("--set", action="append", default=[], metavar="NAME=NUMBER", help="a parameter")
    given = words.parse_args()

    with Host() as host:
        found = host.scan([given.folder])
        if not given.identifier:
            print("\n".join(sorted(plugin.identifier for plugin in found)))
            return
        with host.load(given.identifier).instance(context="filter") as effect:
            ramp = np.linspace(0, 1, 64, dtype=np.float32)
            picture = np.stack(np.broadcast_arrays(ramp, ramp[:, None], 0.25, 1.0), axis=2)
            effect.clips.Source = picture.astype(np.float32)
            for setting in given.set:
                name, _, number = setting.partition("=")
                effect.params[name] = float(number)
            made = effect.render(1)["colour"]
            print("mean of R, G, B, A:", *(f"{value:.3f}" for value in made.mean(axis=(0, 1))))


if __name__ == "__main__":
    main()
