"""Proof that two versions on one machine do not mix: commands at once, and both nodes in one host.

Run as a module by the first bundle's own Python it is that host: what runs each node's frames, as JSON.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from anatomatte_batch.stills import attributes

from .checking import _LONGEST_S, Finding, made_plate
from .contents import VERSION


def check(folder: Path, other: Path) -> list[Finding]:
    """Look at two bundles at work at once, which share what folders of the user's there are.

    Raises:
        SetupError: there is no bundle.
    """
    from .checking import scratch

    roots = [folder.resolve(), other.resolve()]
    with scratch() as work:
        plate = made_plate(roots[0], work)
        if isinstance(plate, Finding):
            return [plate]
        return [_commands(roots, plate, work), _host(roots, work)]


def _scene(work: Path) -> dict[str, str]:
    return {"TMPDIR": str(work), "XDG_STATE_HOME": str(work / "state"), "ANATOMATTE_RUNTIME": "worker"}


def _commands(roots: list[Path], plate: Path, work: Path) -> Finding:
    """Both render a frame at once, each by a worker; files and logs say by which version."""
    name = "two commands at once"
    keys = [work / f"beside{n}.exr" for n in range(len(roots))]
    lines = [
        [str(root / "bin" / "anatomatte"), "render", str(plate), str(key), "--threads", "1"]
        for root, key in zip(roots, keys, strict=True)
    ]
    pipe = subprocess.PIPE
    running = [
        subprocess.Popen(line, env=_scene(work), cwd="/", stdout=pipe, stderr=pipe, text=True)
        for line in lines
    ]
    for one in running:
        told = "".join(one.communicate(timeout=_LONGEST_S)).strip().splitlines()
        if one.returncode:
            return Finding(name, False, f"exit {one.returncode}: {told[-1] if told else 'it said nothing'}")
    made = [(attributes(key) or {}).get("anatomatte:version", "nothing") for key in keys]
    versions = [_version(root) for root in roots]
    logs = {path.name for path in (work / "state" / "anatomatte").glob("worker-*.log")}
    apart = made == versions and logs == {f"worker-{version}.log" for version in versions}
    return Finding(name, apart, f"{' and '.join(made)}; logs {', '.join(sorted(logs)) or 'none'}")


def _version(root: Path) -> str:
    """What a bundle's command says of itself."""
    line = [str(root / "bin" / "anatomatte"), "--version"]
    done = subprocess.run(line, env={}, cwd="/", capture_output=True, text=True, check=False)
    return done.stdout.strip().rpartition(" ")[2]


def _host(roots: list[Path], work: Path) -> Finding:
    """One host has both nodes, each with a worker of its own."""
    name = "both nodes in one host"
    python = roots[0] / "python" / "bin" / VERSION
    words = [str(python), "-I", "-B", "-m", __name__, *(str(root / "ofx") for root in roots)]
    done = subprocess.run(
        words, env=_scene(work), cwd="/", capture_output=True, text=True, timeout=_LONGEST_S, check=False
    )
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        return Finding(name, False, lines[-1] if lines else f"exit {done.returncode}")
    programs = json.loads(done.stdout.splitlines()[-1])
    own = all(program.startswith(f"{root}/") for program, root in zip(programs, roots, strict=True))
    return Finding(name, own, "each has its own worker" if own else f"workers are {', '.join(programs)}")


def main(folders: list[str]) -> None:
    """Render a frame by the node of each folder while the others are there, too."""
    from pyopenfx import Host

    from .probe import plate

    hosts, programs = [Host() for _ in folders], []
    nodes = []
    for host, folder in zip(hosts, folders, strict=True):
        host.scan([folder])
        nodes.append(host.load("org.anatomatte.Anatomatte").instance(context="filter"))
        nodes[-1].clips.Source = plate()
        nodes[-1].render(1)
    for node in nodes:
        node.render(2)
        node.params.refresh.press()
        found = re.search(r"Worker process (\d+)", str(node.params["status"].value))
        programs.append(os.readlink(f"/proc/{found[1]}/exe") if found else "none")
    print(json.dumps(programs))


if __name__ == "__main__":
    main(sys.argv[1:])
