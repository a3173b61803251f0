"""A filter of system calls (seccomp, Linux on x86-64): no sockets, no programs, no files to write.

What a network needs to be loaded and run goes through: reading, memory, threads, clocks. The filter is a
program of classic BPF (Linux `Documentation/userspace-api/seccomp_filter.rst`); numbers are those of
`arch/x86/entry/syscalls/syscall_64.tbl`.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

_SETS_UP = {
    "socket": 41, "connect": 42, "accept": 43, "bind": 49, "listen": 50, "socketpair": 53, "accept4": 288,
}  # fmt: skip
_RUNS_OR_REACHES_OTHERS = {
    "fork": 57, "vfork": 58, "execve": 59, "execveat": 322, "kill": 62, "tkill": 200, "ptrace": 101,
    "process_vm_readv": 310, "process_vm_writev": 311, "pidfd_open": 434, "pidfd_send_signal": 424,
    "pidfd_getfd": 438, "rt_sigqueueinfo": 129, "rt_tgsigqueueinfo": 297,
}  # fmt: skip
_CHANGES_THE_SYSTEM = {
    "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161, "unshare": 272, "setns": 308,
    "open_by_handle_at": 304, "bpf": 321, "userfaultfd": 323, "perf_event_open": 298, "add_key": 248,
    "request_key": 249, "keyctl": 250, "init_module": 175, "finit_module": 313, "kexec_load": 246,
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "open_tree": 428,
    "move_mount": 429, "fsopen": 430, "fsmount": 432, "mount_setattr": 442, "shmget": 29, "msgget": 68,
    "mq_open": 240,
}  # fmt: skip
_CHANGES_FILES = {
    "truncate": 76, "rename": 82, "mkdir": 83, "rmdir": 84, "creat": 85, "link": 86, "unlink": 87,
    "symlink": 88, "chmod": 90, "chown": 92, "lchown": 94, "utime": 132, "mknod": 133, "setxattr": 188,
    "lsetxattr": 189, "removexattr": 197, "lremovexattr": 198, "utimes": 235, "mkdirat": 258, "mknodat": 259,
    "fchownat": 260, "futimesat": 261, "unlinkat": 263, "renameat": 264, "linkat": 265, "symlinkat": 266,
    "fchmodat": 268, "utimensat": 280, "renameat2": 316, "fchmodat2": 452, "name_to_handle_at": 303,
}  # fmt: skip
_OPEN, _OPENAT, _OPENAT2, _CLONE, _CLONE3 = 2, 257, 437, 56, 435

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
"""Flags of open that only somebody who writes needs."""

_THREAD = 0x10000  # CLONE_THREAD
_X86_64, _X32 = 0xC000003E, 0x40000000
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16

_SECCOMP, _SET_FILTER, _ALL_THREADS = 317, 1, 1
_NO_NEW_PRIVILEGES = 38


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", code, yes, no, value)


def program(files: bool) -> bytes:
    """The filter as instructions of classic BPF.

    Args:
        files: whether opening for writing is refused too; drivers of GPUs open their devices so.
    """
    refuse = _step(_RETURN, _REFUSE | errno.EPERM)
    unknown = _step(_RETURN, _REFUSE | errno.ENOSYS)  # glibc goes on with the older call
    made = [
        _step(_LOAD, _ARCHITECTURE), _step(_EQUAL, _X86_64, 1), refuse,
        _step(_LOAD, _NUMBER), _step(_AT_LEAST, _X32, 0, 1), refuse,
    ]  # fmt: skip
    numbers = [*_SETS_UP.values(), *_RUNS_OR_REACHES_OTHERS.values(), *_CHANGES_THE_SYSTEM.values()]
    for number in (*numbers, *_CHANGES_FILES.values()):
        made += [_step(_EQUAL, number, 0, 1), refuse]
    for number in (_CLONE3, *([_OPENAT2] if files else [])):
        made += [_step(_EQUAL, number, 0, 1), unknown]
    made += _by_flags(_CLONE, 0, _THREAD, refused=False)
    if files:
        made += _by_flags(_OPEN, 1, WRITES, refused=True) + _by_flags(_OPENAT, 2, WRITES, refused=True)
    return b"".join([*made, _step(_RETURN, _ALLOW)])


def _by_flags(number: int, argument: int, bits: int, refused: bool) -> list[bytes]:
    """One call decided by an argument: *refused* where any of the bits is set, or else where none is."""
    allow, refuse = _step(_RETURN, _ALLOW), _step(_RETURN, _REFUSE | errno.EPERM)
    return [
        _step(_EQUAL, number, 0, 4),
        _step(_LOAD, _ARGUMENTS + 8 * argument),
        _step(_ANY_BIT, bits, 0, 1),
        *([refuse, allow] if refused else [allow, refuse]),
    ]


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_char_p)]


def no_new_privileges() -> bool:
    """Give up what programs with rights of their own would give; a filter needs that."""
    return int(ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)) == 0


def filtered(files: bool) -> bool:
    """Filter the calls of all threads of this process from now on; False where the kernel cannot."""
    if platform.machine() != "x86_64" or not no_new_privileges():
        return False
    steps = program(files)
    told = _Program(len(steps) // 8, steps)
    return int(ctypes.CDLL(None).syscall(_SECCOMP, _SET_FILTER, _ALL_THREADS, ctypes.byref(told))) == 0
