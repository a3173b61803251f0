"""The model store: found by content, shared folders first, whole or not there, policies obeyed."""

from __future__ import annotations

import ast
import hashlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from anatomatte.errors import OutputError, SettingsError, SetupError
from anatomatte.models import store
from anatomatte.models.manifest import Manifest, parsed
from anatomatte.models.store import catalogue, files, places, policy
from made.models_made import manifest_text, onnx_bytes, onnx_file

ROOT = Path(__file__).parent.parents[1]


@pytest.fixture
def own(tmp_path, monkeypatch) -> Path:
    """A folder of one's own, and nothing of the machine's."""
    for name in (places.SHARED, policy.FILE, policy.ALLOW, "ANATOMATTE_MODELS_MIRROR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(places.OWN, str(tmp_path / "own"))
    return tmp_path / "own"


def brought(name: str = "my-net", **facts: str) -> Manifest:
    """A user's network that the store knows."""
    text = manifest_text(name, **facts)
    store.learn(manifest := parsed(text, name), text)
    return manifest


def put(tmp_path: Path, manifest: Manifest, scale: float = 1.0, **how: bool) -> store.Installed:
    return store.add(manifest, manifest.file(), onnx_file(tmp_path / f"{scale}.onnx", scale), **how)


def test_a_file_comes_in_under_the_hash_of_its_content(own, tmp_path):
    found = put(tmp_path, brought())
    digest = hashlib.sha256(onnx_bytes()).hexdigest()
    assert found.record.sha256 == digest and not found.record.known
    assert store.path("my-net") == own / "blobs" / digest[:2] / f"{digest}.onnx"
    assert store.path("my-net").read_bytes() == onnx_bytes()
    assert not os.access(store.path("my-net"), os.W_OK) or os.geteuid() == 0
    assert sorted((own / "partial").iterdir()) == []


def test_what_is_missing_is_told_with_its_command(own):
    with pytest.raises(SetupError, match=r"modnet.*`anatomatte models pull modnet` brings it"):
        store.path("modnet")
    with pytest.raises(SetupError, match=r"pull modnet --precision fp16`"):
        store.path("modnet", "fp16")
    with pytest.raises(SetupError, match=r"models import corridorkey FILE`.*PyTorch weights"):
        store.path("corridorkey")
    with pytest.raises(SetupError, match=r"convert cv-unet FILE --id cv-unet-universal`"):
        store.path("cv-unet-universal")
    with pytest.raises(SettingsError, match="did you mean 'modnet'"):
        store.path("modnt")
    with pytest.raises(SettingsError, match="no file in int8"):
        store.path("corridorkey", "int8")


def test_a_file_that_changes_is_not_used(own, tmp_path):
    found = put(tmp_path, brought())
    assert store.path("my-net") == found.path
    found.path.chmod(0o644)
    data = bytearray(found.path.read_bytes())
    data[-1] ^= 1
    found.path.write_bytes(data)
    with pytest.raises(
        SetupError, match=r"has changed since it came in; bring it again with `anatomatte mod"
    ):
        store.path("my-net")
    found.path.write_bytes(data[:-3])
    with pytest.raises(SetupError, match=f"is {len(data) - 3} bytes long instead of {len(data)}"):
        store.path("my-net", verified=False)
    put(tmp_path, brought(), replace=True)
    assert store.path("my-net").read_bytes() == onnx_bytes()


def test_reading_it_all_is_done_once_a_process(own, tmp_path, monkeypatch):
    put(tmp_path, brought())
    store.path("my-net")
    monkeypatch.setattr(files, "sha256_of", lambda *_: pytest.fail("read again"))
    store.path("my-net")


def test_a_known_hash_must_be_met(own, tmp_path):
    digest = hashlib.sha256(onnx_bytes()).hexdigest()
    manifest = brought(more=f'sha256 = "{digest}"\nbytes = {len(onnx_bytes())}')
    with pytest.raises(SetupError, match=r"is not net.onnx of my-net: its SHA-256 is .*Fetch it again"):
        put(tmp_path, manifest, 2.0)
    assert store.find(manifest) is None and not list((own / "blobs").rglob("*.onnx"))
    assert put(tmp_path, manifest).record.known


def test_a_known_length_must_be_met(own, tmp_path):
    with pytest.raises(SetupError, match="cut off or another file"):
        put(tmp_path, brought(more="bytes = 12345"))


def test_other_content_needs_replace_and_leaves_nothing_behind(own, tmp_path):
    manifest = brought()
    first = put(tmp_path, manifest, 1.0)
    with pytest.raises(SetupError, match=r"with other content .* --replace"):
        put(tmp_path, manifest, 2.0)
    assert store.path("my-net") == first.path
    second = put(tmp_path, manifest, 2.0, replace=True)
    assert store.path("my-net") == second.path and not first.path.exists()
    assert put(tmp_path, manifest, 2.0).path == second.path


def test_content_that_two_share_stays_until_both_are_gone(own, tmp_path):
    one, two = put(tmp_path, brought("one")), put(tmp_path, brought("two"))
    assert one.path == two.path
    store.remove("one")
    assert store.path("two").is_file()
    with pytest.raises(SettingsError):
        store.path("one")
    store.remove("two")
    assert not list((own / "blobs").rglob("*.onnx"))
    with pytest.raises(SetupError, match="not there"):
        store.remove("two")


def test_shared_folders_come_first_and_are_never_written(own, tmp_path, monkeypatch):
    shared = tmp_path / "studio"
    monkeypatch.setenv(places.OWN, str(shared))
    put(tmp_path, brought())
    before = {path: path.stat().st_mtime_ns for path in shared.rglob("*")}
    monkeypatch.setenv(places.OWN, str(own))
    monkeypatch.setenv(places.SHARED, os.pathsep.join(["", str(tmp_path / "absent"), str(shared)]))
    assert store.path("my-net").is_relative_to(shared)
    put(tmp_path, catalogue.get("my-net"))
    assert store.path("my-net").is_relative_to(shared)
    store.remove("my-net")
    with pytest.raises(SetupError, match="only in the shared folder"):
        store.remove("my-net")
    assert {path: path.stat().st_mtime_ns for path in shared.rglob("*")} == before
    (found,) = shared.rglob("*.onnx")
    found.chmod(0o644)
    found.write_bytes(found.read_bytes() + b"x")
    with pytest.raises(SetupError, match="tell whoever keeps it"):
        store.path("my-net")


def test_a_folder_that_cannot_be_written_is_named(own, tmp_path):
    manifest = parsed(manifest_text(), "x")
    own.parent.joinpath("own").write_text("a file where a folder should be")
    with pytest.raises(OutputError, match=str(own)):
        put(tmp_path, manifest)


def test_a_full_disk_is_told_before_it_is_filled(own, tmp_path, monkeypatch):
    manifest = brought()
    full = os.statvfs_result((4096, 4096, 100, 1, 1, 10, 10, 10, 0, 255))
    monkeypatch.setattr(os, "statvfs", lambda _: full)
    with pytest.raises(OutputError, match=r"has room for 4.1 kB, but .* ANATOMATTE_MODELS"):
        put(tmp_path, manifest)


def test_verify_tells_each_file(own, tmp_path):
    first, second = put(tmp_path, brought("one")), put(tmp_path, brought("two"), 2.0)
    assert [(f.id, f.told) for f in store.verify()] == [("one", ""), ("two", "")]
    second.path.unlink()
    first.path.chmod(0o644)
    first.path.write_bytes(b"\0" * len(onnx_bytes()))
    told = {f.id: f.told for f in store.verify()}
    assert "has changed" in told["one"] and "is not there" in told["two"]
    assert [f.id for f in store.verify("two")] == ["two"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"id": "my-net"}', "\0", '{"sha256": "../../etc/passwd"}'])
def test_a_record_that_is_none_counts_as_nothing(own, tmp_path, text):
    put(tmp_path, brought())
    (record,) = own.glob("models/my-net/fp32.json")
    record.write_text(text)
    with pytest.raises(SetupError, match="not in the model store"):
        store.path("my-net")
    put(tmp_path, catalogue.get("my-net"))
    assert store.path("my-net").is_file()


def test_a_record_leads_nowhere_else(own, tmp_path):
    put(tmp_path, brought())
    (record,) = own.glob("models/my-net/fp32.json")
    facts = json.loads(record.read_text())
    for key, value in {
        "sha256": "../" * 20 + "etc/passwd",
        "format": "../x",
        "bytes": True,
        "id": "other",
    }.items():
        record.write_text(json.dumps(facts | {key: value}))
        with pytest.raises(SetupError, match="not in the model store"):
            store.path("my-net")


def test_an_id_of_the_package_cannot_be_taken(own):
    with pytest.raises(SettingsError, match="package's own"):
        brought("modnet")
    (own / "manifests").mkdir(parents=True)
    (own / "manifests" / "modnet.toml").write_text(manifest_text("modnet"))
    assert catalogue.get("modnet").title.startswith("MODNet")


def test_a_manifest_that_breaks_leaves_the_others_alone(own):
    brought()
    (own / "manifests" / "bad.toml").write_text("id = ")
    (own / "manifests" / "named.toml").write_text(manifest_text("otherwise"))
    good, bad = catalogue.known()
    assert "my-net" in good and set(bad) == {"bad", "named"}
    with pytest.raises(SettingsError, match=r"name the file otherwise.toml"):
        catalogue.get("named")


# ---- policy --------------------------------------------------------------------------------------


def test_a_studio_refuses_classes_in_a_sentence(own, tmp_path, monkeypatch):
    shared = tmp_path / "studio"
    shared.mkdir()
    (shared / "policy.toml").write_text('allow = ["commercial", "copyleft"]\ncontact = "td@studio.example"\n')
    monkeypatch.setenv(places.SHARED, str(shared))
    text = manifest_text("nc-net", kind="non-commercial", weights="CC BY-NC 4.0")
    store.learn(manifest := parsed(text, "nc"), text)
    sentence = (
        r"nc-net\) has a licence of the class non-commercial \(CC BY-NC 4.0\); the studio's policy in "
        r".*policy.toml permits commercial, copyleft\. Ask td@studio.example"
    )
    for act in (lambda: put(tmp_path, manifest), lambda: store.path("nc-net")):
        with pytest.raises(SetupError, match=sentence):
            act()
    put(tmp_path, brought("fine"))
    assert store.path("fine").is_file()


def test_what_is_installed_already_is_refused_too(own, tmp_path, monkeypatch):
    put(tmp_path, brought(kind="terms"))
    assert store.path("my-net")
    monkeypatch.setenv(policy.ALLOW, "commercial, copyleft")
    with pytest.raises(SetupError, match=f"policy in {policy.ALLOW} permits commercial, copyleft"):
        store.path("my-net")


def test_exceptions_go_both_ways_and_policies_add_up(own, tmp_path, monkeypatch):
    put(tmp_path, brought("good"))
    put(tmp_path, brought("nc", kind="non-commercial"))
    file = tmp_path / "p.toml"
    monkeypatch.setenv(policy.FILE, str(file))
    file.write_text('allow = ["commercial"]\nalso = ["nc"]\nnever = ["good"]\n')
    assert store.path("nc").is_file()
    with pytest.raises(SetupError, match=r"is one that the studio's policy .* forbids"):
        store.path("good")
    monkeypatch.setenv(policy.ALLOW, "commercial")
    with pytest.raises(SetupError, match="non-commercial"):
        store.path("nc")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('alow = ["commercial"]', "'alow'"),
        ('allow = ["free"]', "'free'"),
        ("allow = [", "is not TOML"),
        (None, "No such"),
    ],
)
def test_a_policy_that_is_wrong_permits_nothing(own, tmp_path, monkeypatch, text, words):
    put(tmp_path, brought())
    file = tmp_path / "p.toml"
    if text is not None:
        file.write_text(text)
    monkeypatch.setenv(policy.FILE, str(file))
    with pytest.raises(SetupError, match="no model is used") as caught:
        store.path("my-net")
    assert words in str(caught.value)
    monkeypatch.delenv(policy.FILE)
    monkeypatch.setenv(policy.ALLOW, "comercial")
    with pytest.raises(SetupError, match="did you mean 'commercial'"):
        store.path("my-net")


