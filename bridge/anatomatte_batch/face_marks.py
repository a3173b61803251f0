"""What a picture with another face says of it: of a still and of what a screen is shown, as of a batch's
files (`provenance`); and how files that keep no description hold such marks."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from .node import Account

NAMES = ("face_replaced", "face_source", "face_consent", "face_reference", "face_actor")
"""Facts of frames in which a face is replaced, and of no others."""

PREFIX = "anatomatte:"
NONE: Mapping[str, str] = MappingProxyType({})

_XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt>'
    '<rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt></dc:description></rdf:Description></rdf:RDF>'
    "</x:xmpmeta>"
)
"""A packet of XMP with one text: ISO 16684-1, `dc:description`."""


def of(accounts: Iterable[Account]) -> dict[str, str]:
    """The marks of a picture that took these renders; none where no face was replaced in any of them."""
    found: dict[str, str] = {}
    for one in accounts:
        if one.face == "replaced":
            found |= {PREFIX + name: one.facts[name] for name in NAMES if name in one.facts}
    return found


def together(several: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The marks of a page of pictures: of each mark the texts that differ, a line each."""
    found: dict[str, list[str]] = {}
    for marks in several:
        for name, said in marks.items():
            if said not in found.setdefault(name, []):
                found[name].append(said)
    return {name: "\n".join(texts) for name, texts in found.items()}


def text(marks: Mapping[str, str]) -> str:
    """Marks as one JSON text, for files that keep a single description."""
    return json.dumps(dict(marks), sort_keys=True)


def xmp(marks: Mapping[str, str]) -> str:
    """Marks as a packet of XMP, for files that keep no description."""
    return _XMP.format(html.escape(text(marks), quote=False))


def of_webp(path: Path) -> dict[str, str]:
    """The marks in the XMP of a WebP (chunks of RIFF: RFC 9649, 2.3 and 2.7); empty where there are none."""
    packet = b""
    with path.open("rb") as file:
        head = file.read(12)
        while head[:4] == b"RIFF" and len(chunk := file.read(8)) == 8:
            size = int.from_bytes(chunk[4:], "little")
            if chunk[:4] == b"XMP ":
                packet = file.read(size)
                break
            file.seek(size + size % 2, 1)
    told = re.search(r'<rdf:li xml:lang="x-default">(.*?)</rdf:li>', packet.decode("utf-8", "replace"), re.S)
    try:
        found = json.loads(html.unescape(told[1])) if told else {}
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): str(said) for name, said in found.items() if name.startswith(PREFIX)}
