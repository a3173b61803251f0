"""What ``anatomatte doctor`` says of the model store: its folders, the policy, and what is damaged."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from anatomatte.errors import AnatomatteError
from anatomatte.models import store
from anatomatte.models.manifest import LICENCES
from anatomatte.models.store import catalogue, places, policy, records
from anatomatte.models.store.files import said

Line = tuple[str, str]
"""(``ok``, ``failed`` or ``hint``; what is told)."""

_NAMED = 2  # damaged files that are told one by one


def lines() -> Iterator[Line]:
    """Two or three lines, and one for each thing that is wrong; no file's content is read."""
    yield "ok", "; ".join(_folder(root) for root in places.roots())
    try:
        yield _policy()
    except AnatomatteError as why:
        yield "failed", str(why)
        return
    _, unreadable = catalogue.known()
    damaged = [found.told for found in store.verify(content=False) if found.told]
    wrong = [*unreadable.values(), *damaged]
    yield from (("failed", told) for told in wrong[:_NAMED])
    if len(wrong) > _NAMED:
        yield "failed", f"and {len(wrong) - _NAMED} more; `anatomatte models verify` names them all"


def _folder(root: Path) -> str:
    """One folder: how much it holds, and whether it is written to."""
    if not root.is_dir():
        told = "not made yet" if root == places.own() else "not there: is the share mounted?"
        return f"{root}: {told}"
    held = list(records.of(root))
    blobs = {record.sha256: record.bytes for record in held}
    what = (
        f"{len(held)} file{'' if len(held) == 1 else 's'}, {said(sum(blobs.values()))}" if held else "empty"
    )
    writable = root == places.own() and os.access(root, os.W_OK)
    return f"{root}: {what}, {'written to' if writable else 'read only'}"


def _policy() -> Line:
    """What the policies permit together, and what is here and refused."""
    found = policy.policies()
    if not found:
        return "hint", "no policy: networks of every licence class are permitted"
    classes = [name for name in LICENCES if all(name in one.allow for one in found)]
    told = f"{', '.join(classes) or 'no class'} permitted by {' and '.join(one.origin for one in found)}"
    known, _ = catalogue.known()
    here = dict.fromkeys(record.id for _, record in records.everywhere())
    refused = [name for name in here if name in known and policy.refusal(known[name])]
    return "hint", told + (f"; here and refused: {', '.join(refused)}" if refused else "")
