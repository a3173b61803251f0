"""``anatomatte``: the commands, each loaded when it is called."""

from __future__ import annotations

import importlib
import io
import os
import sys

import click

from anatomatte import __version__
from anatomatte.errors import AnatomatteError, SettingsError, is_shortage, too_long

from . import stopping

COMMANDS = {
    "render": ("cmd_render", "Key a sequence, an image or a video."),
    "cutout": ("cmd_cutout", "Cut people out of photos and folders of them."),
    "sheet": ("cmd_sheet", "Make a contact sheet of a shot or of photos."),
    "analyse": ("cmd_analyse", "Find who is who in a shot, its cuts and its screen."),
    "correct": ("cmd_correct", "Mend a shot by strokes that its sidecar keeps."),
    "review": ("cmd_review", "Look through a shot on a page, mend and accept it."),
    "check-frames": ("cmd_check_frames", "Check a rendered range by its files."),
    "params": ("cmd_params", "List the controls."),
    "doctor": ("cmd_doctor", "Check the installation, each part of it."),
    "install": ("cmd_install", "Put the node where OFX hosts look for it."),
    "bundle": ("cmd_bundle", "Pack all of it for machines without anything."),
    "models": ("cmd_models", "List, fetch and check networks of others."),
    "serve": ("cmd_serve", "Serve a page and an HTTP service for cutouts."),
    "farm": ("cmd_farm", "Write jobs for queues that exist."),
    "worker": ("cmd_worker", "Serve one warm engine to several processes."),
    "demo": ("demo", "Render the sample shot and a contact sheet of it."),
}


class ReaderGone(Exception):
    """Who reads the standard output went away; of a BrokenPipeError click itself makes exit 1."""


class Commands(click.Group):
    """A group whose commands are imported when they are called, and whose failures are sentences."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"{__package__}.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click, which knows only commands that are imported when it says what was meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as why:
            from difflib import get_close_matches

            if args[0] not in COMMANDS and (near := get_close_matches(args[0].lower(), COMMANDS, 1)):
                sentence = f"There is no command '{args[0]}'; did you mean '{near[0]}'?"
                raise click.UsageError(sentence, ctx) from why
            raise

    def invoke(self, ctx: click.Context) -> object:
        """As click; a pipe that nobody reads is told apart from our bugs."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError as why:
            raise ReaderGone from why

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """On one line: the commands fill the page."""
        formatter.write("\nOptions: --version; -h, --help\n")
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The one-line texts from here: nothing is imported for ``--help``."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="anatomatte")
def cli() -> None:
    """Mattes of people from plates, through the same node as in the compositor."""


def main(argv: list[str] | None = None) -> int:
    """The console entry point: runs a command and returns the exit code of the error table."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names of files, signs that the terminal lacks
    if any(name.startswith("ANATOMATTE_") for name in os.environ):
        from .variables import misread

        for sentence in misread():
            print(f"anatomatte: {sentence}", file=sys.stderr)
    return run(cli, argv)


def _no_empty_words(words: list[str]) -> None:
    """An empty word is a variable of a script that is not set: it would count as if nothing were asked for.

    Raises:
        SettingsError: a word, or the value of an option, is empty.
    """
    for place, word in enumerate(words):
        name, equals, value = word.partition("=")
        before = words[place - 1] if place else ""
        if word and not (equals and not value and name.startswith("--")):
            continue
        option = name if word else before if before.startswith("-") and before != "-" else ""
        what = f"{option} has an empty value" if option else f"Word {place + 1} of the command is empty"
        raise SettingsError(f"{what}: is a variable not set? Give it a value, or leave it out.")


def run(command: click.Command, argv: list[str] | None = None) -> int:
    """Run a command; its failures, and a signal that ends it, become a sentence and an exit code."""
    try:
        _no_empty_words(sys.argv[1:] if argv is None else argv)
        code = command.main(args=argv, prog_name="anatomatte", standalone_mode=False)
        end = code if isinstance(code, int) else 0, ""
    except BaseException as why:
        if (told := stopping.ended() or _end(why)) is None:
            raise
        end = told
    # what was interrupted may have made any error of it, or a result
    code, sentence = stopping.ended() or end
    if sentence:
        print(f"anatomatte: {sentence}", file=sys.stderr)
    return code


def _end(why: BaseException) -> tuple[int, str] | None:
    """The exit code and the sentence of what ended a command, an empty one where it is told; None of a bug
    of ours."""
    if isinstance(why, AnatomatteError):
        return why.exit_code, str(why)
    if isinstance(why, click.ClickException):
        why.show()
        return why.exit_code, ""
    if isinstance(why, (click.Abort, KeyboardInterrupt)):
        return 130, "stopped"
    if isinstance(why, ReaderGone):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141, ""
    if (named := too_long(why)) is not None:
        return named.exit_code, str(named)
    if isinstance(why, (MemoryError, ImportError)) and is_shortage(why):
        return 5, "out of memory; use a bigger machine or a smaller picture"
    return None


if __name__ == "__main__":
    raise SystemExit(main())