# ---- several at once, and ends that come early ---------------------------------------------------


def _add_many(folder: str, own_folder: str, scale: float) -> None:
    os.environ[places.OWN] = own_folder
    manifest = catalogue.get("my-net")
    for _ in range(5):
        put(Path(folder), manifest, scale, replace=True)


def test_writers_at_once_leave_one_whole_file(own, tmp_path):
    brought()
    context = multiprocessing.get_context("fork")
    for scale in (1.0, 2.0, 3.0):
        (tmp_path / str(scale)).mkdir()
    jobs = [
        context.Process(target=_add_many, args=(str(tmp_path / str(s)), str(own), s)) for s in (1.0, 2.0, 3.0)
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join(60)
        assert job.exitcode == 0
    assert store.path("my-net").is_file()
    assert len(list((own / "blobs").rglob("*.onnx"))) == 1
    assert all(not finding.told for finding in store.verify())


def test_a_killed_import_leaves_nothing_that_counts(own, tmp_path):
    brought()
    source = onnx_file(tmp_path / "big.onnx", words=3_000_000)
    code = (
        "import sys, time; from pathlib import Path; from anatomatte.models import store;"
        "from anatomatte.models.store import catalogue;"
        "m = catalogue.get('my-net');"
        "store.add(m, m.file(), Path(sys.argv[1]), tell=lambda d, t: (print(d, flush=True), time.sleep(60)))"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(source)], stdout=subprocess.PIPE, text=True)
    assert child.stdout and child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert store.find(catalogue.get("my-net")) is None
    (left,) = (own / "partial").iterdir()
    os.utime(left, (time.time() - 90000,) * 2)
    store.add(catalogue.get("my-net"), catalogue.get("my-net").file(), source)
    assert store.path("my-net").stat().st_size == source.stat().st_size
    assert not left.exists(), "what killed imports left is swept after a day"


def test_a_lock_ends_with_the_process_that_holds_it(own):
    code = (
        "import sys, time; from pathlib import Path; from anatomatte.models.store import places\n"
        "with places.locked(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(own)], stdout=subprocess.PIPE, text=True)
    assert child.stdout and child.stdout.readline() == "held\n"
    waited: list[int] = []

    def waiting() -> None:
        waited.append(1)
        child.kill()

    with places.locked(own, waiting):
        assert waited
    child.wait()
    child.stdout.close()


def test_nothing_below_the_command_line_can_reach_the_network():
    banned = {
        "urllib",
        "http",
        "socket",
        "ssl",
        "ftplib",
        "requests",
        "httpx",
        "subprocess",
        "anatomatte_cli",
    }
    # they start a process without a network and talk to it over a pair of sockets
    own = {"guest.py: socket", "guest.py: subprocess", "messages.py: socket", "program.py: socket"}
    wrong = []
    for path in sorted((ROOT / "plugin" / "anatomatte").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            wrong += [f"{path.name}: {name}" for name in names if name.split(".")[0] in banned]
    assert set(wrong) == own
