"""The bill of materials, ``sbom.cdx.json`` (CycloneDX 1.6): packages, Python, networks, fonts."""

from __future__ import annotations

import hashlib
import platform
import re
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING

import anatomatte
from anatomatte.errors import SetupError

from . import sums
from .contents import SITE, Package, licence_of

if TYPE_CHECKING:
    from cyclonedx.model.component import Component
    from cyclonedx.model.license import License

NAME = "sbom.cdx.json"
_FONTS = (".ttf", ".otf", ".woff", ".woff2", ".pfb")
_NETWORKS = (".safetensors", ".onnx")
_FONT_LICENCES = {"Droid": "Apache-2.0"}
"""By the beginning of a font's name; packages do not state them."""


def write(root: Path, packed: Iterable[Package]) -> None:
    """Write the bill of what lies in *root*.

    Raises:
        SetupError: the library that writes it is not installed.
    """
    try:
        from cyclonedx.model.bom import Bom
        from cyclonedx.output.json import JsonV1Dot6
    except ImportError as why:
        raise SetupError("cyclonedx-python-lib is not installed; pip install 'anatomatte[bundle]'.") from why
    bom = Bom()
    for package in packed:
        made = _package(root, package)
        if package.name == "anatomatte":
            bom.metadata.component = made
        else:
            bom.components.add(made)
    bom.components.add(_python(root))
    weights = root / SITE / "anatomatte" / "weights"
    for path in sorted(root.rglob("*")):
        network = path.is_relative_to(weights) and path.suffix in _NETWORKS
        if path.is_file() and (network or path.suffix in _FONTS):
            bom.components.add(_asset(root, path))
    if bom.metadata.component:
        bom.register_dependency(bom.metadata.component, bom.components)
    text = JsonV1Dot6(bom).output_as_string(indent=1)
    (root / NAME).write_text(text + "\n", encoding="utf-8")
    (root / NAME).chmod(0o444)


def _package(root: Path, package: Package) -> Component:
    """A distribution; its hash is that of the lines of SHA256SUMS of its files."""
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.component import Component, ComponentType
    from packageurl import PackageURL

    lines = [f"{sums.digest(root / one.target)}  {one.target}\n" for one in package.files]
    sha = hashlib.sha256("".join(sorted(lines)).encode("utf-8", "surrogateescape")).hexdigest()
    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY if package.name != "anatomatte" else ComponentType.APPLICATION,
        bom_ref=package.name,
        purl=PackageURL("pypi", name=package.name, version=package.version),
        licenses=_licences(package.licence),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha)],
    )


def _python(root: Path) -> Component:
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.component import Component, ComponentType

    (library,) = (root / "python" / "lib").glob("libpython*")
    return Component(
        name="cpython",
        version=platform.python_version(),
        type=ComponentType.PLATFORM,
        bom_ref="cpython",
        licenses=_licences("PSF-2.0"),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sums.digest(library))],
    )


def _asset(root: Path, path: Path) -> Component:
    """A font, or a network with the licence that its card names."""
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.component import Component, ComponentType

    font = path.suffix in _FONTS
    inside = path.relative_to(root).as_posix()
    return Component(
        name=path.name,
        version=anatomatte.__version__ if not font else None,
        type=ComponentType.FILE if font else ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref=inside,
        description=inside,
        licenses=_licences(font_licence(path) if font else card_licence(path)),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sums.digest(path))],
    )


def card_licence(weights: Path) -> str:
    """The licence of a file of weights: the first id behind **Licence.** in the card that tells of it.

    A graph holds no weights: it is drawn by our code, and has the package's licence.
    """
    if weights.suffix == ".onnx":
        return licence_of(distribution("anatomatte"))
    for card in sorted(weights.parent.glob("*.md")):
        text = card.read_text(encoding="utf-8")
        found = re.search(r"\*\*Licence\.\*\* ([A-Za-z][\w.-]*[\w])", text)
        if weights.name in text and found:
            return found[1]
    return ""


def font_licence(font: Path) -> str:
    """The licence of a font's family, where it is known."""
    return next((told for name, told in _FONT_LICENCES.items() if font.name.startswith(name)), "")


def _licences(text: str) -> list[License]:
    from cyclonedx.contrib.license.factories import LicenseFactory

    return [LicenseFactory().make_from_string(text)] if text else []
