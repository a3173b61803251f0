"""One exception of each kind through every door of the border: a sentence or a default, never a dead host."""

from __future__ import annotations

from made.shim_bench import run

KINDS = """
class Mute(Exception):
    def __str__(self): raise ValueError("no words")
class Own(BaseException): pass
class Odd(Exception):
    exit_code = "three"
class Fake(Exception):
    @property
    def exit_code(self): raise KeyError("no code")
def deep(n=0): return deep(n + 1)
def raised(kind):
    if kind == "deep": deep()
    if kind == "bytes": b"caf\\xe9".decode()
    if kind == "native": memoryview(b"ab").cast("d")
    if kind == "chain":
        try: 1 / 0
        except ZeroDivisionError as why: raise ValueError("second \\ud800") from why
    if kind == "answer": return object()
    raise {"mute": Mute(), "own": Own("x"), "odd": Odd("x"), "fake": Fake("x"), "stop": StopIteration(1),
           "exit": SystemExit(3), "keys": KeyboardInterrupt(), "generator": GeneratorExit(),
           "memory": MemoryError(), "os": OSError(12, "Cannot allocate memory"), "empty": Exception(),
           "import": ImportError("libx.so: failed to map segment from shared object"),
           "long": ValueError("x" * 100_000), "group": ExceptionGroup("two", [ValueError(1), KeyError(2)]),
           "nul": ValueError("a\\0b"), "assert": AssertionError()}[kind]
KINDS = ("deep bytes native chain answer mute own odd fake stop exit keys generator memory os empty "
         "import long group nul assert").split()
"""


def test_render_fails_one_frame_with_a_sentence() -> None:
    run(
        KINDS
        + """
right = engine.render
for kind in KINDS:
    one = node()
    def bad(**facts):
        raised(kind)
        return object() if kind == "answer" else None
    engine.render = bad
    if kind == "answer":
        try: one.render(1)  # an account that is no text is written as one
        except RenderError as why: assert why.message
    else:
        said = failure(one, 1).message
        assert said and len(said) < 17_000, kind
        if kind in ("memory", "os", "import"): assert "memory" in said, (kind, said)
    engine.render = right
    assert np.all(one.render(1)["colour"] == 1), kind
"""
    )


def test_status_purge_and_reach_have_an_answer_whatever_is_raised() -> None:
    run(
        KINDS
        + """
one = node()
one.render(1)
right = engine.status, engine.purge, engine.reach
for kind in KINDS:
    engine.status = lambda: raised(kind)
    engine.purge = lambda: raised(kind)
    engine.reach = lambda **facts: raised(kind)
    one.params["refresh"].press()
    said = str(one.params["status"].value)
    assert said and len(said) < 17_000, kind
    one.purge_caches()
    one.frames_needed(3)
    engine.status, engine.purge, engine.reach = right
    one.params["refresh"].press()
    assert "a stand-in" in str(one.params["status"].value), kind
    assert np.all(one.render(1)["colour"] == 1), kind
"""
    )


def test_a_handshake_that_raises_is_told_and_can_be_tried_again() -> None:
    run(
        KINDS
        + """
right = engine.handshake
one = node()
for kind in KINDS:
    if kind == "answer": continue
    engine.handshake = lambda digest, version: raised(kind)
    assert failure(one, 1).message, kind
    one.params["refresh"].press()  # forgets the failure
engine.handshake = right
one.params["refresh"].press()
assert np.all(one.render(1)["colour"] == 1)
"""
    )
