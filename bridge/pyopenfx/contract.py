"""The contract between host and plug-in: rules by name, and what a host does about a breach."""

from __future__ import annotations

from typing import Final

from .errors import OK, REPLY_DEFAULT, STATUS_NAMES, HostError, status_name

RULES: Final[dict[str, str]] = {
    "image_not_released": "Every image that a plug-in gets is released before the action ends.",
    "use_after_destroy": "No handle is used once its instance is destroyed or its image released.",
    "write_outside_window": "A render writes no pixel outside its render window.",
    "write_outside_buffer": "A render writes nothing before, between or behind the rows of its output.",
    "write_to_input": "A render does not change the pixels of its inputs.",
    "pixels_unset": "A render that answers OK has written every pixel of its window.",
    "wrong_status": "An action is answered with a status that the standard has for it.",
    "param_set_in_render": "A render sets no parameter.",
    "exception_crossed": "No C++ exception leaves the plug-in.",
    "mutex_left_locked": "A mutex that an action locks is unlocked before the action ends.",
    "plane_not_listed": "A render fetches the planes of Output that it is asked for, and no other.",
    "function_lacking": "A suite whose functions are not all there is not used.",
    "memory_not_freed": "Memory of the host is given back: an instance's at its end, the rest at Unload.",
    "memory_freed_twice": "Memory is freed once, and only what the host gave.",
}

# actions that a plug-in must answer itself
_MUST = frozenset(
    {"OfxActionDescribe", "OfxImageEffectActionDescribeInContext", "OfxImageEffectActionRender"}
)


class ContractError(HostError):
    """A plug-in broke the standard: `rule` is the name of the rule (see RULES), `plugin` who."""

    def __init__(self, rule: str, plugin: str, text: str) -> None:
        self.rule = rule
        self.plugin = plugin
        super().__init__(f"{plugin} broke the rule {rule}: {text}. {RULES.get(rule, '')}".strip())


def wrong_status(action: str, status: int) -> str:
    """What is wrong with an answer to an action, or ""."""
    if status == OK or (status == REPLY_DEFAULT and action not in _MUST):
        return ""
    if status == REPLY_DEFAULT:
        return f"{action} answered {status_name(status)}, as if it were not there"
    if status not in STATUS_NAMES or status_name(status).startswith("kOfxStatReply"):
        return f"{action} answered {status_name(status)}, which is no answer to an action"
    return ""
