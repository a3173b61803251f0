"""The consent note without which no face is replaced: who, to what, when.  Standard library only."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Protocol

from ..errors import SettingsError
from ..toml_table import field

CURE = (
    "write who agreed (consent_who), to what (consent_what) and when (consent_when, as 2026-11-29) on the "
    "page Faces, by --set, in [consent] of a preset, or as the table consent of the shot file"
)


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent note of a shot: `who` agreed, to `what`, `when` (a date, ISO 8601), and a free `note`."""

    who: str = field("text", "")
    what: str = field("text", "")
    when: str = field("text", "")
    note: str = field("text", "")

    @property
    def given(self) -> bool:
        """Whether anything was written; a note that is not whole is a mistake."""
        return any((self.who, self.what, self.when, self.note))

    @property
    def text(self) -> str:
        """The note as one JSON text, for headers and records."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)


class _Values(Protocol):
    """The controls of the page Faces that say who agreed."""

    @property
    def consent_who(self) -> str: ...
    @property
    def consent_what(self) -> str: ...
    @property
    def consent_when(self) -> str: ...
    @property
    def consent_note(self) -> str: ...


def of_controls(values: _Values) -> Consent:
    """The note that the controls hold."""
    said = (values.consent_who, values.consent_what, values.consent_when, values.consent_note)
    return Consent(*(text.strip() for text in said))


def checked(note: Consent, where: str) -> Consent:
    """*note* if it is whole.

    Raises:
        SettingsError: who, what or when is missing, or when is no date.
    """
    for name in ("who", "what", "when"):
        if not getattr(note, name).strip():
            raise SettingsError(f"{where}: the consent note does not say {name}; {CURE}.")
    try:
        datetime.date.fromisoformat(note.when.strip())
    except ValueError as why:
        raise SettingsError(
            f"{where}: consent_when = {note.when!r} is no date; write it as year-month-day, as 2026-11-29."
        ) from why
    return note


def needed(values: _Values, sidecar: Consent | None) -> Consent:
    """The note under which a face may be replaced: the controls' where they hold one, else the sidecar's.

    Raises:
        SettingsError: there is none, or it is not whole.
    """
    own = of_controls(values)
    if own.given:
        return checked(own, "Replace face (swap)")
    if sidecar is not None and sidecar.given:
        return checked(sidecar, "The shot file")
    raise SettingsError(
        f"Replace face (swap) is off until a consent note is given for this shot: {CURE}. A source, a "
        "network or a licence does not stand in for it."
    )


def marks(note: Consent, source: str, how: str) -> Mapping[str, str]:
    """What a result's header says: that the face was replaced, *how*, by which source, under which consent.

    Args:
        source: the digest of the source's pictures.
    """
    return {"face_replaced": how, "face_source": source, "face_consent": note.text}
