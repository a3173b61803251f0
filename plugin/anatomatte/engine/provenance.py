"""What makes a frame's pixels besides plates and controls, told by the engine that makes them.

An account is a small dictionary of texts and numbers without any path, so that it can go into the
header of a file and over the wire of a worker: ``version`` and ``table`` (of this module), ``precision``
and ``device`` (of our own networks), ``weights`` (network → SHA-256), ``models`` (use → ``id SHA-256``),
``neighbours`` (numbers of the other frames that it was made with), ``absent`` (of those that it looked for
and that are not there), ``window`` (how many frames to each side count with all clips and controls) and,
with a sidecar, ``shot`` (a digest of what it decides of the frame). Where a face is replaced it holds
``face_replaced`` (how), ``face_source`` (a digest of its pictures), ``face_consent`` (the note) and, where
the sidecar names one, ``face_actor`` (whose face); ``face_absent`` once it is known that there was none.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import __version__, qc
from .. import settings as table
from ..decision import Decision
from ..errors import AnatomatteError
from ..faces import consent
from ..frame import Pixels
from ..models.store.files import sha256_of
from ..nets.external import choose
from ..nets.external.alpha_edge import Asked
from ..nets.external.protocols import Kind
from ..settings import Settings
from ..shot.face_rows import FaceRow
from ..shot.numbering import at_frame
from ..timing import temporal_window
from . import face_nets, face_views, subject
from .mattes import HeadFacts
from .neighbours import Around, whole

FOLDER = Path(__file__).resolve().parent.parent / "weights"
"""Where the weights of our own networks lie, one file each."""

_lock = threading.Lock()
_known: dict[tuple[str, int, int], str] = {}


def digest_of(path: Path) -> str:
    """SHA-256 (hex) of a file, taken once for a path, size and time of change.

    Raises:
        OSError: it cannot be read.
    """
    facts = path.stat()
    key = (str(path), facts.st_size, facts.st_mtime_ns)
    with _lock:
        if key in _known:
            return _known[key]
    found = sha256_of(path)
    with _lock:
        _known[key] = found
    return found


_LANDMARKS = ("pose_landmarks", "face_landmarks", "hand_landmarks", "palm_detector")
_FACES = ("face_attention", "face_detector")


def weights(landmarks: bool = False, faces: bool = False) -> dict[str, str]:
    """SHA-256 of the weights of our own networks: as they were read, or as they would be.

    Args:
        landmarks, faces: with those of the networks of that kind, which are not asked for every frame.
    """
    read = subject.weights()
    files = {path.stem: path for path in sorted(FOLDER.glob("*.safetensors"))}
    left = {*(() if landmarks else _LANDMARKS), *(() if faces else _FACES)}
    asked = [name for name in files if name not in left]
    return {name: read.get(name) or digest_of(files[name]) for name in asked}


def account(
    settings: Settings,
    time: float,
    around: Around | None,
    people: bool,
    edge: bool,
    parts: bool,
    faces: bool = False,
) -> dict[str, Any]:
    """What a frame is made with.

    Args:
        around: the frames around it, after it was made; None where there were none to be had.
        people: whether the networks are asked who is in the plate.
        edge: whether there is an edge that an edge model may refine.
        parts: whether parts of people are asked for.
        faces: whether regions of their faces are.
    """
    kinds: tuple[Kind, ...] = (*(("parts", "alpha") if people else ()), *(("edge",) if edge else ()))
    models: dict[str, str] = {}
    neighbours = set() if around is None else set(around.window())
    absent = set() if around is None else around.absent & neighbours
    try:
        asked = choose.chosen(settings)
        first = None if around is None else around.first
        neighbours |= set(choose.span(asked, whole(time), first, *kinds)[:-1])
        for kind, name in asked.ids():
            if kind in kinds:
                models[kind] = " ".join((name, *_identity(choose.asked(kind, name))))
        models |= face_nets.identities(settings)
    except AnatomatteError:
        models["missing"] = "a network that is not to be had"  # the frame itself says which, and fails
    return {
        "version": __version__,
        "table": table.digest(),
        "precision": "float32",
        "device": "cpu",
        "weights": weights(parts, faces) if people else {},
        "models": models,
        "neighbours": sorted(neighbours - absent),
        "absent": sorted(absent),
        "window": temporal_window(settings) if around is not None and around.can else 0,
        **_shot(settings, time, around),
        **_face(settings, time),
    }


def _shot(settings: Settings, time: float, around: Around | None) -> dict[str, str]:
    """What a shot's sidecar decides of the frame and of those around it, as a digest; nothing without one."""
    try:
        found = at_frame(settings, whole(time))
    except AnatomatteError:
        return {"shot": "not to be read"}  # the frame itself says why, and fails
    if found is None:
        return {}
    return {"shot": found.shot.token(found.number, () if around is None else around.window())}


