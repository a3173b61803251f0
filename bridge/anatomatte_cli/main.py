"""The console entry point: here, or in a served worker's command server, which is warm."""

from __future__ import annotations

import os
import sys

from . import stopping


def main(argv: list[str] | None = None) -> int:
    """Run a command and return the exit code of the error table.

    The words of this process go to the command server of the worker that ANATOMATTE_WORKER names, where there
    is one; until then nothing is imported that takes time.

    Args:
        argv: the command's words; None takes this process's own.
    """
    try:
        if argv is None:
            stopping.listen()
            if os.environ.get("ANATOMATTE_WORKER"):
                from . import command_client

                if (code := command_client.run()) is not None:
                    return code
            from anatomatte_batch.frugal import frugal

            frugal()
        from . import commands
    except BaseException:  # an interrupted import has many faces
        if (end := stopping.ended()) is None:
            raise
        print(f"anatomatte: {end[1]}", file=sys.stderr)
        return end[0]
    return commands.main(argv)


if __name__ == "__main__":
    raise SystemExit(main())
