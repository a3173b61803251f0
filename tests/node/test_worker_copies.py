"""How often a frame's pixels are copied on their way through the worker, and that no way changes a bit.

In the worker a stand-in for the engine notes where the pictures lie that it is handed, and how its own leave.
"""

from __future__ import annotations

import json
import sys
import venv

import pytest

from made.worker_host import host_says

STAND_IN = """
import json, sys
sys.path[1:1] = {path!r}
import numpy as np
from anatomatte import engine, entry
from anatomatte.engine import Mattes, output as packing

notes, kept = {{}}, []

def shared(array):
    at = array.ctypes.data
    for line in open("/proc/self/maps"):
        first, end = (int(part, 16) for part in line.split()[0].split("-"))
        if first <= at < end:
            return "memfd:anatomatte" in line
    return False

def frame(clip):
    made = real(clip)
    notes["plates"].append(shared(made.pixels) and made.pixels.flags.c_contiguous)
    return made

def picture(clips, chosen, job, draft, window, channels, around, *_):
    if around is not None and around.can:
        kept[:] = [around.clips(around.number + step) for step in (1, -1)]
    plate = clips["Source"].pixels
    made = {{
        "through": lambda: plate,
        "matte": lambda: np.broadcast_to(plate[..., :1].copy(), plate.shape),
        "planes": lambda: tuple(plate[..., c].copy() for c in (0, 1, 1, 0)),
        "apart": lambda: tuple(plate[..., c].copy() for c in range(4)),
        "own": lambda: plate + np.float32(0),
    }}[how()]()
    none = np.zeros((1, 1), np.float32)
    return made, (), Mattes(none, none, none, none, none)

def how():
    return open({folder!r} + "/how").read()

def written(made, view, wrote, lies):
    told = []
    def rows(count):
        told.append(count)
        wrote(count)
    if view.dtype == np.float32:
        view[...] = -1
    packed(made, view, rows, lies)
    notes["rows"] = told
    notes["bytes"] = int((view.reshape(-1) != -1).sum()) * view.itemsize

def render(**given):
    notes.update(plates=[], rows=[], bytes=-1)
    said = whole(**given)
    open({folder!r} + "/notes", "w").write(json.dumps(notes))
    return said

real, packed, whole = entry._frame, packing.written, entry.render
entry._frame, entry.picture, packing.written, entry.render = frame, picture, written, render
"""

SHAPE = (700, 500, 4)
BYTES = 4 * SHAPE[0] * SHAPE[1] * SHAPE[2]

HOST = f"""
plate = np.random.default_rng(1).random({SHAPE!r}, np.float32)
def at(time):
    return plate + np.float32(time)
def notes(how, **options):
    (folder / "how").write_text(how)
    made = frame(7, of=one)
    return made, json.loads((folder / "notes").read_text())
import json
folder = Path(os.environ["ANATOMATTE_PYTHON"])
one = plugin.instance(context="filter", frame_range=(1, 20))
one.clips.Source = at
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An environment for the worker that is this one, but for the engine behind the door."""
    folder = tmp_path_factory.mktemp("python")
    venv.create(folder, symlinks=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "stand_in.py").write_text(STAND_IN.format(path=sys.path[1:], folder=str(folder)))
    (site / "stand_in.pth").write_text("import stand_in\n")
    return str(folder)


def test_plates_lie_where_the_host_has_put_them(python: str) -> None:
    """One copy in: of the frame's own plate, and of those around it."""
    host_says(
        HOST
        + """
for _ in range(3):
    made, noted = notes("through")
    assert noted["plates"] == [True, True, True], noted
    assert np.array_equal(made, at(7))
""",
        ANATOMATTE_PYTHON=python,
    )


def test_a_plate_that_is_no_float_is_made_one(python: str) -> None:
    host_says(
        HOST
        + """
one.clips.Source = lambda time: (at(time) * 25).astype(np.uint8)
made, noted = notes("own")
assert noted["plates"] == [False] * 3, noted
assert noted["rows"] and noted["rows"][-1] == len(made)
""",
        ANATOMATTE_PYTHON=python,
    )


@pytest.mark.parametrize(
    ("how", "written"), [("through", 0), ("matte", BYTES // 4), ("planes", BYTES), ("own", BYTES)]
)
def test_a_picture_leaves_by_one_copy(python: str, how: str, written: int) -> None:
    """What lies in shared memory is not written again, and a plane of several channels once."""
    host_says(
        HOST
        + f"""
for _ in range(3):
    made, noted = notes({how!r})
    planes = at(7)[..., {{"matte": [0, 0, 0, 0], "planes": [0, 1, 1, 0]}}.get({how!r}, [0, 1, 2, 3])]
    assert np.array_equal(made, planes)
    assert noted["bytes"] == {written}, noted
""",
        ANATOMATTE_PYTHON=python,
    )


@pytest.mark.parametrize("how", ["own", "apart"])
def test_rows_are_handed_over_while_others_are_written(python: str, how: str) -> None:
    host_says(
        HOST
        + f"""
plate = np.random.default_rng(1).random((3000, 500, 4), np.float32)
made, noted = notes({how!r})
assert np.array_equal(made, at(7))
assert len(noted["rows"]) > 3 and noted["rows"] == sorted(noted["rows"]), noted
assert noted["rows"][-1] == 3000
""",
        ANATOMATTE_PYTHON=python,
    )


KINDS = """
import hashlib, itertools, json
made = {}
for output, kind in itertools.product(
    ("premultiplied", "unpremultiplied", "matte", "packed", "comp", "status"), ("f4", "f2", "u2", "u1")
):
    full = {"u1": 255, "u2": 65535}.get(kind, 1)
    for channels in (4, 3):
        one = new_node(np.ascontiguousarray(plate[..., :channels] * full).astype(kind))
        one.params.output = output
        for window in (None, (20, 30, 151, 99)):
            picture = one.render(1, window=window)["colour"]
            digest = hashlib.sha256(np.ascontiguousarray(picture).tobytes()).hexdigest()
            made[f"{output} {kind} {channels} {window}"] = (str(picture.dtype), picture.shape, digest)
        one.close()
print(json.dumps(made))
"""


def test_every_output_and_depth_is_the_same_through_the_worker() -> None:
    through = json.loads(host_says(KINDS))
    here = json.loads(host_says(KINDS, ANATOMATTE_RUNTIME="in-process"))
    assert through == here
    assert len({told[2] for told in here.values()}) > 30, "they are not all the same picture"
