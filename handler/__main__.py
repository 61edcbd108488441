"""`python -m handler`."""

import sys

# As in ingest/__main__.py.
if __name__ == "__main__" and not sys.flags.safe_path and __file__ != f"{sys.path[0]}/handler/__main__.py":
    del sys.path[0]

from handler.cli import main

if __name__ == "__main__":
    main()
