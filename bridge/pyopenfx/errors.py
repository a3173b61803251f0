"""What can go wrong between a host and a plug-in, and the numbers that OFX has for it."""

from __future__ import annotations

STATUS_NAMES: dict[int, str] = {
    0: "kOfxStatOK",
    1: "kOfxStatFailed",
    2: "kOfxStatErrFatal",
    3: "kOfxStatErrUnknown",
    4: "kOfxStatErrMissingHostFeature",
    5: "kOfxStatErrUnsupported",
    6: "kOfxStatErrExists",
    7: "kOfxStatErrFormat",
    8: "kOfxStatErrMemory",
    9: "kOfxStatErrBadHandle",
    10: "kOfxStatErrBadIndex",
    11: "kOfxStatErrValue",
    12: "kOfxStatReplyYes",
    13: "kOfxStatReplyNo",
    14: "kOfxStatReplyDefault",
    15: "kOfxStatUnlicensed",
    1000: "kOfxStatErrImageFormat",
}
OK = 0
FAILED = 1
ERR_EXISTS = 6
ERR_MEMORY = 8
REPLY_YES = 12
REPLY_NO = 13
REPLY_DEFAULT = 14


def status_name(status: int) -> str:
    """The standard's name of a status, or the number of one that it does not know."""
    return STATUS_NAMES.get(status, f"status {status}")


class HostError(Exception):
    """Base of every failure that pyopenfx explains."""


class PluginNotFound(HostError, LookupError):
    """No scanned binary holds the plug-in, or it does not offer the context."""


class ParamError(HostError, ValueError):
    """A parameter has no such name, or cannot hold the value."""


class ClipError(HostError, ValueError):
    """A clip has no such name, or cannot take the picture."""


class ActionError(HostError, RuntimeError):
    """A plug-in answered an action with a failure.

    `status` is the OFX status, `action` the action, `message` what the plug-in told the artist
    (its persistent message or its last error message), or "".
    """

    def __init__(self, action: str, status: int, plugin: str, message: str = "") -> None:
        self.action = action
        self.status = status
        self.plugin = plugin
        self.message = message
        said = f": {message}" if message else " and gave no message"
        super().__init__(f"{plugin} answered {action} with {status_name(status)}{said}")


class RenderError(ActionError):
    """A render failed; there is no picture."""


class EmptyRegion(HostError, ValueError):
    """There is nothing to render: the region of definition has no area."""


class RenderAborted(HostError):
    """A render was stopped on request; there is no picture."""
