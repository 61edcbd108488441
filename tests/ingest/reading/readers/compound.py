"""Write compound files ([MS-CFB]), which is what Outlook messages are. Enough for readers, no more."""

from __future__ import annotations

import struct
from collections.abc import Mapping

_SECTOR, _SMALL_SECTOR = 512, 64
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_STORAGE, _STREAM, _ROOT = 1, 2, 5


def compound(streams: Mapping[str, bytes]) -> bytes:
    """A file with the streams, named by path such as "folder/stream"."""
    folders = sorted({path.split("/")[0] for path in streams if "/" in path})
    top = [path for path in streams if "/" not in path]
    order: list[tuple[str, int, bytes]] = [("Root Entry", _ROOT, b"")]
    order += [(folder, _STORAGE, b"") for folder in folders]
    order += [(path, _STREAM, streams[path]) for path in top]
    inner: dict[str, list[int]] = {folder: [] for folder in folders}
    for path, content in streams.items():
        folder, _, name = path.rpartition("/")
        if folder:
            inner[folder].append(len(order))
            order.append((name, _STREAM, content))
    siblings = {0: _FREE}
    children = {0: 1 if len(order) > 1 else _FREE}
    first_level = list(range(1, 1 + len(folders) + len(top)))
    for chain in (first_level, *inner.values()):
        for position, entry in enumerate(chain):
            siblings[entry] = chain[position + 1] if position + 1 < len(chain) else _FREE
    for number, folder in enumerate(folders, 1):
        children[number] = inner[folder][0]
    return _file(order, siblings, children)


def _file(order: list[tuple[str, int, bytes]], siblings: dict[int, int], children: dict[int, int]) -> bytes:
    """All streams must be short: they lie in the stream of the root, in sectors of 64 bytes."""
    small = b""
    small_table: list[int] = []
    starts: list[int] = []
    for _, _, content in order:
        sectors = -(-len(content) // _SMALL_SECTOR)
        starts.append(len(small_table) if sectors else _END)
        first = len(small_table)
        small_table += [*range(first + 1, first + sectors), _END] if sectors else []
        small += content.ljust(sectors * _SMALL_SECTOR, b"\0")
    directory_sectors = -(-len(order) * 128 // _SECTOR)
    small_sectors = -(-len(small) // _SECTOR)
    table_sector = 1 + directory_sectors  # Of the small sectors' table.
    table = [_FAT, *range(2, directory_sectors + 1), _END, _END]
    table += [*range(table_sector + 2, table_sector + 1 + small_sectors), _END]
    entries = []
    for number, (name, kind, content) in enumerate(order):
        start, size = (table_sector + 1, len(small)) if kind == _ROOT else (starts[number], len(content))
        encoded = (name + "\0").encode("utf-16-le")
        entries.append(
            encoded.ljust(64, b"\0")
            + struct.pack("<HBB", len(encoded), kind, 1)
            + struct.pack("<III", _FREE, siblings[number], children.get(number, _FREE))
            + bytes(16 + 4 + 16)
            + struct.pack("<IQ", start, size)
        )
    assert max(len(table), len(small_table)) <= _SECTOR // 4
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, table_sector, 1, _END, 0)
    header += struct.pack("<I", 0) + b"\xff" * (108 * 4)
    return b"".join(
        (
            header,
            struct.pack(f"<{len(table)}I", *table).ljust(_SECTOR, b"\xff"),
            b"".join(entries).ljust(directory_sectors * _SECTOR, b"\0"),
            struct.pack(f"<{len(small_table)}I", *small_table).ljust(_SECTOR, b"\xff"),
            small.ljust(small_sectors * _SECTOR, b"\0"),
        )
    )
