"""Whether a pickle is nothing but tensors: read with inert stand-ins, so that nothing of it runs.

A pickle names functions and calls them.  Here every name is looked up in a short list of what
published weights consist of, and stands for an object that does nothing; any other name is refused
in a sentence.  Loading proper is still torch's, with ``weights_only``.
"""

from __future__ import annotations

import io
import pickle
import pickletools
import re
from typing import IO, Any, NoReturn

_HARMLESS = re.compile(
    r"collections (OrderedDict|defaultdict|Counter)"
    r"|(detectron2|fvcore|yacs|iopath|omegaconf|modelscope|mask2former)(\.\w+)* [A-Za-z]\w*"
    r"|(__builtin__|builtins) (set|frozenset|list|dict|tuple|int|float|bool|str|complex|bytearray|slice)"
    r"|torch (Size|Tensor|device|dtype|[A-Za-z]*Storage|b?float\d+|u?int\d+|bool|float|double|half|long)"
    r"|torch\._utils _rebuild_(tensor|tensor_v2|tensor_v3|parameter|parameter_with_state)"
    r"|torch\.(nn\.parameter (Parameter|Buffer)|storage (Typed|Untyped)Storage|_tensor _rebuild_from_type_v2)"
    r"|numpy(\.core|\._core)?(\.multiarray|\.numeric)? (_reconstruct|scalar|_frombuffer|ndarray|dtype)"
    r"|numpy(\.dtypes)? ([A-Za-z]+\d*DType|float\d+|u?int\d+|bool_)"
    r"|_codecs encode"
)
"""The second line: what training frameworks leave in their checkpoints (schedulers, configurations).
No loader of ours imports them; they become empty shells."""

_BIGGEST = 256 * 2**20
"""Bytes of a pickle without its tensors' data; real ones have one or two million."""


class Hostile(Exception):
    """The pickle wants something that weights do not need; the text says what."""


class Broken(Exception):
    """The pickle ends early or is none."""


class _Inert:
    """Takes every call and every part, and does nothing."""

    def __new__(cls, *_: Any, **__: Any) -> _Inert:
        return object.__new__(cls)

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def __call__(self, *_: Any, **__: Any) -> _Inert:
        return _Inert()

    def __setstate__(self, _: Any) -> None: ...

    def __setitem__(self, _: Any, __: Any) -> None: ...

    def __hash__(self) -> int:
        return 0

    def append(self, _: Any) -> None:
        """As a list that is being filled."""

    def extend(self, _: Any) -> None:
        """As a list that is being filled."""

    def add(self, _: Any) -> None:
        """As a set that is being filled."""


class _Reader(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str, /) -> Any:
        if not _HARMLESS.fullmatch(f"{module_name} {global_name}"):
            raise Hostile(f"it would run {module_name}.{global_name}")
        return _Inert

    def persistent_load(self, pid: Any) -> Any:
        return _Inert()


def check(stream: IO[bytes], most: int = 1) -> None:
    """Read up to *most* pickles that follow each other in *stream*.

    Raises:
        Hostile: one of them names something that weights do not consist of.
        Broken: one of them is damaged.
    """
    for _ in range(most):
        began = stream.tell()
        _check_sizes(stream, began)
        stream.seek(began)
        try:
            _Reader(stream).load()
        except Hostile:
            raise
        except (MemoryError, RecursionError):
            raise Hostile("it claims more memory than it fills") from None
        except Exception as why:  # a damaged pickle may end in any of Python's own errors
            _broken(why)


def check_bytes(data: bytes) -> None:
    """As `check`, of one pickle in memory."""
    check(io.BytesIO(data))


def _check_sizes(stream: IO[bytes], began: int) -> None:
    """No number of a memo, and no length, beyond what the pickle's own size explains."""
    puts = 0
    try:
        for code, argument, place in pickletools.genops(stream):
            if (place or 0) - began > _BIGGEST:
                raise Hostile("it is far larger than lists of weights are")
            if code.name.startswith("EXT"):
                raise Hostile("it names things by the numbers of a registry")
            if code.name in ("PUT", "BINPUT", "LONG_BINPUT"):
                puts += 1
                if not 0 <= int(str(argument)) <= 4 * puts + 1024:
                    raise Hostile("it claims memory that it does not fill")
    except Hostile:
        raise
    except MemoryError:
        raise Hostile("it claims more memory than it fills") from None
    except Exception as why:  # as above
        _broken(why)


def _broken(why: Exception) -> NoReturn:
    raise Broken(str(why) or type(why).__name__) from why
