"""Packs: the same bytes for the same models, whole on the other side, and nothing but what they say."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import stat
import zipfile
from pathlib import Path

import pytest

from anatomatte.errors import AnatomatteError, OutputError, SettingsError, SetupError
from anatomatte.models import store
from anatomatte.models.manifest import parsed
from anatomatte.models.store import catalogue, packs, places, policy
from made.models_made import manifest_text, onnx_bytes, onnx_file


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Goes from one machine's store to another's."""
    for name in (places.SHARED, policy.FILE, policy.ALLOW):
        monkeypatch.delenv(name, raising=False)

    def use(name: str) -> Path:
        monkeypatch.setenv(places.OWN, str(tmp_path / name))
        return tmp_path / name

    use("first")
    return use


def installed(tmp_path: Path, name: str, scale: float, **facts: str) -> store.Installed:
    text = manifest_text(name, **facts)
    store.learn(manifest := parsed(text, name), text)
    return store.add(manifest, manifest.file(), onnx_file(tmp_path / "x.onnx", scale))


@pytest.fixture
def packed(tmp_path, folders) -> Path:
    """Two networks, one of them under a licence that some studios refuse."""
    found = [installed(tmp_path, "one", 1.0), installed(tmp_path, "two", 2.0, kind="non-commercial")]
    packs.pack(found, tmp_path / "a.zip")
    return tmp_path / "a.zip"


def test_what_was_packed_is_there_on_the_other_side(packed, folders):
    before = {name: store.path(name).read_bytes() for name in ("one", "two")}
    other = folders("second")
    told: list[tuple[int, int]] = []
    assert [r.id for r in packs.unpack(packed, tell=lambda done, total: told.append((done, total)))] == [
        "one",
        "two",
    ]
    assert {name: store.path(name).read_bytes() for name in ("one", "two")} == before
    assert store.path("one").is_relative_to(other) and catalogue.get("two").licence.kind == "non-commercial"
    assert told[-1][0] == told[-1][1]
    packs.unpack(packed)  # once more changes nothing
    assert all(not finding.told for finding in store.verify())
    assert sorted((other / "partial").iterdir()) == []


def test_the_same_models_are_the_same_bytes(packed, tmp_path):
    found = [store.installed(name) for name in ("one", "two")]
    packs.pack(found, tmp_path / "b.zip")
    assert (tmp_path / "b.zip").read_bytes() == packed.read_bytes()


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18), b"notes"])
def test_what_is_no_pack_is_not_written_over(packed, tmp_path, content):
    (tmp_path / "photos.zip").write_bytes(content)
    with pytest.raises(SettingsError, match="is no pack of networks"):
        packs.pack([store.installed("one")], tmp_path / "photos.zip")
    assert (tmp_path / "photos.zip").read_bytes() == content
    packs.pack([store.installed("one")], packed)  # a pack is another one


def test_one_of_several_is_taken(packed, folders):
    folders("second")
    assert [r.id for r in packs.unpack(packed, ["two"])] == ["two"]
    with pytest.raises(SettingsError):
        store.path("one")
    with pytest.raises(SettingsError, match="does not hold three; it holds one, two"):
        packs.unpack(packed, ["three"])


def test_a_policy_refuses_before_anything_is_written(packed, folders, monkeypatch):
    other = folders("second")
    monkeypatch.setenv(policy.ALLOW, "commercial")
    with pytest.raises(SetupError, match=r"two.*non-commercial"):
        packs.unpack(packed)
    assert not other.exists()
    packs.unpack(packed, ["one"])
    assert store.path("one").is_file()


def test_a_file_that_changed_is_not_packed(tmp_path, folders):
    found = installed(tmp_path, "one", 1.0)
    found.path.chmod(0o644)
    found.path.write_bytes(b"\0" * found.record.bytes)
    with pytest.raises(SetupError, match="has changed"):
        packs.pack([found], tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()


def test_every_cut_of_a_pack_is_refused(packed, folders, tmp_path):
    other, whole = folders("second"), packed.read_bytes()
    for part in (0, 4, 100, len(whole) // 2, len(whole) - 60, len(whole) - 1):
        (tmp_path / "cut.zip").write_bytes(whole[:part])
        with pytest.raises(SetupError, match=r"cut.zip"):
            packs.unpack(tmp_path / "cut.zip")
    with pytest.raises(SetupError, match="no file"):
        packs.unpack(tmp_path / "none.zip")
    assert not list(other.rglob("*.onnx"))


def test_every_flipped_bit_is_noticed(packed, folders, tmp_path):
    """Wherever a pack is damaged, what comes in is what its hash says, or nothing."""
    other, whole = folders("second"), packed.read_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 60)):
        data = bytearray(whole)
        data[place] ^= 0x10
        (tmp_path / "bad.zip").write_bytes(data)
        try:
            packs.unpack(tmp_path / "bad.zip")
        except AnatomatteError as why:
            assert not isinstance(why, OutputError) and str(why)
        for path in other.glob("blobs/*/*"):
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.stem


