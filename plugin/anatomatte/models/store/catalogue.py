"""Every network that is known here: those of the package, and those that users brought."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path

from ...errors import SettingsError
from ...toml_table import nearest
from ..manifest import Manifest, load, shipped
from . import places


def _brought() -> dict[str, Path]:
    """Manifests in the folders of the store by id; the first folder that has one wins."""
    found: dict[str, Path] = {}
    for root in places.roots():
        for path in sorted((root / "manifests").glob("*.toml")):
            if not path.name.startswith("."):
                found.setdefault(path.stem, path)
    return found


def known() -> tuple[Mapping[str, Manifest], Mapping[str, str]]:
    """(manifest by id, complaint by id of those that cannot be read), in alphabetical order."""
    good: dict[str, Manifest] = dict(shipped())
    bad: dict[str, str] = {}
    for name, path in _brought().items():
        if name not in good:
            try:
                good[name] = _read(name, path)
            except SettingsError as why:
                bad[name] = str(why)
    return dict(sorted(good.items())), bad


def get(name: str) -> Manifest:
    """The manifest of an id.

    Raises:
        SettingsError: no network has this id (the nearest is named), or its manifest is wrong.
    """
    if name in shipped():
        return shipped()[name]
    brought = _brought()
    if name not in brought:
        raise SettingsError(
            f"No network is called {name!r}; {_where_it_might_be(name, [*shipped(), *brought])}"
        )
    return _read(name, brought[name])


def _where_it_might_be(name: str, ids: list[str]) -> str:
    """The nearest id, and the stores that were searched: on another machine there may be one more."""
    near = f"{nearest(name, ids)} " if difflib.get_close_matches(name, ids, 1) else ""
    stores = " and ".join(map(str, places.roots()))
    return (
        f"{near}`anatomatte models list` shows all. Those of your own were looked for in {stores}: import it "
        f"there with its manifest, or name the store that has it in {places.SHARED}."
    )


def is_shipped(name: str) -> bool:
    """Whether the manifest of an id comes with the package."""
    return name in shipped()


def file_of(name: str) -> Path | None:
    """The file of a brought manifest; None for the package's own and unknown ones."""
    return None if name in shipped() else _brought().get(name)


def _read(name: str, path: Path) -> Manifest:
    manifest = load(path)
    if manifest.id != name:
        raise SettingsError(f"{path}: its id is {manifest.id!r}; name the file {manifest.id}.toml.")
    return manifest
