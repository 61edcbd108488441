"""docs/settings.md as the settings classes tell it: `python -m tests.settings_page` writes it, a test compares it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic.fields import FieldInfo

from corpus.settings import CorpusSettings
from handler.check.settings import CheckSettings
from handler.settings import HandlerSettings
from ingest.settings import IngestSettings

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"
HEAD = """\
# Settings

All are environment variables, read once at the start; an empty one counts as not set. Wrong ones are all told at once.
`python -m tests.settings_page` writes this page.
"""


def settings_page() -> str:
    """The whole page."""
    shared = CorpusSettings.model_fields
    parts = [HEAD, *_table("Both sides", shared)]
    for title, fields in (
        ("`ingest`", IngestSettings.model_fields),
        ("`handler`", HandlerSettings.model_fields),
        ("`handler check`", CheckSettings.model_fields),
    ):
        parts += _table(title, {name: field for name, field in fields.items() if name not in shared})
    return "\n".join(parts)


def _table(title: str, fields: dict[str, FieldInfo]) -> Iterator[str]:
    yield f"## {title}\n\n| variable | default | meaning |\n|---|---|---|"
    for name, field in fields.items():
        yield f"| `{name.upper()}` | {_default(field)} | {field.description} |"
    yield ""


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is None or field.default_factory is not None or not str(value).strip("*"):
        return "–"
    return f"`{','.join(value) if isinstance(value, tuple) else value}`"


if __name__ == "__main__":
    PAGE.write_text(settings_page(), "utf-8")
