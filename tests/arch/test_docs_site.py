"""The pages with the Python reference build without a warning, need no other site, and name real tests."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def test_the_pages_build_and_fetch_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")],
        cwd=ROOT, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    fetched = [
        (page.name, address)
        for page in (tmp_path / "site").rglob("*.html")
        for address in re.findall(
            r'<(?:script|link|img)[^>]+(?:src|href)="((?:https?:)?//[^"]+)', page.read_text()
        )
    ]
    assert not fetched
    assert "Key one picture" in (tmp_path / "site" / "api" / "anatomatte.html").read_text(encoding="utf-8")


def test_architecture_is_two_screens() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").splitlines()) <= 110


def test_contributing_names_files_and_tests_that_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = re.findall(r"`((?:tests|plugin|bridge|docs|training)/[\w./]+)`", text)
    assert len(named) > 10
    assert not [
        path for path in named if "ID" not in path and path != "training/runs" and not (ROOT / path).exists()
    ]
    assert not [name for name in re.findall(r"`(test_\w+)`", text) if f"def {name}(" not in tests]
