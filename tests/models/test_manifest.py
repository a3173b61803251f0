"""Manifests: every mistake is told in a sentence, and those of the package are right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anatomatte.errors import SettingsError
from anatomatte.models.manifest import LICENCES, PROVIDERS, SHIPPED, Manifest, load, parsed, shipped
from anatomatte.parts import LABEL_SETS, PARTS
from made.models_made import manifest_text

WANTED = [
    "m2fp-single",
    "m2fp-multi",
    "cv-unet-portrait",
    "cv-unet-universal",
    "modnet",
    "rvm-mobilenetv3",
    "rvm-resnet50",
    "modelscope-video-matting",
    "birefnet-general",
    "birefnet-portrait",
    "birefnet-matting",
    "vitmatte-small",
    "schp-lip",
    "schp-atr",
    "schp-pascal",
    "face-parsing-resnet18",
    "sapiens-seg-0-3b",
    "corridorkey",
    "u2net",
    "isnet",
    "mediapipe-selfie",
    "mediapipe-selfie-landscape",
    "mediapipe-hair",
    "mediapipe-pose",
]

FULL = """
format = 1
id = "full"
title = "All of it"
runtime = "onnx"
[licence]
weights = "MIT"
kind = "commercial"
[[file]]
name = "a.onnx"
format = "onnx"
[input]
[size]
rule = "fixed"
height = 64
width = 64
[pad]
[[extra]]
what = "state"
name = "h"
source = "ho"
shape = [1, 1, 1, 1]
[[output]]
what = "parts"
[classes]
labels = ["bg", "hair"]
[classes.parts]
bg = ["background"]
hair = ["hair"]
[back]
[time]
contract = "recurrent"
"""


def test_one_that_uses_everything_is_read():
    found = parsed(FULL, "full.toml")
    assert found.class_parts == (("background",), ("hair",))
    assert found.size.height == 64 and found.states[0].source == "ho" and found.file().precision == "fp32"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[pad]", "[padd]", ["'padd'", "did you mean 'pad'?"]),
        ("rule =", "rul =", ["[size]", "'rul'", "'rule'"]),
        ('rule = "fixed"', 'rule = "fixd"', ["'fixd'", "'fixed'"]),
        ("height = 64", "height = 64.5", ["height", "whole number"]),
        ("height = 64", "height = -1", ["height", "outside"]),
        ("height = 64", 'height = "64"', ["height", "whole number"]),
        ("height = 64", "", ["needs height and width"]),
        ("format = 1", "format = 2", ["format 1", "update"]),
        ('id = "full"', 'id = "Full Net"', ["small letters"]),
        ('id = "full"', "", ["needs the key 'id'"]),
        ('id = "full"', 'id = "../full"', ["small letters"]),
        ("[licence]\n", "[license]\n", ["'license'", "'licence'"]),
        ('kind = "commercial"', 'kind = "free"', ["'free'", "non-commercial"]),
        ('name = "a.onnx"', 'name = "../a.onnx"', ["without a folder"]),
        ('format = "onnx"', 'format = "torch"', ["runs 'onnx'"]),
        ('format = "onnx"', 'format = "onnx"\nsha256 = "abc"', ["64 hexadecimal"]),
        ('format = "onnx"', 'format = "onnx"\nurls = ["ftp://x/y"]', ["ftp://x/y", "https://"]),
        ('format = "onnx"', 'format = "onnx"\nwheel = "a==1"', ["belong together"]),
        ('format = "onnx"', 'format = "onnx"\nwheel = "a>=1"\nmember = "m"', ["name==version"]),
        ("[input]", "[input]\nstd = [0, 1, 1]", ["std must not be 0"]),
        ("[input]", "[input]\nmean = [0, 1]", ["3 values, not 2"]),
        ("[input]", "[input]\nmean = [0, nan, 1]", ["outside"]),
        ("[input]", "[input]\nrange = [1, 0]", ["low and then the high"]),
        ("[pad]", '[pad]\nmode = "mirror"', ["'mirror'", "reflect"]),
        ('source = "ho"', "", ["needs source"]),
        ('name = "h"', "", ["needs the name of its input"]),
        ('contract = "recurrent"', "", ["contract"]),
        ('contract = "recurrent"', 'contract = "recurrent"\nblock = 4\noverlap = 8', ["longer than block"]),
        ("[[output]]", '[[extra]]\nwhat = "hint"\nname = "i"\n[[output]]', ["without hint or trimap"]),
        ('id = "full"', 'id = "full"\nregion = "face"', ["looks at the whole picture"]),
        ('what = "parts"', 'what = "mask"', ["'mask'", "alpha"]),
        ('what = "parts"', 'what = "parts"\nencoding = "index"', ["belongs to what"]),
        ('what = "parts"', 'what = "parts"\nlayout = "HW"', ["no channels for the classes"]),
        ('hair = ["hair"]', 'hair = ["hare"]', ["'hare'", "did you mean 'hair'?"]),
        ('hair = ["hair"]', "", ["does not say which parts 'hair' is"]),
        ('labels = ["bg", "hair"]', 'labels = ["bg"]', ["'hair' is not among the labels"]),
        ('labels = ["bg", "hair"]', 'labels = ["bg", "hair"]\nset = "lip"', ["not both"]),
        ("[back]", '[run]\nproviders = ["gpu"]\n[back]', ["'gpu'", "'cpu'"]),
        ("[[output]]", "[output]", ["written as [[output]]"]),
        ("format = 1", "format = 1\nrun = 3", ["table of keys and values"]),
        ("[size]", "[size", ["is not TOML", "line"]),
    ],
)
def test_every_mistake_is_a_sentence_that_names_its_place(old, new, words):
    assert old in FULL
    with pytest.raises(SettingsError) as caught:
        parsed(FULL.replace(old, new, 1), "net.toml")
    told = str(caught.value)
    assert told.startswith("net.toml") and all(word in told for word in words), told


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="UTF-8"):
        load(tmp_path / "bytes.toml")


TABLES = ["file", "licence", "input", "size", "pad", "extra", "output", "classes", "back", "time", "run"]
KEYS = [
    "name",
    "kind",
    "rule",
    "height",
    "std",
    "mean",
    "shape",
    "labels",
    "parts",
    "what",
    "set",
    "block",
    "providers",
]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(
    table=st.sampled_from(TABLES),
    key=st.sampled_from(KEYS),
    value=VALUES,
)
def test_no_value_escapes_as_another_error(table, key, value):
    from anatomatte.models import manifest

    made = manifest.parse(FULL, "full")
    tables = made.setdefault(table, {})
    entry = tables[0] if isinstance(tables, list) else tables
    entry[key] = value
    keep, manifest.parse = manifest.parse, lambda *_: made
    try:
        assert isinstance(manifest.parsed("", "any"), Manifest)
    except SettingsError as why:
        assert str(why).startswith("any")
    finally:
        manifest.parse = keep


def test_the_published_networks_are_all_there():
    assert set(WANTED) <= set(shipped())
    assert sorted(path.stem for path in SHIPPED.glob("*.toml")) == sorted(shipped())


@pytest.mark.parametrize("name", sorted(shipped()))
def test_a_manifest_of_the_package(name):
    it = shipped()[name]
    assert it.id == name and it.title and it.about and it.page.startswith("https://")
    assert it.engines and set(it.run.providers) <= set(PROVIDERS)
    assert it.licence.weights and it.licence.kind in LICENCES
    if it.licence.kind == "unclear":
        assert it.licence.note, "say what is unclear"
    for entry in it.files:
        roads = (entry.urls, entry.wheel, entry.convert, entry.by_hand)
        assert any(roads), "nothing says how to get it"
        assert all(url.startswith("https://") for url in (*entry.urls, *entry.origin_urls))
        assert bool(entry.sha256) <= bool(entry.bytes), "who knows the hash knows the length"
    if it.class_names:
        assert set().union(*it.class_parts) <= set(PARTS) and it.class_parts[0] == ("background",)
    if it.classes.set:
        assert it.class_names == tuple(LABEL_SETS[it.classes.set])


def test_no_hash_stands_twice():
    hashes = [entry.sha256 for it in shipped().values() for entry in it.files if entry.sha256]
    assert len(hashes) == len(set(hashes)) >= 12


def test_networks_with_a_further_channel_or_memory_say_so():
    assert shipped()["vitmatte-small"].extras[0].what == "trimap"
    assert shipped()["corridorkey"].extras[0].what == "hint"
    assert [extra.name for extra in shipped()["rvm-resnet50"].states] == ["r1i", "r2i", "r3i", "r4i"]
    assert shipped()["m2fp-multi"].licence.kind == "non-commercial"


def test_the_wheel_is_the_one_that_the_project_names():
    for name in ("mediapipe-selfie", "mediapipe-selfie-landscape", "mediapipe-pose"):
        entry = shipped()[name].file()
        assert entry.wheel == "mediapipe==0.10.21" and entry.member.endswith(entry.name) and entry.sha256
        assert all(re.fullmatch(r"mediapipe-0\.10\.21-.*\.whl", wheel) for wheel in entry.wheel_sha256)


def test_a_manifest_of_a_user_needs_little(tmp_path):
    path = tmp_path / "my.toml"
    path.write_text(manifest_text(), encoding="utf-8")
    it = load(path)
    assert (it.input.layout, it.input.range, it.size.rule) == ("NCHW", (0.0, 1.0), "any")


def test_reading_them_needs_nothing_but_the_standard_library():
    import subprocess
    import sys

    code = (
        "import sys; from anatomatte.models import manifest, store; manifest.shipped();"
        "print(sorted({'torch', 'numpy', 'cv2', 'urllib.request', 'http.client'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]", Path(__file__).parent.name
