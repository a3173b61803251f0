"""What there is to know about a network: where its file is, under which licence, how it is fed.

A manifest is a TOML file: `models/catalogue/*.toml` in the package, or a user's own.  It holds everything
that a runner needs, so that a network needs no code of its own.  Reading is strict: an unknown key
names the nearest known one, and what does not fit together is told in a sentence.  The tables of a
manifest and their units are in `manifest_fields.py`.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from .. import text_file
from ..errors import SettingsError
from ..parts import GROUPS, LABEL_SETS, PARTS
from ..toml_table import field, known_keys, nearest, parse, read
from .manifest_fields import (
    FORMATS,
    LICENCES,
    PRECISIONS,
    PROVIDERS,
    RUNTIMES,
    Back,
    Classes,
    Extra,
    Face,
    File,
    Input,
    Licence,
    Output,
    Pad,
    Run,
    Size,
    Time,
)

__all__ = [
    "FORMAT", "FORMATS", "LICENCES", "PRECISIONS", "PROVIDERS", "RUNTIMES",
    "Back", "Classes", "Extra", "Face", "File", "Input", "Licence", "Manifest", "Output", "Pad", "Run",
    "Size", "Time", "load", "parsed", "shipped",
]  # fmt: skip

FORMAT = 1
"""The format of the manifests that this version reads."""

SHIPPED = Path(__file__).resolve().parent / "catalogue"
"""The manifests in the package."""

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SHA = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]*")
_URL = re.compile(r"(https?|file)://\S+")
_BIGGEST = 64 * 2**30
_RUNS: Mapping[str, str] = {"onnx": "onnx", "torchscript": "torchscript", "tflite": "tflite"}


@dataclasses.dataclass(frozen=True)
class Manifest:
    """A network as its manifest describes it.

    `runtime` ``native`` is code of ours, named by `native`; the other runtimes are run from this
    description alone.  `engines` are the menus that may offer it: ``parts``, ``alpha``, ``edge``;
    networks for faces, ``swap`` and ``identity``, are named by their id.
    `subject` is what it finds: ``people`` (all of them), ``person`` (one), ``anything`` that
    stands out, ``hair``, ``face``, or what the hint or trimap marks (``given``).  `region` is what
    of the picture it must be shown: all, a box around a person, or around a face.
    """

    licence: Licence
    files: tuple[File, ...]
    id: str = field("text")
    title: str = field("text")
    runtime: str = field("text", choices=RUNTIMES)
    format: int = field("int", FORMAT)
    about: str = field("text", "")
    page: str = field("text", "")
    native: str = field("text", "")
    engines: tuple[str, ...] = field("texts", (), choices=("parts", "alpha", "edge", "swap", "identity"))
    subject: str = field("text", "people", choices=("people", "person", "anything", "hair", "face", "given"))
    region: str = field("text", "picture", choices=("picture", "person", "face"))
    input: Input = dataclasses.field(default_factory=Input)
    size: Size = dataclasses.field(default_factory=Size)
    pad: Pad = dataclasses.field(default_factory=Pad)
    extras: tuple[Extra, ...] = ()
    outputs: tuple[Output, ...] = ()
    classes: Classes = dataclasses.field(default_factory=Classes)
    back: Back = dataclasses.field(default_factory=Back)
    time: Time = dataclasses.field(default_factory=Time)
    face: Face = dataclasses.field(default_factory=Face)
    run: Run = dataclasses.field(default_factory=Run)

    @property
    def class_parts(self) -> tuple[tuple[str, ...], ...]:
        """For each class in the order of the network's channels the parts that it means."""
        if self.classes.set:
            return tuple(LABEL_SETS[self.classes.set].values())
        return tuple(_parts(self.classes.parts[label]) for label in self.classes.labels)

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes' names in the order of the network's channels."""
        return tuple(LABEL_SETS[self.classes.set]) if self.classes.set else self.classes.labels

    @property
    def states(self) -> tuple[Extra, ...]:
        """The inputs that carry a recurrent network's memory."""
        return tuple(extra for extra in self.extras if extra.what == "state")

    def file(self, precision: str = "") -> File:
        """The file of a precision; the first one where none is named.

        Raises:
            SettingsError: there is none of that precision.
        """
        for entry in self.files:
            if not precision or entry.precision == precision:
                return entry
        there = ", ".join(entry.precision for entry in self.files)
        raise SettingsError(f"{self.id} has no file in {precision}; there is {there}.")


_ONE: Mapping[str, Any] = {
    "licence": Licence, "input": Input, "size": Size, "pad": Pad, "classes": Classes, "back": Back,
    "time": Time, "run": Run, "face": Face,
}  # fmt: skip
_MANY: Mapping[str, tuple[str, Any]] = {
    "file": ("files", File), "extra": ("extras", Extra), "output": ("outputs", Output),
}  # fmt: skip


