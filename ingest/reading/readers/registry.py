"""Choose the reader of a file. Importing this imports no parser; each is loaded with its first file."""

from __future__ import annotations

import contextlib
import importlib
import stat
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol, cast

from corpus.errors import DocumentEmpty, DocumentError, DocumentMissing, DocumentUnreadable, DocumentUnsupported
from ingest.reading.document import Document
from ingest.reading.readers.composer import one_line
from ingest.reading.readers.contents import module_by_content
from ingest.reading.readers.dataruns import without_data
from ingest.reading.readers.encoding import guesses, in_utf8

_BLANK = b" \t\r\n\x00\xef\xbb\xbf\xfe\xff"  # Blanks and the bytes of byte order marks.
_BEGIN_BYTES = 8192
_NO_TEXT = (b"<", b"%PDF", b"{\\rtf")  # Files of other types without a suffix.
MAX_FILE_BYTES = 512 * 1024 * 1024

# Modules below this package, each with a function `read`, and the suffixes they read.
_SUFFIXES = {
    "code": """
        .asm .bash .bat .bicep .c .cc .clj .cmake .cpp .cs .css .cxx .dart .diff .elm .erl .ex .exs .f90 .fish .fs .go
        .gradle .graphql .groovy .h .hpp .hs .java .jl .js .jsx .kt .kts .less .lisp .lua .m .mjs .ml .nim .nix .pas
        .patch .php .pl .pm .proto .ps1 .py .pyi .pyx .r .rb .rs .sass .scala .scm .scss .sh .sol .sql .svelte .swift
        .tcl .tf .ts .tsx .v .vb .vhdl .vue .zig .zsh
        .cfg .cjs .conf .cshtml .cts .editorconfig .env .erb .hcl .ini .json5 .jsonc .lock .mts .properties .tfvars
        .toml .yaml .yml
    """,
    "csv": ".csv .tsv",
    "doc.reader": ".doc .dot",
    "docx.reader": ".docx .docm .dotx .dotm",
    "enex": ".enex",
    "epub": ".epub",
    "html.reader": ".htm .html .shtml .xht .xhtml",
    "ipynb": ".ipynb",
    "json": ".json .geojson",
    "jsonlines": ".jsonl .ndjson",
    "mail.eml": ".eml",
    "mail.mbox": ".mbox .mbx",
    "markdown": ".markdown .md .mdown .mdx .mkd .qmd .rmd",
    "mhtml": ".mht .mhtml",
    "mail.msg": ".msg",
    "odf.flat": ".fodp .fods .fodt",
    "odf.reader": ".odp .odt .otp .ott",
    "pdf.reader": ".pdf",
    "plist": ".plist",
    "ppt.reader": ".pot .pps .ppt",
    "pptx.reader": ".pptx .pptm .potx .ppsx .ppsm",
    "rtf.reader": ".rtf",
    "sheets.reader": ".ods .ots .xls .xlsb .xlsm .xlsx .xlt .xltm .xltx",
    "archive": ".zip",
    "cards": ".ics .vcf",
    "markup.asciidoc": ".adoc .asciidoc",
    "markup.org": ".org",
    "markup.rst": ".rest .rst",
    "markup.tex": ".latex .ltx .tex",
    "subtitles": ".ass .lrc .sbv .srt .ssa .ttml .vtt",
    "markup.textile": ".textile",
    "markup.wiki": ".creole .mediawiki .wiki .wikitext",
    "text": ".bib .log .nfo .po .pot .ris .text .txt",
    "xml": """
        .atom .dita .ditamap .docbook .fb2 .gpx .kml .nxml .opml .resx .rng .rss .svg .tei .tmx .wsdl .xlf .xliff
        .xml .xsd .xsl .xslt
    """,
}
_READERS = {suffix: module for module, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
# Names of files without a suffix.
_NAMES = {
    "authors": "text", "changelog": "text", "changes": "text", "contributing": "text", "copying": "text",
    "dockerfile": "code", "license": "text", "makefile": "code", "news": "text", "notice": "text", "readme": "text",
    "codeowners": "text", "gemfile": "code", "history": "text", "install": "text", "jenkinsfile": "code",
    "procfile": "code", "rakefile": "code", "security": "text", "todo": "text", "vagrantfile": "code",
}  # fmt: skip

# Files that often hold secrets, which no search should find.
_SECRET = frozenset((".env", ".tfvars"))
_TOLD_OF_SECRETS = "Such files hold passwords and keys. Leave it out by .ingestignore, unless it is to be found."

_OFFICE = "DOCX or PDF"
_SHEET = "XLSX or CSV"
_SLIDES = "PPTX or PDF"
# Types that are legacy, proprietary or without text, and what to convert them to.
_CONVERSIONS = {
    _OFFICE: ".abw .hwp .hwpx .lwp .one .pages .pub .sxw .wpd .wps .wri .xps",
    _SHEET: ".123 .numbers .qpw .sxc .wk1",
    _SLIDES: ".key .sxi",
    "PDF with a text layer (OCR)": ".avif .bmp .djvu .gif .heic .heif .ico .jp2 .jpeg .jpg .png .psd .tif .tiff .webp",
    "HTML or PDF": ".chm .webarchive",
    "PDF or text": ".ai .dwg .dxf .eps .ps .vsd .vsdx",
    "EPUB or PDF": ".azw .azw3 .kfx .lit .mobi",
    "a transcript as text": ".aac .avi .flac .m4a .m4v .mkv .mov .mp3 .mp4 .mpeg .mpg .ogg .opus .wav .webm .wma .wmv",
    "the files in it, unpacked": ".7z .bz2 .gz .rar .tar .tgz .xz .z .zst",
    "CSV or JSON Lines": ".accdb .avro .db .feather .h5 .mdb .npy .npz .parquet .pkl .sqlite .sqlite3",
    "EML": ".oft .ost .pst .tnef",
}
_UNREAD = {suffix: target for target, suffixes in _CONVERSIONS.items() for suffix in suffixes.split()}


class _Reader(Protocol):
    """A reader module: `read` turns a file's bytes into documents, or raises DocumentError. Only modules that
    `has_shares` names have `read_share`."""

    def read(self, data: bytes, *, password: str | None = None, shares: Sequence[bytes] = ()) -> list[Document]: ...

    def read_share(self, data: bytes, number: int, of: int, *, password: str | None = None) -> bytes: ...


def suffixes_of(module: str) -> list[str]:
    """The suffixes that a reader module takes."""
    return sorted(_SUFFIXES[module].split())


def is_readable(path: Path) -> bool:
    """Whether a reader takes files with this name. The file itself is not opened if it has a suffix."""
    return _module_of(path) is not None


def why_not(path: Path) -> str:
    """One line about a file that `is_readable` refuses: what it is and what to convert it to."""
    suffix = path.suffix.lower()
    kind = f"{suffix} files" if suffix else "Files without a suffix"
    return f"{kind} are not supported. Convert to {_UNREAD.get(suffix, 'PDF, DOCX, HTML, Markdown or text')}."


def has_shares(path: Path) -> bool:
    """Whether `read_share` takes files with this name."""
    return _module_of(path) == "pdf.reader"


def _loaded(module: str) -> _Reader:
    return cast("_Reader", importlib.import_module(f"ingest.reading.readers.{module}"))


def _module_of(path: Path) -> str | None:
    """The module for files with this name. Without a suffix or a known name, the first bytes decide."""
    suffix = path.suffix.lower()
    if not suffix:
        return _NAMES.get(path.name.lower()) or _module_by(_begin_of(path))
    return _READERS.get(suffix)


def _begin_of(path: Path) -> bytes:
    """The first bytes of a file; empty if there is no such file."""
    with contextlib.suppress(OSError):
        if path.is_file():
            with path.open("rb") as file:
                return file.read(_BEGIN_BYTES)
    return b""


def _module_by(begin: bytes) -> str | None:
    """The module for a file with these first bytes: text in UTF-8, or a script."""
    begin = begin[:_BEGIN_BYTES]
    try:
        text = begin.decode()
    except UnicodeDecodeError as error:
        if len(begin) < _BEGIN_BYTES or error.start < _BEGIN_BYTES - 3:  # Otherwise a character was cut in two.
            return None
        text = begin[: error.start].decode()
    if not text.strip() or begin.startswith(_NO_TEXT) or any(sign < " " and sign not in "\t\n\r\f" for sign in text):
        return None
    return "code" if text.startswith("#!") else "text"


def read(
    path: Path, *, password: str | None = None, charset: str | None = None, shares: Sequence[bytes] = ()
) -> Sequence[Document]:
    """The documents in a file: usually one, but one per record of JSON Lines or per attachment of a mail.

    `password` opens encrypted PDFs. `charset` is the encoding that a server declared. `shares` are all results of
    `read_share`, in order. Raises DocumentError, whose message does not repeat the path.
    """
    if not is_readable(path) and path.is_file():
        raise DocumentUnsupported(why_not(path))
    data = _bytes_of(path)
    return read_bytes(in_utf8(data, charset) if charset else data, path.name, password=password, shares=shares)


def read_share(path: Path, number: int, of: int, *, password: str | None = None) -> bytes:
    """Read share `number`, counted from 0, of a file that `has_shares`, so that several processes can share the work.

    The result is for `read`. Raises DocumentError if the file must be read as a whole; reading it then says why.
    """
    data = _bytes_of(path)
    with _isolated():
        return _loaded("pdf.reader").read_share(data, number, of, password=password)


def read_bytes(data: bytes, name: str, *, password: str | None = None, shares: Sequence[bytes] = ()) -> list[Document]:
    """The documents in a file's content. Its name tells the type. Raises DocumentError."""
    module = _module_of(Path(name))
    if module is None and not Path(name).suffix:
        module = _module_by(data)
    if module is None:
        raise DocumentUnsupported(why_not(Path(name)))
    if not data.strip(_BLANK):
        raise DocumentEmpty("The file is empty.")
    with _isolated(), guesses() as guessed:
        reader = _loaded(module_by_content(data, module))
        documents = reader.read(data, password=password, **({"shares": shares} if shares else {}))
        documents = [without_data(document) for document in documents]
    if documents and guessed:
        note = f"Its encoding was guessed: {', '.join(guessed)}. Save it as UTF-8 if the text looks wrong."
        documents[0] = replace(documents[0], notes=(*documents[0].notes, note))
    if not any(document.text.strip() for document in documents):
        raise DocumentEmpty("The file holds no text.")
    if Path(name).suffix.lower() in _SECRET:
        documents[0] = replace(documents[0], notes=(*documents[0].notes, _TOLD_OF_SECRETS))
    return documents


@contextlib.contextmanager
def _isolated() -> Iterator[None]:
    """Turn whatever a reader raises on a hostile file into a DocumentError, except MemoryError."""
    try:
        yield
    except (DocumentError, MemoryError):
        raise
    except Exception as error:
        reason = one_line(f"{type(error).__name__}: {error}")[:200]
        raise DocumentUnreadable(f"The file is damaged: its reader failed with {reason}. Save it again.") from error


def _bytes_of(path: Path) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise DocumentUnreadable("This is not a file. Name a file, or a folder that holds files.")
        size = status.st_size
        if size > MAX_FILE_BYTES:
            raise DocumentUnreadable(
                f"The file has {size // 2**20} MB; at most {MAX_FILE_BYTES // 2**20} MB are read. Split it."
            )
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DocumentMissing("There is no such file. Check the path.") from error
    except OSError as error:
        raise DocumentUnreadable(f"The file cannot be opened: {error.strerror}. Check its permissions.") from error
