"""Drive the node as a compositor's host does: clips, controls, a time line, packed mattes."""

from __future__ import annotations

import argparse
from pathlib import Path

import OpenImageIO as oiio

from anatomatte_batch.ofx_node import IDENTIFIER, bundle
from pyopenfx import Host

SHOT = Path(__file__).resolve().parent.parent / "samples" / "shot"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--frames", type=int, nargs="+", default=[1001, 1002])
    words.add_argument("--profile", help="imitate a host: natron, nuke, mlt, resolve")
    given = words.parse_args()

    def plate(time: float) -> object:  # a host hands over the frame that is asked for
        return oiio.ImageBuf(str(SHOT / f"plate.{round(time)}.exr")).get_pixels(oiio.FLOAT)

    with Host(profile=given.profile) as host:
        host.scan([bundle().parent])
        with host.load(IDENTIFIER).instance(context="general", frame_range=(1001, 1012)) as node:
            node.clips.Source = plate
            node.params.output = "packed"  # four mattes in one picture, for hosts without layers
            node.params.pack_r = "screen"
            node.params.pack_g = "spill"
            for frame in given.frames:
                packed = node.render(frame)["colour"]
                print(f"{frame}: screen {packed[..., 0].mean():.3f}, spill {packed[..., 1].mean():.3f}")


if __name__ == "__main__":
    main()
