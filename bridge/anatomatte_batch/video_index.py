"""Which pictures a video holds, in their order: built once for a file, kept for the process.

Picture n is the n-th that a full decode gives.  Most files say so in their packets: every one has a time
stamp of its own and gives one picture.  Where that is so, and the first pictures that the decoder gives
agree, the packets are only listed; where it is not (raw streams, H.264 in AVI or MXF, codecs with packets
that show nothing), the file is decoded once.
"""

from __future__ import annotations

import bisect
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .video_file import VideoFile

_ONE_EACH = frozenset(
    ("h264", "hevc", "vvc", "mpeg1video", "mpeg2video", "vp9", "av1", "ffv1", "theora", "qtrle", "cinepak")
)
"""Codecs between whose packets and pictures there is one-to-one, besides those of single pictures."""

_CLEAN_KEYS = _ONE_EACH | frozenset(
    ("vp8", "mpeg4", "h263", "flv1", "wmv1", "wmv2", "wmv3", "vc1", "msmpeg4v2", "msmpeg4v3", "svq1", "rv40")
)
"""Codecs whose key frames, as containers mark them, need nothing from before them."""

_PROBED = 10
_KEPT = 32


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet of the video in the order of the file: ``pts``, ``dts`` in ticks of the stream."""

    pts: int | None
    dts: int | None
    key: bool
    clean: bool
    discard: bool
    size: int


@dataclass(frozen=True, slots=True)
class Index:
    """The pictures of a file.

    Attributes:
        times: the time stamp of each picture, in the order of a full decode; None where it has none.
        packets: all packets, in the order of the file.
        seekable: whether time stamps identify pictures, so that reading may begin at a key frame.
        interlaced: whether pictures are marked as two fields.
        promised: how many pictures the container says it holds, where that is more than there are; else 0.
        certain: how many pictures have a number for sure: in a file without time stamps, those before the
            first that cannot be decoded.
    """

    times: Sequence[int | None]
    packets: Sequence[Packet]
    seekable: bool
    interlaced: bool = False
    promised: int = 0
    certain: int = sys.maxsize
    places: dict[int, int] = field(default_factory=dict)
    orders: dict[int, int] = field(default_factory=dict)
    keys: Sequence[tuple[int, int]] = ()

    def key_before(self, place: int, back: int = 0) -> int:
        """The packet, by its number, at which decoding begins for the picture at *place*: a key frame that is
        not shown later, or one of the *back* before it; 0 is the beginning of the file."""
        time = self.times[place]
        if not self.seekable or time is None:
            return 0
        at = bisect.bisect_right(self.keys, (time, len(self.packets))) - 1
        own = self.orders.get(time, 0)
        while at >= 0 and self.keys[at][1] > own:
            at -= 1
        if at >= 0 and not self.packets[self.keys[at][1]].clean:
            back += 1  # a point of recovery: pictures are whole again at the next one
        return self.keys[at - back][1] if at >= back else 0


_known: OrderedDict[tuple[object, ...], Index] = OrderedDict()
_lock = threading.Lock()


def index_of(path: Path, identity: tuple[object, ...]) -> Index:
    """The index of a file, from memory where *identity* (size, dates) is known.

    Raises:
        PlateError: there is no video in the file, or it cannot be read.
    """
    key = (str(path), *identity)
    with _lock:
        if (found := _known.get(key)) is not None:
            _known.move_to_end(key)
            return found
    made = _built(path)
    with _lock:
        _known[key] = made
        while len(_known) > _KEPT:
            _known.popitem(last=False)
    return made


def _built(path: Path) -> Index:
    with VideoFile(path) as file:
        packets = tuple(_packet(file, one) for one in file.packets())
        one_each, clean = file.single_pictures or file.codec in _ONE_EACH, file.codec in _CLEAN_KEYS
        seekable = file.single_pictures or clean
        last = max((one.pts for one in packets if one.pts is not None), default=None)
        promised = file.promised(len(packets), last)
    shown = [packet.pts for packet in packets if not packet.discard]
    stamps = sorted(time for time in shown if time is not None)
    times: Sequence[int | None] | None = None
    certain = sys.maxsize
    if one_each and len(stamps) == len(shown) == len(set(stamps)):
        times, interlaced = _from_packets(path, packets, stamps)
    if times is None:
        times, interlaced, ordered, whole = _decoded(path, packets)
        seekable = seekable and ordered
        if not (ordered or whole == len(times)):
            certain, times = whole, [None] * max(len(times), len(shown))
    keys = sorted((p.pts, order) for order, p in enumerate(packets) if p.key and p.pts is not None)
    places = {time: place for place, time in enumerate(times) if time is not None}
    orders = {p.pts: order for order, p in reversed(list(enumerate(packets))) if p.pts is not None}
    more = max(0, promised - len(packets))
    return Index(
        tuple(times),
        packets,
        seekable,
        interlaced,
        len(times) + more if more else 0,
        certain,
        places,
        orders,
        tuple(keys),
    )


def _packet(file: VideoFile, one: Any) -> Packet:
    clean = bool(one.is_keyframe) and (file.codec != "h264" or file.starts_afresh(one))
    return Packet(one.pts, one.dts, bool(one.is_keyframe), clean, bool(one.is_discard), one.size)


def _from_packets(path: Path, packets: Sequence[Packet], stamps: list[int]) -> tuple[list[int] | None, bool]:
    """The pictures by the packets' time stamps, those of the beginning as they are decoded, and whether
    those are interlaced; None where the decoder's stamps are others.

    A file that begins inside a group of pictures, or with pictures that hang on absent ones, gives fewer at
    its beginning than it has packets.
    """
    keys = [packet.pts for packet in packets if packet.key and packet.pts is not None]
    whole = bool(keys) and packets[0].key and stamps[:1] >= keys[:1]
    until = None if whole else next((time for time in keys[1:] if time > stamps[0]), None)
    seen: list[int] = []
    interlaced = False
    with VideoFile(path, careful=True) as file:
        for picture in file.pictures():
            if picture.pts is None:
                return None, False
            seen.append(int(picture.pts))
            interlaced = interlaced or bool(picture.interlaced_frame)
            if (whole and len(seen) >= _PROBED) or (until is not None and seen[-1] >= until):
                break
    if not seen or seen != sorted(set(seen)) or not set(stamps).issuperset(seen):
        return None, interlaced
    if whole:  # one that is not given may be damaged: it keeps its place
        return stamps, interlaced
    return seen + stamps[bisect.bisect_right(stamps, seen[-1]) :], interlaced


def _decoded(path: Path, packets: Sequence[Packet]) -> tuple[list[int | None], bool, bool, int]:
    """Decode the file: the time stamps of all pictures, whether some are interlaced, whether the stamps tell
    pictures apart, and how many came before the decoder refused a packet.

    A packet that is refused keeps its place where stamps tell pictures apart.
    """
    for careful in (False, True):
        times: list[int | None] = []
        interlaced, whole = False, 0
        with VideoFile(path, careful) as file:
            for picture in file.pictures():
                times.append(picture.pts)
                interlaced = interlaced or bool(picture.interlaced_frame)
                whole += not file.refused
            refused = file.refused
            invented = bool(refused) and file.box.format.name == "avi" and not file.single_pictures
        if not refused:
            break
    stamps = [time for time in times if time is not None]
    sent = {packet.pts for packet in packets if not packet.discard and packet.pts is not None}
    ordered = len(stamps) == len(times) and stamps == sorted(set(stamps)) and sent.issuperset(stamps)
    ordered = ordered and not invented  # AVI has none: they are counted, and wrong once a picture is absent
    if ordered and refused and stamps:
        times = [*sorted([*stamps, *(time for time in sent.difference(stamps) if time > stamps[0])])]
    return times, interlaced, ordered, whole


def pictures_from(file: VideoFile, index: Index, order: int) -> tuple[Iterator[Any], int]:
    """The pictures that are decoded from the packet with the number *order* on, and from which they are: 0
    where the container does not go where it is asked to.

    Raises:
        PlateError: the file cannot be opened any more.
    """
    if order > 0 and _entered(file, index, order):
        return file.pictures(), order
    file.rewind()
    return file.pictures(), 0


def _entered(file: VideoFile, index: Index, order: int) -> bool:
    """Whether the next packet of *file* is the one with this number, whole."""
    wanted = index.packets[order]
    earlier = [at for _, at in index.keys if at <= order]
    for at in sorted(earlier, reverse=True)[:4]:
        packet = index.packets[at]
        stamps = [stamp for stamp in (packet.pts, packet.dts) if stamp is not None]
        if not stamps or not file.seek(min(stamps)):
            return False
        landed = file.skip_to(lambda one: (one.pts, one.dts) == (wanted.pts, wanted.dts), index.orders, order)
        if landed is not None and landed.size == wanted.size:
            return True
    return False
