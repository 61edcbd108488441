"""What the first fill said of a bucket's objects, so that the worker treats them alike: WORKER_ADD. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from corpus.errors import SettingsError
from corpus.setting_values import S3_URL
from ingest.command.add import AddOptions
from ingest.command.setting_arguments import parsed
from ingest.reading.readers import is_readable, why_not
from ingest.sources.bucket import is_hidden, is_ignored
from ingest.sources.descriptions import description_from
from ingest.sources.folder_access import ACCESS_FILE
from ingest.sources.patterns import IGNORED_BY_DEFAULT, Selection

SAID = {"include", "exclude", "metadata", "url_template", "access", "password", "no_default_ignores"}

# With `prune`, because some of the records in a file may be gone.
AS_IT_IS = AddOptions(prune=True, may_empty=True)


@dataclass(frozen=True, slots=True)
class Filling:
    """`named` are the prefixes, s3://bucket/prefix; none stands for all of every bucket. `options` are what is said of
    each object, `selection` which of them are taken.
    """

    named: tuple[str, ...] = ()
    options: AddOptions = AS_IT_IS
    selection: Selection = field(default_factory=Selection)

    def why_not(self, place: str) -> str | None:
        """Why the object is ignored, like everything that lies there; None if it is read.

        A folder's rules are considered, too.
        """
        path = Path(PurePosixPath(place).name)
        base = self._base_of(place)
        if path.name == ACCESS_FILE and self.looked_through(place.rpartition("/")[0]):
            return None
        if base is None:
            return "WORKER_ADD names nothing that it lies in."
        name = place.removeprefix(base).strip("/")
        if is_ignored(name, self.selection):
            return IGNORED_BY_DEFAULT
        if is_hidden(name):
            return "It is hidden."
        if name and not self.selection.takes(name):
            return "WORKER_ADD leaves it out."
        return None if is_readable(path) else why_not(path)

    def looked_through(self, folder: str) -> list[str]:
        """What to look through where the rules of a folder, s3://bucket/folder, changed: that, as far as it is named.
        Patterns are of names below what is named, which is then looked through whole.
        """
        below = [each for each in self.named if _lies_in(each, folder)]
        base = self._base_of(folder)
        if base is None:
            return below
        return [*below, base if self.options.include or self.options.exclude else folder]

    def _base_of(self, place: str) -> str | None:
        if not self.named:
            return "/".join(place.split("/", 3)[:3])
        return max((each for each in self.named if _lies_in(place, each)), key=len, default=None)


def filling_of(words: str) -> Filling:
    """Parsed from the arguments of `ingest add`. Raises SettingsError for arguments that are not allowed here."""
    if not words.strip():
        return Filling()
    try:
        given = parsed(words)
    except ValueError as error:
        raise SettingsError(f"WORKER_ADD is not what can be typed after `ingest add`: {error}") from None
    if others := [name for name, value in given.items() if value and name not in {"named", *SAID}]:
        raise SettingsError(f"WORKER_ADD: --{others[0].replace('_', '-')} says nothing of objects. Leave it out.")
    named = tuple(each.rstrip("/") for each in given["named"])
    if wrong := [each for each in named if not S3_URL.fullmatch(each)]:
        raise SettingsError(f"WORKER_ADD: {wrong[0]!r} is not s3://bucket/prefix.")
    options = replace(
        AS_IT_IS,
        include=tuple(given["include"]),
        exclude=tuple(given["exclude"]),
        description=description_from(given["metadata"], given["url_template"], given["access"] or None),
        password=given["password"],
        default_ignores=not given["no_default_ignores"],
    )
    selection = Selection(include=options.include, exclude=options.exclude, default_ignores=options.default_ignores)
    return Filling(named, options, selection)


def _lies_in(place: str, folder: str) -> bool:
    return place == folder or place.startswith(f"{folder}/")