# ---- packs that somebody made ----------------------------------------------------------------------


def forged(path: Path, folders, tmp_path: Path, change=None, entries=(), method=zipfile.ZIP_STORED) -> Path:
    """A pack of one network whose index *change* edits, with further *entries*."""
    one = installed(tmp_path, "one", 1.0)
    index = {
        "format": 1,
        "models": [dataclasses.asdict(one.record)],
        "manifests": {"one": manifest_text("one")},
    }
    if change:
        change(index)
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr("index.json", json.dumps(index))
        file.writestr(f"blobs/{one.record.sha256}.onnx", onnx_bytes())
        for info, data in entries:
            file.writestr(info, data)
    folders("second")
    return path


def _link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def test_a_forged_pack_that_is_right_passes(folders, tmp_path):
    packs.unpack(forged(tmp_path / "f.zip", folders, tmp_path))
    assert store.path("one").is_file()


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        (("../../../evil", b"x"), "leads out of its folder"),
        (("/etc/evil", b"x"), "leads out of its folder"),
        (("blobs/../../evil", b"x"), "leads out of its folder"),
        (("evil.sh", b"x"), "does not explain"),
        (("manifests/one.toml", b"x"), "does not explain"),
        ((_link("blobs/link"), b"/etc/passwd"), "a link"),
    ],
)
def test_what_the_index_does_not_explain_is_refused(folders, tmp_path, entry, word):
    pack = forged(tmp_path / "f.zip", folders, tmp_path, entries=[entry])
    with pytest.raises(SetupError, match=word):
        packs.unpack(pack)
    assert not list(tmp_path.rglob("evil*")) and not (tmp_path / "second").exists()


def _set(key, value):
    def change(index):
        index["models"][0][key] = value

    return change


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (_set("id", "../../evil"), "in a way that none is"),
        (_set("precision", "../x"), "in a way that none is"),
        (_set("sha256", "../" * 10), "in a way that none is"),
        (_set("sha256", "0" * 64), "does not explain"),
        (_set("bytes", 10**15), "not stored as a pack stores it"),
        (_set("format", "torch"), "does not explain"),
        (_set("id", "modnet"), "another file as modnet than its manifest"),
        (_set("id", "unknown"), "which nothing describes"),
        (_set("precision", "int8"), "does not know"),
        (lambda i: i.update(format=9), "format 9"),
        (lambda i: i.update(models=3), "cannot be read"),
        (lambda i: i["models"].append(3), "in a way that none is"),
        (lambda i: i["manifests"].update(one="id = 3"), "manifest that is wrong"),
        (lambda i: i["manifests"].update(one=manifest_text("two")), "calls itself two"),
        (lambda i: i["models"].append(i["models"][0] | {"sha256": "1" * 64}), "lacks the file"),
    ],
)
def test_an_index_that_lies_is_refused(folders, tmp_path, change, word):
    pack = forged(tmp_path / "f.zip", folders, tmp_path, change)
    with pytest.raises(SetupError, match=word):
        packs.unpack(pack)
    assert not list((tmp_path / "second").rglob("*.onnx"))


def test_content_that_is_not_its_name_is_refused(folders, tmp_path):
    one = installed(tmp_path, "one", 1.0)
    index = {
        "format": 1,
        "models": [dataclasses.asdict(one.record)],
        "manifests": {"one": manifest_text("one")},
    }
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as file:
        file.writestr("index.json", json.dumps(index))
        file.writestr(f"blobs/{one.record.sha256}.onnx", b"\0" * one.record.bytes)
    other = folders("second")
    with pytest.raises(SetupError, match="damaged where one lies"):
        packs.unpack(tmp_path / "f.zip")
    assert not list(other.rglob("*.onnx"))


def test_bombs_and_things_that_are_no_packs(folders, tmp_path):
    with pytest.raises(SetupError, match=r"not stored as a pack stores it|swell"):
        packs.unpack(forged(tmp_path / "f.zip", folders, tmp_path, method=zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(tmp_path / "big.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("index.json", b" " * 40_000_000)
    with pytest.raises(SetupError, match=r"swell|no pack"):
        packs.unpack(tmp_path / "big.zip")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as file:
        file.writestr("readme.txt", b"hello")
    with pytest.raises(SetupError, match="no pack of models"):
        packs.unpack(tmp_path / "other.zip")
