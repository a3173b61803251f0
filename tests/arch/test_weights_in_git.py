"""Weights in git: only those of a release, each named with its digest in a model card."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
WEIGHTS = ROOT / "plugin" / "anatomatte" / "weights"


def tracked(*patterns: str) -> list[str]:
    done = subprocess.run(
        ["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_no_training_run_is_tracked() -> None:
    assert not tracked("training/runs", "training/bank", "*.pt", "*.pth", "*.ckpt")


def test_every_weights_file_stands_with_its_digest_in_a_model_card() -> None:
    cards = "\n".join(card.read_text(encoding="utf-8") for card in sorted(WEIGHTS.glob("*.md")))
    said = dict(re.findall(r"^\| `([\w.]+)` \| `([0-9a-f]{64})` \|$", cards, re.MULTILINE))
    files = {path for path in WEIGHTS.iterdir() if path.suffix not in {".md", ".py"} and path.is_file()}
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert said == there, "weights are committed once a release, with their digest in the model card"