def _face(settings: Settings, time: float) -> dict[str, str]:
    """That a face is replaced, how, by which source, under which consent; nothing where none is."""
    if settings.swap == "off":
        return {}
    try:
        found = at_frame(settings, whole(time))
        note = consent.needed(settings, None if found is None else found.shot.consent)
        source, *reference = face_views.digests(settings)
    except AnatomatteError:
        return {"face_replaced": "not to be had"}  # the frame itself says why, and fails
    told = {"face_reference": reference[0]} if reference else {}
    if settings.swap_whose == "main" and found is not None and found.shot.actor:
        told["face_actor"] = f"person_{found.shot.actor:02d}"
    return {**consent.marks(note, source, settings.swap), **told}


def of_screen(made: Decision | None) -> dict[str, str]:
    """How the frame's account tells of the decision on a screen: words, code, figure, and to be kept."""
    if made is None:
        return {}
    return {
        "screen": made.text,
        "screen_code": "screen" if made.screen else made.why,
        "screen_presence": f"{made.presence:.4f}",
        "screen_kept": "" if made.why == "set" else made.kept,
    }


def of_parts(unsure: Mapping[str, str]) -> dict[str, str]:
    """How the frame's account tells of layers that are mostly open."""
    return {"unsure": " ".join(f"{name}:unsure" for name in unsure)} if unsure else {}


def of_patch(patch: Pixels | None) -> dict[str, str]:
    """How the frame's account tells of a face that was to be replaced and is nowhere in the frame."""
    return {} if patch is None or patch.any() else {"face_absent": "yes"}


def of_faces(faces: Mapping[str, HeadFacts], landmarks: Mapping[str, FaceRow]) -> dict[str, str]:
    """How the frame's account tells of heads, as JSON: person → presence, yaw, pitch and roll, person →
    places of the landmarks, and person → how far they are in sight, as a sidecar holds both; nothing where no
    region of a face is asked for."""
    if not faces:
        return {}
    told = {who: list(facts) for who, facts in faces.items()}
    return {
        "faces": json.dumps(told),
        "face_landmarks": json.dumps({who: row.places for who, row in landmarks.items()}),
        "face_visible": json.dumps({who: row.seen for who, row in landmarks.items()}),
    }


def of_checks(findings: qc.Findings) -> dict[str, str]:
    """How the frame's account tells of its checks: code → score as JSON; nothing where they are off."""
    return {"qc": json.dumps(qc.scores(findings), sort_keys=True)} if findings else {}


def _identity(asked: Asked) -> tuple[str, str]:
    """Digests of a network's file and of the manifest by which it is fed and read."""
    return asked.sha256, hashlib.sha256(repr(asked.manifest).encode()).hexdigest()[:16]


def expected(settings: Settings, time: float, first: float | None, last: float | None) -> dict[str, Any]:
    """The most that a frame with these settings would be made with; what is asked is known after it.

    Args:
        first, last: of Source, or None.
    """
    people = settings.subject != "off"
    around = Around(time, {}, settings, first, last, lambda name, number: None)
    return account(settings, time, around, people, True, people, people)
