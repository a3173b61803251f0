"""Files that a command writes beside its frames: never over a plate, and of the kind that their name says."""

from __future__ import annotations

from pathlib import Path

from anatomatte.errors import SettingsError

from .formats import BY_SUFFIX

_OTHERS = (
    ".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".toml", ".json", ".ndjson", ".jsonl",
    ".yaml", ".yml", ".xml", ".csv", ".ini", ".py", ".onnx", ".pt", ".pth", ".safetensors",
)  # fmt: skip
"""Kinds of files besides pictures and videos; any other suffix may be a version or somebody's habit."""


def check_name(path: str | Path, kinds: tuple[str, ...], what: str) -> None:
    """Refuse a name that says it is another kind of file, a plate's above all.

    Args:
        path: where *what* is to be written.
        kinds: suffixes that it has, the usual one first.

    Raises:
        SettingsError: the name has the suffix of another kind.
    """
    suffix = Path(path).suffix.lower()
    if suffix in (*BY_SUFFIX, *_OTHERS) and suffix not in kinds:
        raise SettingsError(f"{path}: {what} is no {suffix} file; name it like {Path(path).stem}{kinds[0]}.")
