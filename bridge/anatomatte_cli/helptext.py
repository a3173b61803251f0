"""A help page that fits a terminal of 80×24: options of one kind share a line."""

from __future__ import annotations

from typing import Any

import click


class Option(click.Option):
    """An option that may share its line of the help page with the others of its *row*."""

    def __init__(self, *args: Any, row: str | None = None, **kwargs: Any) -> None:
        self.row = row
        super().__init__(*args, **kwargs)


class Command(click.Command):
    """A command with one line an option or a row of options, and no blank line more than needed."""

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
