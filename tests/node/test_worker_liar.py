"""A served worker that answers nonsense: frames fail in words, the host lives, a sound one is used again."""

from __future__ import annotations

import random
import socket
import struct
import threading
from pathlib import Path

from made.shim_bench import run
from made.worker_wire import MAGIC, f64, heard, i64, mutated, text

WELCOME, REFUSE, ALIVE, DONE, TEXT, FETCH, REACHED, ASK, ROWS = 2, 3, 6, 7, 10, 13, 16, 17, 20
HELLO, RENDER, STATUS, REACH = 1, 5, 9, 15
SOUND = {
    DONE: i64(3) + text(b"The plate is too thin.") + i64(0, 0),
    ALIVE: f64(0.5),
    FETCH: text(b"Source") + f64(3.0) + i64(1, 2),
    ROWS: i64(4),
    ASK: f64(3.0),
    TEXT: text(b"process 1"),
    REACHED: i64(0) + f64(1, 2, 1, 2),
    WELCOME: i64(1) + text(b""),
    REFUSE: text(b"no"),
}
GATHERED = i64(0) + text(b"") + i64(0, 4, *(n for c in range(4) for n in (2, 4 * c, 16, 128)))
"""A frame that is done, and whose channels lie side by side in the second memory."""


class Liar(threading.Thread):
    """Answers hellos well, mostly, and everything else with damaged messages; hangs up after each."""

    def __init__(self, path: Path, seed: int) -> None:
        super().__init__(daemon=True)
        self.listener, self.rng, self.answers = socket.socket(socket.AF_UNIX), random.Random(seed), 0
        self.listener.bind(str(path))
        self.listener.listen(64)

    def run(self) -> None:
        while True:
            caller, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(caller,), daemon=True).start()

    def serve(self, caller: socket.socket) -> None:
        with caller:
            caller.settimeout(60)
            try:
                while True:
                    kind, _ = heard(caller)
                    if kind == 0:
                        return
                    self.answer(caller, kind)
            except OSError:
                return

    def answer(self, caller: socket.socket, kind: int) -> None:
        if kind == HELLO and self.rng.random() < 0.8:
            self.say(caller, WELCOME, SOUND[WELCOME])
            return
        likely = {RENDER: (ALIVE, ASK, ROWS, DONE), STATUS: (TEXT,), REACH: (REACHED,)}
        likely[HELLO] = (WELCOME, REFUSE)
        for _ in range(self.rng.randrange(1, 4)):
            said = self.rng.choice((*likely.get(kind, (DONE,)), self.rng.choice((*SOUND,))))
            body = GATHERED if said == DONE and self.rng.random() < 0.5 else SOUND[said]
            self.say(caller, said, mutated(self.rng, body))
        self.answers += 1
        raise OSError

    def say(self, caller: socket.socket, kind: int, body: bytes) -> None:
        magic = MAGIC if self.rng.random() < 0.97 else 7
        length = len(body) if self.rng.random() < 0.97 else self.rng.choice((2**40, len(body) + 9))
        caller.sendall(struct.pack("<IIQ", magic, kind, length) + body)


def test_a_worker_that_answers_nonsense_fails_frames_and_no_host(tmp_path: Path) -> None:
    liar = Liar(tmp_path / "socket", seed=3)
    liar.start()
    told = run(
        """
        one, failed = node(), 0
        for frame in range(60):
            try:
                one.render(frame)
            except RenderError as why:
                failed += bool(why.message)
            if frame % 10 == 0:
                one.params["refresh"].press()
                one.frames_needed(frame)
                one.purge_caches()
        print("alive", failed)
        """,
        ANATOMATTE_RUNTIME="worker",
        ANATOMATTE_WORKER=str(tmp_path / "socket"),
        ANATOMATTE_WORKER_SILENCE_S="5",
    )
    word, failed = told.split()
    assert word == "alive" and int(failed) > 40 and liar.answers > 20
