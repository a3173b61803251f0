"""The console entry point: here, or in a served worker's command server, which is warm."""

from __future__ import annotations

import os


def main(argv: list[str] | None = None) -> int:
    """Run a command and return the exit code of the error table.

    The words of this process go to the command server of the worker that ANATOMATTE_WORKER names, where there
    is one; until then nothing is imported that takes time.

    Args:
        argv: the command's words; None takes this process's own.
    """
    if argv is None and os.environ.get("ANATOMATTE_WORKER"):
        from . import command_client

        if (code := command_client.run()) is not None:
            return code
    from . import commands

    return commands.main(argv)


if __name__ == "__main__":
    raise SystemExit(main())
