"""Which corpora this deployment serves, and the settings of each. Read once, when the app is made."""

from __future__ import annotations

from corpus.corpora import Entry, parse_corpora
from corpus.errors import SettingsError, SnapshotError
from corpus.settings import CLOUD, lacking_for_cloud
from corpus.snapshot.store_choice import snapshot_store_of
from handler.settings import HandlerSettings


def read_corpora(settings: HandlerSettings) -> tuple[Entry, ...]:
    """The entries of CORPORA and CORPORA_FILE; one without a name where there are none. Raises SettingsError."""
    text = settings.corpora
    if settings.corpora_file is not None:
        text = f"{text}\n{_lines(settings.corpora_file)}"
    try:
        entries = parse_corpora(text)
    except ValueError as error:
        raise SettingsError(f"CORPORA: {error}.") from None
    if not entries and (settings.corpora or settings.corpora_file is not None):
        raise SettingsError("CORPORA names no corpus. Write name=place, such as hr=s3://docs/hr, or unset it.")
    if any(entry.place.get("chroma_url") == CLOUD for entry in entries) and (missing := lacking_for_cloud(settings)):
        raise SettingsError(f"CORPORA names a collection of Chroma Cloud, which needs {', '.join(missing)} too.")
    return entries or (Entry(),)


def names_of(settings: HandlerSettings) -> tuple[str, ...] | None:
    """The names of several corpora; None if there is only one, which has no name. Raises SettingsError."""
    return tuple(entry.name for entry in read_corpora(settings)) if settings.several else None


def settings_of(entry: Entry, settings: HandlerSettings) -> HandlerSettings:
    """The settings of a deployment with that corpus alone."""
    if not entry.name:
        return settings
    return settings.model_copy(update={"corpora": "", "corpora_file": None, **entry.place})


def _lines(place: str) -> str:
    folder, _, name = place.rpartition("/")
    store = snapshot_store_of(folder or ("/" if place.startswith("/") else "."))
    try:
        found = store.read(name)
    except SnapshotError as error:
        raise SettingsError(f"CORPORA_FILE: {error}") from None
    finally:
        store.close()
    if found is None:
        raise SettingsError(f"CORPORA_FILE: {place} is not there.")
    try:
        return found[0].decode("utf-8")
    except UnicodeDecodeError:
        raise SettingsError(f"CORPORA_FILE: {place} is not UTF-8. Save it anew.") from None
