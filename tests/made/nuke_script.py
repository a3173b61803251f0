"""Nuke scripts as far as a gizmo of ours goes: Tcl words, a stack of nodes, channels, Expressions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.float32]
Channels = dict[str, Plane]
RGBA = ("rgba.red", "rgba.green", "rgba.blue", "rgba.alpha")


def commands(text: str) -> Iterator[list[str]]:
    """The commands of a script, each a list of words; what stood in braces keeps its inside as it is."""
    at = 0
    words: list[str] = []
    while at < len(text):
        sign = text[at]
        if sign == "#" and not words:
            at = text.find("\n", at) % (len(text) + 1)
        elif sign == "\n":
            if words:
                yield words
            words, at = [], at + 1
        elif sign in " \t":
            at += 1
        else:
            word, at = _word(text, at)
            words.append(word)
    if words:
        yield words


def _word(text: str, at: int) -> tuple[str, int]:
    if text[at] == "{":
        depth, end = 1, at + 1
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0) if text[end - 1] != "\\" else 0
            end += 1
        return text[at + 1 : end - 1], end
    if text[at] == '"':
        found = re.compile(r'"((?:[^"\\\[\]$]|\\.)*)"', re.DOTALL).match(text, at)
        assert found, f"Tcl would run a part of {text[at : at + 60]!r}"
        return re.sub(r"\\(.)", lambda sign: "\n" if sign[1] == "n" else sign[1], found[1]), found.end()
    end = at
    while end < len(text) and text[end] not in " \t\n":
        end += 1
    assert not set(text[at:end]) & set('"{}'), text[at:end]
    return text[at:end], end


@dataclass
class Node:
    kind: str
    knobs: dict[str, list[str]]
    inputs: list[Node | None] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.knobs["name"][0]


@dataclass
class Gizmo:
    knobs: dict[str, list[str]]
    users: list[list[str]]
    nodes: dict[str, Node]
    layers: dict[str, list[str]]
    output: Node


def read(text: str) -> Gizmo:
    """A gizmo, its nodes connected as Nuke would."""
    script = commands(text)
    assert next(script)[0] == "version"
    kind, block = next(script)
    assert kind == "Gizmo"
    head = list(commands(block))
    users = [next(commands(words[1])) for words in head if words[0] == "addUserKnob"]
    stack: list[Node | None] = []
    kept: dict[str, Node | None] = {}
    gizmo = Gizmo({w[0]: w[1:] for w in head if w[0] != "addUserKnob"}, users, {}, {}, Node("", {}))
    for words in script:
        if words[0] == "set":
            assert words[2:] == ["[stack", "0]"]
            kept[words[1]] = stack[-1]
        elif words[0] == "push":
            stack.append(None if words[1] == "0" else kept[words[1].removeprefix("$")])
        elif words[0] == "add_layer":
            name, *channels = words[1].split()
            assert all(re.fullmatch(rf"{name}\.[a-z]+", channel) for channel in channels)
            assert re.fullmatch(r"[A-Za-z]\w*", name), "Nuke takes no other names"
            gizmo.layers[name] = channels
        elif words[0] == "end_group":
            break
        else:
            knobs = {w[0]: w[1:] for w in commands(words[1])}
            count = int(knobs.pop("inputs", ["1"])[0])
            node = Node(words[0], knobs, [stack.pop() for _ in range(count)])
            assert node.name not in gizmo.nodes
            gizmo.nodes[node.name] = node
            stack.append(node)
    assert not list(script)
    (gizmo.output,) = (node for node in gizmo.nodes.values() if node.kind == "Output")
    return gizmo


Foreign = Callable[[Node, dict[int, Channels]], Channels]


class Nuke:
    """Runs a gizmo: nodes of a kind that it does not know are rendered by *foreign*."""

    def __init__(
        self,
        gizmo: Gizmo,
        given: Mapping[str, Channels],
        foreign: Callable[[Node, dict[int, Channels]], Channels],
    ):
        self.gizmo, self.given, self.foreign = gizmo, given, foreign
        self.metadata: dict[str, str] = {}
        self._made: dict[str, Channels] = {}

    def knob(self, node: Node, name: str) -> Any:
        """The words of a knob, with expressions followed: ``{{parent.Look.point.x} {…}}`` to its number."""
        words = node.knobs[name]
        if len(words) == 1 and words[0].startswith("{"):
            return [self.follow(link) for link in next(commands(words[0]))]
        return words

    def follow(self, link: str) -> Any:
        if link.startswith("!"):
            return not self.follow(link[1:])
        head, *rest = link.split(".")
        assert head == "parent", link
        if rest[0] in self.gizmo.nodes:
            return ("link", self.gizmo.nodes[rest[0]].name, *rest[1:])
        assert rest[0] in {words[1] for words in self.gizmo.users}, link
        (word,) = self.gizmo.knobs.get(rest[0], [""])
        return {"true": True, "false": False}.get(word, word)

    def render(self, node: Node) -> Channels:
        if node.name not in self._made:
            self._made[node.name] = self._render(node)
        return self._made[node.name]

    def _render(self, node: Node) -> Channels:
        if node.kind == "Input":
            return dict(self.given.get(node.name, {}))
        inputs = [self.render(one) if one else {} for one in node.inputs]
        if "disable" in node.knobs and self.knob(node, "disable") == [True]:
            return inputs[0]
        if node.kind == "Output":
            return inputs[0]
        known: dict[str, Callable[[Node, list[Channels]], Channels]] = {
            "Copy": self._copy,
            "Expression": self._expression,
            "Remove": self._remove,
            "ModifyMetaData": self._names,
        }
        run = known.get(node.kind)
        if run:
            return run(node, inputs)
        given: dict[int, Channels] = {place: one for place, one in enumerate(inputs)}  # noqa: C416
        return self.foreign(node, given)

    def _known(self, channel: str) -> str:
        layer = channel.split(".")[0]
        assert channel in RGBA or channel in self.gizmo.layers[layer], channel
        return channel

    def _copy(self, node: Node, inputs: list[Channels]) -> Channels:
        below, above = inputs
        made = dict(below)
        for place in range(4):
            if f"from{place}" in node.knobs:
                made[self._known(node.knobs[f"to{place}"][0])] = above[node.knobs[f"from{place}"][0]]
        return made

    def _remove(self, node: Node, inputs: list[Channels]) -> Channels:
        gone = {words[0] for knob, words in node.knobs.items() if knob.startswith("channels")}
        return {name: plane for name, plane in inputs[0].items() if name.split(".")[0] not in gone}

    def _names(self, node: Node, inputs: list[Channels]) -> Channels:
        for line in commands(node.knobs["metadata"][0]):
            verb, key, value = next(commands(line[0]))
            assert verb == "set"
            self.metadata[key] = value
        return inputs[0]

    def _expression(self, node: Node, inputs: list[Channels]) -> Channels:
        """Every line reads what came in, not what another line wrote."""
        came, made = inputs[0], dict(inputs[0])
        size = next(iter(came.values())).shape
        names: dict[str, Any] = {}
        if "temp_name0" in node.knobs:
            names[node.knobs["temp_name0"][0]] = evaluate(node.knobs["temp_expr0"][0], came, names, size)
        for place in range(4):
            channel = node.knobs[f"channel{place}"][0]
            if channel != "none":
                text = node.knobs[f"expr{place}"][0]
                made[self._known(channel)] = np.float32(evaluate(text, came, names, size)) + np.zeros(
                    size, np.float32
                )
        return made


def evaluate(text: str, channels: Channels, names: dict[str, Any], size: tuple[int, ...]) -> Any:
    """An expression of Nuke's: numbers, channels, names, max(), == <= >= and the question mark."""
    tokens = re.findall(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?|[A-Za-z_]\w*(?:\.[a-z]+)?|[<>=]=|[-?:(),]", text)
    assert "".join(tokens) == text.replace(" ", ""), text

    def take(*signs: str) -> bool:
        return bool(tokens) and tokens[0] in signs and bool(tokens.pop(0))

    def choice() -> Any:
        test = compared()
        if not take("?"):
            return test
        yes = choice()
        assert take(":")
        return np.where(test, yes, choice())

    def compared() -> Any:
        left = plain()
        for sign, rule in (("<=", np.less_equal), (">=", np.greater_equal), ("==", np.equal)):
            if take(sign):
                return rule(left, plain())
        return left

    def plain() -> Any:
        if take("-"):
            return -plain()
        if take("("):
            inside = choice()
            assert take(")")
            return inside
        word = tokens.pop(0)
        if take("("):
            assert word == "max"
            first = choice()
            assert take(",")
            second = choice()
            assert take(")")
            return np.maximum(first, second)
        if word in names:
            return names[word]
        return float(word) if word[0].isdigit() else channels.get(word, np.zeros(size, np.float32))

    found = choice()
    assert not tokens, text
    return found
