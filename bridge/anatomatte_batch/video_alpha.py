"""Whether pictures of a video have an alpha that its decoder does not give."""

from __future__ import annotations

from collections.abc import Iterator

_PREFIX_SEI, _ALPHA_INFO = 39, 165


def hevc_has_alpha(extra: bytes, packet: bytes) -> bool:
    """Whether HEVC carries an alpha in a layer of its own, as Apple's programs and x265 write it: by its
    alpha channel information (ITU-T H.265, annex F).

    Args:
        extra: what the container says of the stream: an hvcC, or units behind start codes.
        packet: the first one of the stream.
    """
    lengths = extra[21] % 4 + 1 if extra[:1] == b"\x01" and len(extra) > 22 else 0
    units = [*_of_record(extra), *_by_length(packet, lengths)] if lengths else _by_code(extra + packet)
    return any(
        _ALPHA_INFO in _payloads(unit[2:]) for unit in units if unit[:1] and unit[0] >> 1 == _PREFIX_SEI
    )


def _payloads(data: bytes) -> Iterator[int]:
    """Kinds of the messages in a unit of supplemental information (7.3.5)."""
    at = 0
    while at + 1 < len(data) and data[at:] != b"\x80":
        told = []
        for _ in range(2):
            value = 0
            while at < len(data) and data[at] == 255:
                value, at = value + 255, at + 1
            told.append(value + (data[at] if at < len(data) else 0))
            at += 1
        yield told[0]
        at += told[1]


def _of_record(extra: bytes) -> Iterator[bytes]:
    """The units in an hvcC (ISO/IEC 14496-15, 8.3.3)."""
    at = 23
    for _ in range(extra[22]):
        count, at = int.from_bytes(extra[at + 1 : at + 3], "big"), at + 3
        for _ in range(count):
            length = int.from_bytes(extra[at : at + 2], "big")
            yield extra[at + 2 : at + 2 + length]
            at += 2 + length


def _by_length(data: bytes, lengths: int) -> Iterator[bytes]:
    at = 0
    while at + lengths < len(data):
        length = int.from_bytes(data[at : at + lengths], "big")
        yield data[at + lengths : at + lengths + length]
        at += lengths + length


def _by_code(data: bytes) -> Iterator[bytes]:
    yield from data.split(b"\0\0\1")[1:]
