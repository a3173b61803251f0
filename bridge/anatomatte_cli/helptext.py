"""A help page that fits a terminal of 80×24: options of one kind share a line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from anatomatte.errors import SettingsError


class Option(click.Option):
    """An option that may share its line of the help page with the others of its *row*."""

    def __init__(self, *args: Any, row: str | None = None, **kwargs: Any) -> None:
        self.row = row
        super().__init__(*args, **kwargs)


class Command(click.Command):
    """A command with one line an option or a row of options, and no blank line more than needed."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click; of names that a shell made of an unquoted pattern the pattern is told."""
        given = list(args)  # click takes words out of its own
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as why:
            names = [word for word in given if Path(word).is_file()]
            if "extra argument" not in why.message or len(names) < 2:
                raise
            pattern = re.sub(r"\d+(?=\.\w+$)", lambda number: "#" * len(number[0]), names[0])
            raise SettingsError(
                f"{len(names)} files are named where one name stands for all: the shell wrote out a pattern. "
                f"Write it with # for the digits, like {pattern}."
            ) from why

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        lines: dict[str, tuple[list[str], list[str]]] = {}
        for parameter in self.get_params(ctx):
            if not isinstance(parameter, click.Option) or parameter.hidden:
                continue
            names, words = lines.setdefault(getattr(parameter, "row", None) or parameter.opts[-1], ([], []))
            names.append(parameter.opts[-1])
            words += [parameter.help or ""]
            if not parameter.is_flag:
                words.insert(0, parameter.make_metavar(ctx))
        formatter.write("\nOptions:\n")
        for names, words in lines.values():
            metavar = words[0] if len(words) > len(names) else ""
            text = " ".join(word for word in words if word and word != metavar)
            formatter.write(f"  {' '.join([*names, metavar]):<25} {text}".rstrip() + "\n")
