"""Names that a command line could take for something else, in jobs for queues."""

from __future__ import annotations

import shlex
from pathlib import Path
from xml.etree import ElementTree as xml

import pytest

from anatomatte_cli.main import main
from made.cli_fake import shot


def written(folder: Path, queue: str, source: str, output: str) -> dict[str, str]:
    """The files of a job whose plate and frames have these names."""
    shot(folder, (1, 2))
    for frame in (1, 2):
        (folder / f"plate.{frame:04d}.exr").rename(folder / source.replace("####", f"{frame:04d}"))
    (folder / "s.toml").write_text(f'[shot]\nsource = "{source}"\noutput = "{output}"\n')
    assert main(["farm", queue, str(folder / "s.toml"), "-o", str(folder / "job")]) == 0
    return {path.name: path.read_text() for path in (folder / "job").iterdir()}


def commands(queue: str, files: dict[str, str]) -> list[list[str]]:
    """The words of each command that a file holds, as its queue splits them."""
    if queue == "opencue":
        return [shlex.split(cmd.text or "")[3:] for cmd in xml.fromstring(files["s.xml"]).iter("cmd")]
    if queue == "slurm":
        lines = [text.strip().splitlines()[-1] for text in files.values()]
        return [shlex.split(line)[2:] for line in lines]
    lines = [text for name, text in files.items() if name.endswith(".plugin")]
    told = [dict(line.split("=", 1) for line in text.splitlines())["Arguments"] for text in lines]
    return [shlex.split(line.replace("<QUOTE>", '"')) for line in told]


@pytest.mark.parametrize("queue", ["deadline", "opencue", "slurm"])
@pytest.mark.parametrize(
    ("source", "output"), [("-p.####.exr", "-o/k.####.exr"), ("~p.####.exr", "~o/k.####.exr")]
)
def test_a_name_that_begins_as_an_option_or_a_home_is_one_of_the_folder(tmp_path, queue, source, output):
    lines = commands(queue, written(tmp_path / "shot", queue, source, output))
    assert len(lines) == 3
    for words in lines:
        named = [word for word in words if word.endswith((".exr", ".png", ".logs"))]
        assert len(named) >= 2 and all(word.startswith(("./-", "./~")) for word in named), words


def test_deadline_gets_quotes_around_one_quote(tmp_path):
    """It splits the line as a shell does on Linux, where a single quote opens a word too."""
    lines = commands("deadline", written(tmp_path / "shot", "deadline", "it's.####.exr", "o/k.####.exr"))
    assert all("it's.####.exr" in words for words in lines)


def test_no_letter_of_a_tasks_words_asks_for_help(tmp_path, capsys):
    assert main(["farm", "task", "sheet", "./p.####.exr", "-o/sheet.png"]) == 2
    assert main(["farm", "task", "sheet", "--help"]) == 0 and "sheet" in capsys.readouterr().out
