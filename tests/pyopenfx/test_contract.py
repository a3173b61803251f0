"""Plug-ins that are wrong in one way each: the rule is named, or noted, and nothing else is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pyopenfx import RULES, ContractError, Host, Instance, Layout

BROKEN = {
    "image_not_released": "image_not_released",
    "uses_released_image": "use_after_destroy",
    "releases_twice": "use_after_destroy",
    "uses_destroyed_instance": "use_after_destroy",
    "uses_destroyed_param": "use_after_destroy",
    "writes_below_window": "write_outside_window",
    "writes_before_buffer": "write_outside_buffer",
    "writes_behind_row": "write_outside_buffer",
    "writes_to_input": "write_to_input",
    "leaves_pixels": "pixels_unset",
    "render_by_default": "wrong_status",
    "replies_yes": "wrong_status",
    "describes_by_default": "wrong_status",
    "sets_param": "param_set_in_render",
    "throws": "exception_crossed",
    "throws_in_thread": "exception_crossed",
    "leaves_mutex_locked": "mutex_left_locked",
    "leaves_image_memory": "memory_not_freed",
    "frees_twice": "memory_freed_twice",
}
PREFIX = "org.anatomatte.test.broken."
LAYOUTS = [Layout(), Layout(row_order="positive")]


@pytest.fixture
def strict(plugins: Path) -> Iterator[Host]:
    host = Host(strict=True)
    host.scan([plugins / "broken.ofx.bundle"])
    yield host
    host.close()


def use(host: Host, name: str, dtype: str = "float32", layout: Layout | None = None) -> Instance:
    """A life: an instance comes and goes, another one renders a part of a frame."""
    plugin = host.load(PREFIX + name)
    plugin.instance().close()
    with plugin.instance(layout=layout) as one:
        plate = np.random.default_rng(2).integers(0, 2, (6, 5, 4)).astype(dtype)
        one.clips.Source = plate
        out = one.render(1, window=(1, 2, 5, 6))["colour"]
        np.testing.assert_array_equal(out, plate[:4, 1:])
        np.testing.assert_array_equal(plate, np.random.default_rng(2).integers(0, 2, (6, 5, 4)))
    return one


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float16", "float32"])
def test_a_good_plugin_is_told_nothing(strict: Host, dtype: str, layout: Layout) -> None:
    assert use(strict, "good", dtype, layout).breaches == []


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize(("name", "rule"), BROKEN.items())
def test_a_strict_host_names_the_rule(strict: Host, name: str, rule: str, dtype: str) -> None:
    with pytest.raises(ContractError, match=f"{name} broke the rule {rule}: ") as caught:
        use(strict, name, dtype)
    assert caught.value.rule == rule
    assert RULES[rule] in str(caught.value)


@pytest.mark.parametrize("name", [n for n in BROKEN if n.startswith(("writes", "leaves_p"))])
def test_memory_that_lies_the_other_way_is_guarded_too(strict: Host, name: str) -> None:
    with pytest.raises(ContractError, match=BROKEN[name]):
        use(strict, name, layout=LAYOUTS[1])


def test_a_matte_whose_bytes_are_the_pattern_by_chance_is_no_breach(strict: Host) -> None:
    with strict.load(PREFIX + "good").instance() as one:
        one.clips.Source = np.arange(4096, dtype=np.uint8).reshape(64, 64)
        one.render(1)
        assert one.breaches == []


UNLOADED = """
import sys
import numpy as np
from pyopenfx import ContractError, Host

host = Host(strict=True)
host.scan([sys.argv[1]])
with host.load(sys.argv[2]).instance() as one:
    one.clips.Source = np.zeros((6, 5, 4), np.float32)
    one.render(1)
try:
    host.close()
except ContractError as why:
    print(why)
"""


def test_memory_that_a_plugin_keeps_is_told_when_it_is_unloaded(plugins: Path) -> None:
    # a plug-in is unloaded with the last host that uses it: in this process an earlier one may be alive still
    words = [sys.executable, "-c", UNLOADED, str(plugins / "broken.ofx.bundle"), PREFIX + "leaves_memory"]
    told = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "leaves_memory left 1 blocks of memory at its Unload" in told


def test_a_host_that_is_not_strict_notes_and_works_on(plugins: Path) -> None:
    with Host(guard=True) as host:
        host.scan([plugins / "broken.ofx.bundle"])
        for name in ("image_not_released", "leaves_image_memory", "sets_param", "uses_released_image"):
            assert [rule for rule, _ in use(host, name).breaches] == [BROKEN[name]]
        assert use(host, "good").breaches == []
        for name in ("leaves_mutex_locked", "throws_in_thread"):
            assert {rule for rule, _ in use(host, name).breaches} == {BROKEN[name]}
