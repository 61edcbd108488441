"""`python -m ingest` is `ingest`. Nothing heavy is imported until Ctrl-C is handled."""

import os
import sys

# `python -m` looks into the working folder first, where a stranger's module may have the name of a library.
if __name__ == "__main__" and not sys.flags.safe_path and __file__ != f"{sys.path[0]}/ingest/__main__.py":
    del sys.path[0]


def main() -> None:
    """Run the command line; Ctrl-C ends it at any time with one line and exit code 1."""
    try:
        from ingest.command.main import run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. What was reported as stored is stored; run the same command again to go on.\n")
        sys.stderr.flush()
        # At once: a thread may still wait for an answer, and Python would wait for the thread.
        os._exit(1)


if __name__ == "__main__":
    main()
