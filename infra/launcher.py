"""What the installed commands begin with; in an installation this file is retrieval_action/__init__.py.

Our packages and the part of Chroma that we use lie in that one folder, so that they meet nobody else's of the same
name. It comes first on the path of these programs, and of no other.
"""

import sys
from pathlib import Path


def run_ingest() -> None:
    """The command `ingest`."""
    _find_our_own()
    from ingest.__main__ import main

    main()


def run_handler() -> None:
    """The command `handler`."""
    _find_our_own()
    from handler.cli import main

    main()


def _find_our_own() -> None:
    folder = Path(__file__).parent
    # Not in an editable checkout.
    if (folder / "corpus").is_dir():
        sys.path.insert(0, str(folder))