def parsed(text: str, where: str) -> Manifest:
    """The manifest in a TOML text; *where* names the file in messages.

    Raises:
        SettingsError: not TOML, an unknown or missing key, a wrong value, parts that do not fit.
    """
    table = parse(text, where)
    heads = [f.name for f in dataclasses.fields(Manifest) if "kind" in f.metadata]
    known_keys(table, [*heads, *_ONE, *_MANY], where)
    if table.get("format", FORMAT) != FORMAT:
        raise SettingsError(
            f"{where}: format = {table['format']!r}; this version reads format {FORMAT}: "
            "update Anatomatte or write the manifest anew."
        )
    if "licence" not in table:
        raise SettingsError(f"{where} needs a table [licence] with weights and kind.")
    tables: dict[str, Any] = {
        name: read(kind, table[name], f"{where} [{name}]") for name, kind in _ONE.items() if name in table
    }
    for name, (plural, kind) in _MANY.items():
        entries = table.get(name, [])
        if not isinstance(entries, list):
            raise SettingsError(f"{where}: {name} must be written as [[{name}]].")
        tables[plural] = tuple(
            read(kind, entry, f"{where} [[{name}]] {number}") for number, entry in enumerate(entries, 1)
        )
    head = read(Manifest, {key: table[key] for key in table if key in heads}, where, **tables)
    for check in _CHECKS:
        for complaint in check(head):
            raise SettingsError(f"{where}: {complaint}")
    return head


def load(path: Path) -> Manifest:
    """The manifest in a file.

    Raises:
        SettingsError: it cannot be read, or what `parsed` raises.
    """
    try:
        text = text_file.read(path)
    except (OSError, UnicodeDecodeError) as why:
        reason = getattr(why, "strerror", None) or "it is not UTF-8 text"
        raise SettingsError(f"The manifest {path} cannot be read: {reason}.") from why
    return parsed(text, str(path))


@functools.cache
def shipped() -> Mapping[str, Manifest]:
    """The manifests of the package by id, in alphabetical order."""
    found = (load(path) for path in sorted(SHIPPED.glob("*.toml")))
    return {manifest.id: manifest for manifest in found}


def _parts(names: tuple[str, ...]) -> tuple[str, ...]:
    """Parts and groups as parts, each once, in their order."""
    flat = [part for name in names for part in GROUPS.get(name, (name,))]
    return tuple(dict.fromkeys(flat))


def _head(it: Manifest) -> Iterator[str]:
    if not _ID.fullmatch(it.id) or len(it.id) > 64:
        yield f"id = {it.id!r}: it takes small letters, digits and single hyphens between them."
    if not it.title.strip():
        yield "title is empty."
    if (it.runtime == "native") != bool(it.native):
        yield 'native names our own code for it, where runtime = "native" and nowhere else.'
    if not it.files:
        yield "it needs at least one [[file]]."
    if it.runtime != "native" and not it.outputs:
        yield "it needs at least one [[output]]: alpha, parts, labels or foreground."


def _files(it: Manifest) -> Iterator[str]:
    seen: set[str] = set()
    for entry in it.files:
        where = f"[[file]] {entry.name}"
        if not _NAME.fullmatch(entry.name) or len(entry.name) > 128:
            yield f"{where}: name is the name of a file, without a folder."
        if entry.precision in seen:
            yield f"{where}: there is another file in {entry.precision}."
        seen.add(entry.precision)
        if entry.sha256 and not _SHA.fullmatch(entry.sha256):
            yield f"{where}: sha256 takes 64 hexadecimal digits in small letters, or nothing if unknown."
        if entry.bytes > _BIGGEST:
            yield f"{where}: bytes = {entry.bytes} is beyond the {_BIGGEST} that a file may have."
        for url in entry.urls:
            if not _URL.fullmatch(url):
                yield f"{where}: {url!r} is no https://, http:// or file:// address."
        if bool(entry.wheel) != bool(entry.member):
            yield f"{where}: wheel and member belong together."
        if entry.wheel and not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", entry.wheel):
            yield f'{where}: wheel = {entry.wheel!r}: it takes "name==version".'
        if (wanted := _RUNS.get(it.runtime)) and entry.format != wanted:
            yield f"{where}: format = {entry.format!r}, but the runtime {it.runtime} runs {wanted!r}."
        if any(not _SHA.fullmatch(sha) for sha in entry.wheel_sha256.values()):
            yield f"{where}: wheel_sha256 takes 64 hexadecimal digits a wheel."


def _sizes(it: Manifest) -> Iterator[str]:
    size = it.size
    if size.rule == "fixed" and not (size.height and size.width):
        yield '[size] rule = "fixed" needs height and width.'
    if size.rule in ("long", "short") and not size.side:
        yield f'[size] rule = "{size.rule}" needs side.'
    if size.rule != "fixed" and (size.height or size.width or size.aspect == "keep"):
        yield f'[size] height, width and aspect belong to rule = "fixed", not to "{size.rule}".'
    if size.when == "outside" and size.rule != "short":
        yield '[size] when = "outside" belongs to rule = "short".'
    if any(step == 0.0 for step in it.input.std) or any(extra.std == 0.0 for extra in it.extras):
        yield "std must not be 0."
    if it.input.range[0] >= it.input.range[1]:
        yield "[input] range takes the low and then the high end."
    steps = [(it.input.range[1] - it.input.range[0]) / abs(std or 1.0) for std in it.input.std]
    if it.input.dtype == "uint8" and min(steps) < 2:
        yield '[input] dtype = "uint8" makes whole numbers: write range = [0, 255], without mean and std.'


