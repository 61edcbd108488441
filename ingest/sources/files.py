"""Find the files to ingest and name each one's source. Only looks at names and stats; opens no file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from corpus.errors import DocumentError, DocumentMissing, DocumentUnreadable, DocumentUnsupported, SettingsError
from corpus.records import composed
from ingest.reading.readers import is_readable, why_not
from ingest.sources.folder_access import fault_of, of_files, validator_of
from ingest.sources.found import Found, Item
from ingest.sources.patterns import IGNORED_BY_DEFAULT, Patterns, Selection, strangers_patterns

IGNORE_FILE = ".ingestignore"
MAX_IGNORE_BYTES = 64 * 1024
LEADS_OUT = "A link out of the folder that was named. Name what it leads to, or add --follow-links."
# manual.pdf.meta.yaml describes manual.pdf.
SIDECARS = (".meta.yaml", ".meta.yml", ".meta.json")


def find(paths: Iterable[Path], *, root: Path, selection: Selection | None = None) -> Found:
    """Walk the paths. What is named itself must be readable; what lies in a folder may be skipped.

    Sources are POSIX paths relative to `root` where the file is below it, else relative to the parent of the path
    that was named. The selection is made below each folder named; a folder's own .ingestignore counts too. Hidden
    files are passed over, and links that lead out of the folder named, unless the selection follows them. Whom the
    files may be seen by, their folders' .access.yaml say, from `root` down.
    """
    walk = _Walk(_absolute(root), selection or Selection())
    for path in paths:
        walk.add(path)
    walk.note_faults()
    return Found(
        items=sorted(walk.files.values(), key=lambda file: file.source),
        failed=walk.failed,
        skipped=sorted(walk.skipped),
        scopes=walk.scopes,
        kept_from_prune=walk.kept_from_prune,
    )


class _Walk:
    def __init__(self, root: Path, selection: Selection) -> None:
        self.files: dict[str, Item] = {}
        self.failed: list[tuple[str, DocumentError]] = []
        self.skipped: list[tuple[str, str]] = []
        self.scopes: list[str] = []
        self.kept_from_prune: list[str] = []
        self._root = root
        self._selection = selection
        self._access = of_files(follow_links=selection.follow_links)

    def add(self, named: Path) -> None:
        path = _absolute(named)
        source = self._source(path, beside=path.parent)
        if path.is_dir():
            self.scopes.append(source)
            for file in self._below(path, beside=path.parent):
                self._take(file, self._source(file, beside=path.parent), named=False, top=path)
        elif path.exists():
            self.scopes.append(source)
            self._take(path, source, named=True, top=path.parent)
        else:
            self.failed.append((str(named), DocumentMissing("No such file or folder. Check the path.")))

    def note_faults(self) -> None:
        """Report each folder's rules that cannot be used."""
        for file, reason in self._access.faults.items():
            path = Path(file)
            self.failed.append((self._source(path, beside=path.parent), DocumentUnreadable(fault_of(reason))))

    def _source(self, path: Path, *, beside: Path) -> str:
        below = self._root if path.is_relative_to(self._root) else beside
        return composed(path.relative_to(below).as_posix())

    def _fail(self, source: str, error: DocumentError) -> None:
        self.kept_from_prune.append(source)
        # A name that is not valid text can be shown, but not stored.
        self.failed.append((source.encode("utf-8", "replace").decode(), error))

    def _take(self, path: Path, source: str, *, named: bool, top: Path) -> None:
        if path.name.endswith(SIDECARS) and not named:
            return
        if not is_readable(path):
            self._leave(source, DocumentUnsupported(why_not(path)), named=named)
            return
        try:
            source.encode()
            stat = path.stat()
        except UnicodeEncodeError:
            self._fail(source, DocumentUnreadable("Its name is not UTF-8. Rename the file."))
            return
        except OSError as error:
            reason = f"Cannot be opened: {error.strerror}. Check the file and its permissions."
            self._fail(source, DocumentUnreadable(reason))
            return
        if not os.path.isfile(path):  # noqa: PTH113 - a device or pipe
            self._leave(source, DocumentUnsupported("Not a regular file. Copy what it gives into one."), named=named)
            return
        taken = self.files.get(source)
        if taken is not None and taken.path != path:
            reason = f"Known as {source!r} would be both {taken.path} and {path}. Name a common --root above both."
            self._fail(source, DocumentError(reason))
            return
        sidecar = next((beside for end in SIDECARS if (beside := path.with_name(path.name + end)).is_file()), None)
        if sidecar and not self._selection.follow_links and leads_out(str(sidecar), os.path.realpath(path.parent)):
            self._fail(source, DocumentUnreadable(f"Its sidecar {sidecar.name} leads elsewhere. {LEADS_OUT}"))
            return
        topmost = self._root if path.is_relative_to(self._root) else top
        access = self._access.of(path.as_posix(), top=topmost.as_posix().rstrip("/"))
        described_ns = sidecar.stat().st_mtime_ns if sidecar else 0
        self.files[source] = Item(
            source=source,
            place=str(path),
            path=path,
            validator=f"{stat.st_size}-{stat.st_mtime_ns}-{described_ns}{validator_of(access)}",
            modified_ns=stat.st_mtime_ns,
            sidecar=sidecar,
            access=access,
        )

    def _leave(self, source: str, error: DocumentError, *, named: bool) -> None:
        """A file that is not read fails if it was named itself, and is skipped if it only lies in a folder."""
        if named:
            self._fail(source, error)
        else:
            self.kept_from_prune.append(source)
            self.skipped.append((source.encode("utf-8", "replace").decode(), str(error)))

    def _ignore(self, source: str) -> None:
        """What is left out by default, although it may be stored from a time when it was not."""
        self.kept_from_prune.append(source.rstrip("/"))
        self.skipped.append((source.encode("utf-8", "replace").decode(), IGNORED_BY_DEFAULT))

    def _below(self, folder: Path, *, beside: Path) -> Iterator[Path]:
        """Every file below a folder that is neither hidden nor excluded, in the order of names; no folder twice."""
        seen: set[tuple[int, int]] = set()
        base = os.path.realpath(folder)
        pending: list[tuple[Path, list[tuple[Path, Patterns]]]] = [(folder, [])]
        while pending:
            current, ignores = pending.pop()
            try:
                stat = current.stat()
                entries = sorted(os.scandir(current), key=lambda entry: entry.name)
                ignores = [*ignores, *self._ignores_of(current, base)]
            except (UnicodeDecodeError, SettingsError) as error:
                why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error
                reason = f"Its {IGNORE_FILE} cannot be used: {why}. Nothing in the folder is taken; mend the file."
                self._fail(self._source(current, beside=beside), DocumentUnreadable(reason))
                continue
            except OSError as error:
                reason = f"The folder cannot be read: {error.strerror}. Check its permissions."
                self._fail(self._source(current, beside=beside), DocumentUnreadable(reason))
                continue
            # A symbolic link may lead back up.
            if (stat.st_dev, stat.st_ino) in seen:
                continue
            seen.add((stat.st_dev, stat.st_ino))
            folders = []
            names = {entry.name for entry in entries}
            for entry in entries:
                path = Path(entry.path)
                is_folder = _is_folder(entry)
                if self._selection.ignores(entry.name + ("/" if is_folder else ""), names):
                    self._ignore(self._source(path, beside=beside) + ("/" if is_folder else ""))
                    continue
                if entry.name.startswith(".") or self._is_left_out(path, folder, is_folder=is_folder, ignores=ignores):
                    self.kept_from_prune.append(self._source(path, beside=beside))
                    continue
                if not self._selection.follow_links and leads_out(entry.path, base):
                    self._leave(self._source(path, beside=beside), DocumentUnsupported(LEADS_OUT), named=False)
                    continue
                if is_folder:
                    folders.append((path, ignores))
                else:
                    yield path
            pending.extend(reversed(folders))

    def _ignores_of(self, folder: Path, base: str) -> Iterator[tuple[Path, Patterns]]:
        """The folder's own .ingestignore. Raises SettingsError, UnicodeDecodeError, OSError."""
        own = folder / IGNORE_FILE
        if not own.is_file():
            return
        if not self._selection.follow_links and leads_out(str(own), base):
            raise SettingsError("it is a link out of the folder that was named, which --follow-links takes")
        if own.stat().st_size > MAX_IGNORE_BYTES:
            raise SettingsError(f"it has more than {MAX_IGNORE_BYTES // 1024} KB")
        yield folder, strangers_patterns(IGNORE_FILE, own.read_text("utf-8").splitlines())

    def _is_left_out(self, path: Path, folder: Path, *, is_folder: bool, ignores: list[tuple[Path, Patterns]]) -> bool:
        slash = "/" if is_folder else ""
        name = path.relative_to(folder).as_posix() + slash
        if self._selection.excludes(name):
            return True
        if any(spec.match(path.relative_to(base).as_posix() + slash) for base, spec in ignores):
            return True
        return not is_folder and not self._selection.includes(name)


def leads_out(path: str, base: str) -> bool:
    """Whether it is a link to something that exists outside the folder `base`, which is given without links."""
    if not os.path.islink(path):  # noqa: PTH114 - of each entry of a folder: a Path costs more than the question
        return False
    target = os.path.realpath(path)
    return target != base and not target.startswith(base.rstrip("/") + "/") and os.path.exists(target)  # noqa: PTH110


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # A link that leads to itself.
        return False


def _absolute(path: Path) -> Path:
    """Without `..`; links keep the names that people know them by."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - Path.absolute keeps `..`, and resolve follows links
