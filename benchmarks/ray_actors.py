"""What a second actor brings to a render over Ray, and whether a frame is lost when an actor dies.

    python benchmarks/ray_actors.py [--frames 8] [--size 960x540] [--rounds 3] [--json]

A local cluster, one thread an actor, the sample plate before a screen, EXR to EXR.

- ``two_workers_ratio``: frames a second over two actors divided by those over one, each after a chunk that
  paid for its start; the median of the rounds, which take turns. It takes two free cores to be a measure.
- ``lost``: frames that are not there after a render in which an actor was killed.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path

from batch import plates  # type: ignore[import-not-found, unused-ignore]

from anatomatte_batch import RenderRequest, ray_cluster
from anatomatte_batch.ray_plan import Needs

SCREEN = {"screen": "green", "steady": 0.0}


class Mortal(ray_cluster._Actor):
    """An actor that ends at the third frame, once."""

    def render(self, request: RenderRequest, frames: list[int]) -> bytes:
        mark = Path(request.destination).parent / "died"
        if 3 in frames and not mark.exists():
            mark.touch()
            os._exit(9)
        return super().render(request, frames)


def request(source: str, folder: Path) -> RenderRequest:
    return RenderRequest(
        source=source,
        destination=folder / "k.####.exr",
        layers="rgba,screen",
        settings=SCREEN,
        overwrite=True,
    )


def rate(source: str, folder: Path, cpus: int) -> float:
    """Frames a second between the ends of the first and of the last chunk, over as many actors."""
    import ray

    ray.init(num_cpus=cpus, include_dashboard=False, log_to_driver=False, configure_logging=False)
    try:
        result = ray_cluster.render_on(request(source, folder), "auto", Needs(cpus=1, memory=0, chunk=1))
        assert result.exit_code == 0, result.sentence
        ends = sorted(one.path.stat().st_mtime for one in result.frames)
        return (len(ends) - cpus) / (ends[-1] - ends[cpus - 1])
    finally:
        ray.shutdown()


def lost(source: str, folder: Path, count: int) -> int:
    import ray

    ray_cluster._Actor = Mortal  # type: ignore[misc]
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False)
    try:
        result = ray_cluster.render_on(request(source, folder), "auto", Needs(cpus=1, memory=0, chunk=2))
    finally:
        ray.shutdown()
    assert (folder / "died").exists()
    return count - len(result.numbers("rendered")) - len(result.numbers("skipped"))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--frames", type=int, default=8)
    parser.add_argument("--size", default="960x540")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    width, height = (int(part) for part in words.size.split("x"))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        source = plates(folder, words.frames, (width, height))
        began = time.perf_counter()
        ratios = []
        for _ in range(words.rounds):
            one, two = rate(source, folder, 1), rate(source, folder, 2)
            ratios.append(two / one)
        told = {
            "two_workers_ratio": round(statistics.median(ratios), 2),
            "lost": lost(source, folder, words.frames),
            "seconds": round(time.perf_counter() - began, 1),
        }
    print(json.dumps(told) if words.json else "\n".join(f"{name} {value}" for name, value in told.items()))


if __name__ == "__main__":
    main()
