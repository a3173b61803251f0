"""The border between C++ and Python: borrowed pixels, values, exceptions, cancelling, threads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from made.shim_bench import run


def test_pixels_are_borrowed_top_row_first_and_inputs_are_read_only() -> None:
    run("""
    plate = np.arange(5 * 7 * 4, dtype=np.float32).reshape(5, 7, 4)
    matte = np.full((3, 2, 1), 200, np.uint8)
    one = node(plate=Image(plate, bounds=(-3, 2, 4, 7), premult="unpremultiplied"))
    one.clips["InM"].feed(Image(matte, bounds=(1, 1, 3, 4)))
    engine.plates[:] = [plate, matte]
    one.render(1)
    source, core, out = (engine.seen["clips"][c] for c in ("Source", "InM", "Output"))
    assert np.array_equal(source["copy"], plate), "the top row comes first"
    assert source["borrowed"] and not source["writable"] and out["writable"]
    assert source["facts"]["bounds"] == (-3, 2, 4, 7) and source["facts"]["aspect"] == 1.0
    assert source["facts"]["premult"] == "unpremultiplied"
    assert core["shape"] == (3, 2, 1) and core["facts"]["bounds"] == (1, 1, 3, 4)
    assert np.all(core["copy"] == 200) or np.allclose(core["copy"], 200 / 255)
    """)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float16", "float32"])
@pytest.mark.parametrize("channels", [3, 4])
def test_every_depth_reaches_python_as_it_is(dtype: str, channels: int) -> None:
    run(f"""
    plate = (np.arange(3 * 5 * {channels}) % 251).reshape(3, 5, {channels}).astype("{dtype}")
    one = node(plate=plate)
    made = one.render(1)["colour"]
    source = engine.seen["clips"]["Source"]
    assert source["dtype"] == "{dtype}" and np.array_equal(source["copy"], plate)
    assert engine.seen["clips"]["Output"]["dtype"] == "{dtype}"
    assert engine.seen["clips"]["Output"]["shape"] == (3, 5, 4), "the node prefers RGBA"
    assert made.shape == (3, 5, 4) and np.all(made == 1)
    """)


@pytest.mark.parametrize("order", ["positive", "negative"])
@pytest.mark.parametrize("padding", [0, 36])
def test_rows_may_run_either_way_and_be_padded(order: str, padding: int) -> None:
    run(f"""
    plate = np.random.default_rng(1).random((5, 3, 4), np.float32)
    one = node(plate=plate, layout=Layout(row_order="{order}", padding={padding}))
    made = one.render(1)["colour"]
    source = engine.seen["clips"]["Source"]
    row = 3 * 16 + {padding}
    assert source["strides"] == ({"-row" if order == "positive" else "row"}, 16, 4), source["strides"]
    assert np.array_equal(source["copy"], plate) and np.all(made == 1)
    """)


def test_one_pixel_and_empty_clips() -> None:
    run("""
    made = node(plate=np.full((1, 1, 4), 0.5, np.float32)).render(1)["colour"]
    assert made.shape == (1, 1, 4) and np.all(made == 1)
    one = node()
    one.clips["Hint"].feed(lambda time: None)
    one.render(1)
    assert list(engine.seen["clips"]) == ["Source", "Output"]
    one.clips["Source"].feed(None)
    error = failure(one, 1)
    assert "Source" in error.message and "connect" in error.message, error.message
    """)


def test_window_and_scale_are_passed_on() -> None:
    run("""
    one = node(plate=np.zeros((60, 80, 4), np.float32))
    made = one.render(1, window=(10, 20, 30, 25))["colour"]
    assert made.shape == (5, 20, 4) and np.all(made == 1)
    half = one.render(1, scale=0.5)["colour"]
    assert engine.seen["scale"] == (0.5, 0.5) and half.shape == (30, 40, 4)
    assert engine.seen["clips"]["Source"]["shape"] == (30, 40, 4)
    one.render(1, draft=True)
    assert engine.seen["draft"] is True
    """)


def test_values_arrive_by_name_and_type() -> None:
    run("""
    one = node()
    one.params.screen = "blue"
    one.params.erode = 2.5
    one.params.threads = 3
    one.params.screen_uneven = False
    one.params.screen_colour = (0.25, 0.5, 0.75)
    one.render(1)
    values = engine.seen["values"]
    assert values["screen"] == "blue" and values["erode"] == 2.5
    assert values["threads"] == 3 and type(values["threads"]) is int
    assert values["screen_uneven"] is False and values["screen_colour"] == (0.25, 0.5, 0.75)
    assert "status" not in values and "refresh" not in values
    """)


def test_key_frames_reach_the_frame_that_they_are_for() -> None:
    run("""
    one = node()
    one.params["erode"].set(0.0, time=100)
    one.params["erode"].set(10.0, time=110)
    one.render(105)
    assert abs(engine.seen["values"]["erode"] - 5.0) < 1e-6, engine.seen["values"]["erode"]
    """)


def test_a_failure_is_a_sentence_and_no_picture() -> None:
    run("""
    one = node()
    error = failure(one, engine.HALF_THEN_FAIL)
    assert error.status == 1 and error.message == "The plate is upside down: turn it. Ü"
    assert one.persistent_message is not None
    one.render(engine.FILL)
    assert one.persistent_message is None
    error = failure(one, engine.NO_MEMORY)
    assert error.status == 8 and "memory" in error.message
    """)


def test_a_long_sentence_is_cut_between_characters() -> None:
    run("""
    said = failure(node(), engine.LONG).message
    assert len(said) > 1000 and set(said) == {"x", "Ü"}, said[-5:]
    """)


def test_names_that_are_no_utf8_are_in_the_sentence_and_in_the_log(tmp_path: Path) -> None:
    out = run(
        """
    one = node()
    said = failure(one, engine.LATIN)
    assert said.message == r"caf\\udce9.exr is half: \\ud800.", ascii(said.message)
    print(failure(one, engine.LATIN_BUG).message)
    one.render(engine.FILL)
    """,
        XDG_STATE_HOME=str(tmp_path),
    )
    log = tmp_path / "anatomatte" / "anatomatte-errors.log"
    assert "KeyError" in out and "whose report failed" not in out and str(log) in out
    assert r"caf\udce9.exr" in log.read_text()


def test_a_text_of_the_host_that_is_no_utf8_reaches_python() -> None:
    run(r"""
    one = node()
    one.params["parts_list"].set(os.fsdecode(b"caf\xe9"))
    one.render(1)
    assert engine.seen["values"]["parts_list"] == "caf\N{REPLACEMENT CHARACTER}"
    assert one.params["parts_list"].value == os.fsdecode(b"caf\xe9"), "the host keeps what it was given"
    """)


def test_a_bug_leaves_its_traceback_in_a_log(tmp_path: Path) -> None:
    out = run("print(failure(node(), engine.BUG).message)", XDG_STATE_HOME=str(tmp_path))
    log = tmp_path / "anatomatte" / "anatomatte-errors.log"
    assert "KeyError" in out and str(log) in out
    assert "nobody thought of this" in log.read_text() and "entry.py" in log.read_text()
    out = run("print(failure(node(), engine.EXIT).message)", XDG_STATE_HOME=str(tmp_path))
    assert "SystemExit" in out, "a script's exit() does not end the host"


def test_a_log_that_cannot_be_written_lies_with_temporary_files(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where a folder should be")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    out = run(
        "print(failure(node(), engine.BUG).message)",
        XDG_STATE_HOME=str(tmp_path / "state"),
        HOME=str(tmp_path / "state"),
        TMPDIR=str(temporary),
    )
    log = temporary / f"anatomatte-{os.getuid()}" / "anatomatte-errors.log"
    assert str(log) in out and log.is_file() and log.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("linked", ["folder", "log"])
def test_no_link_is_followed_to_a_log(tmp_path: Path, linked: str) -> None:
    """Where everybody may write, another user may have been there before."""
    own, target = tmp_path / f"anatomatte-{os.getuid()}", tmp_path / "target"
    (tmp_path / "state").write_text("a file where a folder should be")
    target.mkdir()
    if linked == "folder":
        own.symlink_to(target)
    else:
        own.mkdir()
        (own / "anatomatte-errors.log").symlink_to(target / "log")
    states = {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path / "state")}
    out = run("print(failure(node(), engine.BUG).message)", TMPDIR=str(tmp_path), **states)
    assert "could not be written to a log" in out and list(target.iterdir()) == []


def test_python_keeps_nothing_of_the_host() -> None:
    run("""
    one = node()
    assert "kept pixels" in failure(one, engine.KEEP).message
    engine.kept.clear()
    one.render(engine.CYCLE)
    """)


def test_cancelling_is_quick_and_is_no_failure() -> None:
    run("""
    one = node()
    began = []
    def stop():
        if "waiting" in engine.seen and not began:
            began.append(time.monotonic())
        return bool(began)
    try:
        one.render(engine.WAIT, abort=stop)
        raise SystemExit("it rendered")
    except RenderAborted:
        pass
    assert time.monotonic() - began[0] < 15, "the engine itself would wait for two minutes"
    assert engine.seen["cancelled"] and one.persistent_message is None
    """)


def test_progress_is_told_while_a_slow_frame_renders() -> None:
    run("""
    told = engine.told
    node().render(engine.SLOW, progress=told.append)
    assert told == sorted(told) and told[-1] >= 0.8, told
    assert not engine.seen["unheard"], "each step was told while the frame rendered"
    """)


def test_a_refused_handshake_is_told_and_tried_again_on_refresh() -> None:
    run("""
    one = node()
    engine.refuse_handshake = "The node and the module do not belong together."
    assert failure(one, 1).message == engine.refuse_handshake
    engine.refuse_handshake = ""
    assert "do not belong" in failure(one, 1).message, "remembered, not tried for every frame"
    one.params["refresh"].press()
    assert "stand-in" in one.params["status"].value, one.params["status"].value
    one.render(1)
    assert len(engine.seen["digest"]) == 64 and engine.seen["version"]
    """)


def test_frames_share_engine_threads_and_run_at_once() -> None:
    run("""
    one = node()
    for frame in range(5):
        one.render(1)
    assert len(engine.threads) == 1, "a frame after another uses the same thread"
    assert threading.get_ident() not in engine.threads
    workers = [threading.Thread(target=node().render, args=(engine.MEET,)) for _ in range(4)]
    [w.start() for w in workers]
    [w.join() for w in workers]
    assert engine.seen["met"], "four frames are in the engine at once"
    assert len(engine.threads) <= 5
    """)


def test_purge_reaches_the_engine() -> None:
    run("""
    one = node()
    one.purge_caches()
    assert engine.purged == 0, "an engine that never ran has nothing to give back"
    one.render(1)
    one.purge_caches()
    assert engine.purged == 1
    """)


def test_a_forked_child_renders_too() -> None:
    run("""
    one = node()
    one.render(1)
    child = os.fork()
    if child == 0:
        os._exit(0 if np.all(one.render(1)["colour"] == 1) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    """)
