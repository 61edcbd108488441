"""Patterns as in .gitignore, over the names of files, pages and objects. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pathspec

from corpus.errors import SettingsError
from corpus.records import composed

# In a name of 255 letters, three stars can match in three million ways; each further one is eighty times as many.
MAX_STARS = 3
MAX_FOLDERS = 3
# What lies among documents but is not one: other people's code, lock and cache files of programs, leftovers of systems.
DEFAULT_IGNORES = (
    "node_modules/",
    "__pycache__/",
    "*.min.js",
    "*.min.css",
    "*.lock",
    "*.lockb",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "pnpm-lock.yaml",
    "go.sum",
    "~$*",
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
)
IGNORED_BY_DEFAULT = "Left out by default; --no-default-ignores takes it."


class Patterns:
    """Patterns as in .gitignore, whichever form of Unicode they and the names are in.

    Raises SettingsError, naming `origin`, for one that is none.
    """

    def __init__(self, origin: str, lines: Iterable[str]) -> None:
        try:
            self._spec = pathspec.GitIgnoreSpec.from_lines(map(composed, lines))
        except ValueError as error:
            raise SettingsError(f"{origin} has a pattern that cannot be read: {error}") from None

    def match(self, name: str) -> bool:
        """Whether the last pattern that matches the name selects it; a folder's name ends with a slash."""
        return self._spec.match_file(composed(name))


class Selection:
    """What --include and --exclude leave. Raises SettingsError for a pattern that is none.

    `follow_links` says whether links may lead out of the folder that was named; `default_ignores` whether what is
    mostly no document is left out.
    """

    def __init__(
        self,
        *,
        include: Iterable[str] = (),
        exclude: Iterable[str] = (),
        follow_links: bool = False,
        default_ignores: bool = True,
    ) -> None:
        self.follow_links = follow_links
        self._default_ignores = Patterns("", DEFAULT_IGNORES) if default_ignores else None
        self._include = _patterns_or_none("--include", include)
        self._exclude = _patterns_or_none("--exclude", exclude)

    def ignores(self, name: str, beside: Collection[str] = ()) -> bool:
        """True for what is left out by default; a folder's name ends with a slash. `beside` are the names around it."""
        if self._default_ignores is None:
            return False
        page = name.removesuffix("/").rpartition("/")[2].removesuffix("_files")
        # What a browser saves beside a page, as page_files/ beside page.html.
        is_saved = name.endswith("_files/") and not {f"{page}.html", f"{page}.htm"}.isdisjoint(beside)
        return is_saved or self._default_ignores.match(name)

    def excludes(self, name: str) -> bool:
        """True for what is not wanted; a folder's name ends with a slash."""
        return self._exclude is not None and self._exclude.match(name)

    def includes(self, name: str) -> bool:
        """True for a name that may be wanted; a folder depends on what is in it."""
        return self._include is None or self._include.match(name)

    def takes(self, name: str) -> bool:
        """True for what is wanted if there are no folders to pass."""
        return self.includes(name) and not self.excludes(name)


def strangers_patterns(origin: str, lines: Iterable[str]) -> Patterns:
    """Patterns of a file that came with the documents: only those that cannot take for ever to match."""
    given = list(lines)
    for line in given:
        if line.startswith("#"):
            continue
        if line.count("**") > MAX_FOLDERS or any(part.count("*") > MAX_STARS for part in line.split("/")):
            rule = f"a pattern with more than {MAX_STARS} `*` in one name, or {MAX_FOLDERS} `**`"
            raise SettingsError(f"{origin} has {rule}: {line[:80]!r}")
    return Patterns(origin, given)


def _patterns_or_none(origin: str, lines: Iterable[str]) -> Patterns | None:
    given = list(lines)
    return Patterns(origin, given) if given else None