def _extras(it: Manifest) -> Iterator[str]:
    joined = False
    for number, extra in enumerate(it.extras, 1):
        where = f"[[extra]] {number} ({extra.what})"
        if extra.join == "channel":
            if extra.what not in ("hint", "trimap", "constant"):
                yield f'{where}: only a hint, a trimap or a constant can join as "channel".'
            if joined:
                yield f'{where}: another one already joins as "channel".'
            joined = True
        elif not extra.name:
            yield f'{where} needs the name of its input, or join = "channel".'
        if extra.what == "state" and not (extra.source and extra.shape):
            yield f"{where} needs source (the output that it comes from) and shape (of the first zeros)."
        if extra.what == "ratio" and not extra.side:
            yield f"{where} needs side."
    if bool(it.states) != (it.time.contract == "recurrent"):
        yield '[time] contract = "recurrent" belongs to a network with [[extra]] what = "state".'
    if it.states and (it.region != "picture" or any(e.what in ("hint", "trimap") for e in it.extras)):
        yield (
            'a network with [[extra]] what = "state" looks at the whole picture, without hint or trimap: '
            "what it remembers would be of another place or another matte."
        )
    if it.time.overlap > it.time.block:
        yield "[time] overlap is longer than block."


def _outputs(it: Manifest) -> Iterator[str]:
    for number, output in enumerate(it.outputs, 1):
        where = f"[[output]] {number} ({output.what})"
        if (output.encoding == "index") != (output.what == "labels"):
            yield f'{where}: encoding = "index" belongs to what = "labels".'
        if output.what in ("parts", "labels") and not it.class_names:
            yield f"{where} needs [classes]: a set, or labels and parts."
        if output.what == "parts" and output.layout in ("NHW", "HW"):
            yield f"{where}: layout = {output.layout!r} has no channels for the classes."
        if output.what == "foreground" and output.layout in ("NHW", "HW"):
            yield f"{where}: layout = {output.layout!r} has no channels for the colours."


def _classes(it: Manifest) -> Iterator[str]:
    classes = it.classes
    if classes.set:
        if classes.set not in LABEL_SETS:
            yield f"[classes] set = {classes.set!r}; {nearest(classes.set, LABEL_SETS)}"
        if classes.labels or classes.parts:
            yield "[classes] takes a set, or labels and parts, not both."
        return
    for label in classes.labels:
        if label not in classes.parts:
            yield f"[classes.parts] does not say which parts {label!r} is."
    for label, names in classes.parts.items():
        if label not in classes.labels:
            yield f"[classes.parts] {label!r} is not among the labels; {nearest(label, classes.labels)}"
        for name in names:
            if name not in PARTS and name not in GROUPS:
                yield f"[classes.parts] {label}: no part {name!r}; {nearest(name, [*PARTS, *GROUPS])}"
        if not names:
            yield f'[classes.parts] {label} is empty; what is no part of a person is "background".'
    if len(set(classes.labels)) != len(classes.labels):
        yield "[classes] labels has a name twice."


def _faces(it: Manifest) -> Iterator[str]:
    uses = {"swap": "face", "identity": "vector"}
    for engine, what in uses.items():
        if (engine in it.engines) != any(output.what == what for output in it.outputs):
            yield f'engines = ["{engine}"] belongs to a network with [[output]] what = "{what}".'
    if not set(uses) & set(it.engines):
        return
    if len(it.engines) > 1 or it.runtime == "native":
        yield "a network for faces has one use, and is run from its manifest."
    if it.face.template not in (112, 128, 256, 512):
        yield f"[face] template = {it.face.template}; it takes 112, 128, 256 or 512."
    if "swap" in it.engines and not it.face.source and it.face.takes != "nothing":
        yield (
            "[face] source must name the input that takes whose face is put in; a network that knows one "
            'face alone has takes = "nothing".'
        )
    if it.face.source and it.face.takes == "nothing":
        yield '[face] takes = "nothing" has no source.'
    if "swap" in it.engines and it.face.takes == "vector" and not it.face.identity:
        yield '[face] takes = "vector" needs identity, the id of the network that makes it.'
    if it.face.low >= it.face.high:
        yield "[face] low must be below high."
    if not it.licence.faces:
        yield '[licence] faces is missing: read its terms and write "allowed" or "forbidden".'


_CHECKS: tuple[Callable[[Manifest], Iterator[str]], ...] = (
    _head, _files, _sizes, _classes, _extras, _outputs, _faces,
)  # fmt: skip
