"""What a decoder says beside a picture, of kinds that PyAV has a name for and of newer ones."""

from __future__ import annotations

from typing import Any


def side_data_of(frame: Any) -> Any:
    """The side data of a frame of PyAV, by name and by place.

    PyAV 18 names the kinds that FFmpeg 7 has, is built with FFmpeg 8, and fails for all of a frame's where
    one is of a later kind: Exif in MJPEG and TIFF as cameras write it, a view of a stereo HEVC.  They get a
    name that says nothing.
    """
    try:
        return frame.side_data
    except ValueError:
        from av.sidedata import sidedata

        sidedata.Type._missing_ = classmethod(_unnamed)  # type: ignore[method-assign, assignment]
        return frame.side_data


def _unnamed(kinds: Any, value: object) -> Any:
    """A member for a number that an enumeration does not have."""
    made = object.__new__(kinds)
    made._name_, made._value_ = f"KIND_{value}", value
    return made
