"""What a measured scale says of larger ones, and what that costs. Pure: no measuring here.

A time for each chunk grows from one power of ten to the next as it did between the two largest sizes that were
measured, or stays as it is; bytes for each chunk stay; memory grows by as much for each further chunk.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

Kept = Mapping[int, Mapping[str, float]]  # By size in chunks.

SHOWN = (10_000, 1_000_000, 100_000_000)
TOKENS_A_CHUNK = 300
QUESTIONS_A_MONTH = 100_000
CHUNKS_AN_ANSWER = 5
LAMBDA_TMP_MB = 10_240
CLOUD_COLLECTION = 5_000_000  # Records, as Chroma's page of quotas has it.
MAX_SPREAD = 100
GIB = 2**30
# US dollars.
EMBEDDING = 0.02
S3_GB_MONTH = 0.023
LAMBDA_GB_SECOND = 0.0000166667
MEMORY_GIB_MONTH = 4.9
DISK_GB_MONTH = 0.08
CLOUD_WRITE_GIB, CLOUD_GIB_MONTH, CLOUD_SCAN_TIB, CLOUD_RETURN_GIB = 2.50, 0.33, 0.0075, 0.09
ASSUMED = [
    (
        f"a million tokens embedded, {TOKENS_A_CHUNK} tokens a chunk",
        EMBEDDING,
        "OpenAI's list, text-embedding-3-small, 2025",
    ),
    ("a GB in S3 for a month; two versions are kept", S3_GB_MONTH, "AWS's list, us-east-1, 2025"),
    ("a GB-second of Lambda", LAMBDA_GB_SECOND, "AWS's list, x86, 2025"),
    ("a GiB of a server's memory for a month", MEMORY_GIB_MONTH, "AWS's list, r7g on demand, us-east-1, 2025"),
    ("a GB of its disk for a month", DISK_GB_MONTH, "AWS's list, gp3, us-east-1, 2025"),
    ("a GiB written to Chroma Cloud", CLOUD_WRITE_GIB, "Chroma's page of prices, October 2026"),
    ("a GiB there for a month", CLOUD_GIB_MONTH, "the same"),
    ("a TiB looked through there", CLOUD_SCAN_TIB, "the same"),
    ("a GiB returned from there", CLOUD_RETURN_GIB, "the same"),
]
TIMES = {
    "write, processor time": "write, s",
    "write, bare `collection.add`, the same": "bare: write, s",
    "index of words, the same": "index of words, s",
    "publish, the same": "publish, s",
}
BYTES = {
    "embedded store on disk": "disk, MB",
    "bare Chroma on disk": "bare: disk, MB",
    "snapshot": "snapshot, MB",
}
MEMORY = {
    "memory of who writes": "memory of the writer, MB",
    "memory of who writes, bare Chroma": "bare: memory of the writer, MB",
    "memory of who answers, embedded": "embedded: memory of who answers, MB",
    "memory of who answers, snapshot": "snapshot: memory of who answers, MB",
    "memory of who answers, server": "server: memory, MB",
    "memory of who answers, bare Chroma": "bare: memory of who answers, MB",
}
QUESTIONS = {
    "question, processor time: embedded, by words and meaning": "embedded: question, ms",
    "question, snapshot, the same": "snapshot: question, ms",
    "question, server, by meaning": "server: question, ms",
    "question, bare `collection.query`": "bare: question, ms",
}


class Scale:
    """What was measured, and what follows. Its methods take a figure's name and a size in chunks."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self.sizes = sorted(kept)

    def is_measured(self, name: str, size: int) -> bool:
        """Whether the figure was not only reckoned."""
        return name in self._kept.get(size, {})

    def each(self, name: str, size: int) -> float:
        """A figure that is spent once for every chunk: seconds."""
        return self._grown(name, lambda measured: self._kept[measured][name] / measured, size) * size

    def one(self, name: str, size: int) -> float:
        """A figure of one question: milliseconds."""
        return self._grown(name, lambda measured: self._kept[measured][name], size)

    def bytes(self, name: str, size: int) -> float:
        """Megabytes on disk."""
        at = size if self.is_measured(name, size) else self._last(name)[1]
        return self._kept[at][name] / at * size

    def memory(self, name: str, size: int) -> float:
        """Megabytes in memory."""
        if self.is_measured(name, size):
            return self._kept[size][name]
        last, slope = self._line(name)
        return self._kept[last][name] + max(0.0, slope) * (size - last)

    def most(self, name: str, megabytes: float) -> int:
        """How many chunks fit into so much memory."""
        last, slope = self._line(name)
        return int(last + (megabytes - self._kept[last][name]) / slope) if slope > 0 else last

    def _line(self, name: str) -> tuple[int, float]:
        before, last = self._last(name)
        return last, (self._kept[last][name] - self._kept[before][name]) / (last - before) if last > before else 0.0

    def _last(self, name: str) -> tuple[int, int]:
        """The two largest sizes that the figure was measured at."""
        sizes = [size for size in self.sizes if name in self._kept[size]]
        return sizes[max(0, len(sizes) - 2)], sizes[-1]

    def _grown(self, name: str, figure: Callable[[int], float], size: int) -> float:
        if self.is_measured(name, size):
            return figure(size)
        before, last = self._last(name)
        decades = math.log10(last / before) if last > before else 1.0
        a_decade = math.pow(max(1.0, figure(last) / figure(before)), 1 / decades)
        return figure(last) * math.pow(a_decade, max(0.0, math.log10(size / last)))


def tables(kept: Kept, dimensions: int) -> str:
    """All of it in Markdown; what was not measured has a ~."""
    scale = Scale(kept)
    shown = sorted({*SHOWN, *scale.sizes})
    said = [f"{size:,}" for size in shown]
    rows = [
        *(_row(scale, shown, what, name, lambda *at: _time(scale.each(*at))) for what, name in TIMES.items()),
        _of_bare(scale, shown),
        *(_row(scale, shown, what, name, lambda *at: _size(scale.bytes(*at))) for what, name in BYTES.items()),
        *(_row(scale, shown, what, name, lambda *at: _size(scale.memory(*at))) for what, name in MEMORY.items()),
        *(_row(scale, shown, what, name, lambda *at: f"{scale.one(*at):,.1f} ms") for what, name in QUESTIONS.items()),
    ]
    prices = [(what, [_price(at(scale, size)) for size in shown]) for what, at in PRICES.items()]
    parts = [
        _table(f"chunks of {dimensions} dimensions", said, rows),
        _table(
            "US dollars",
            [("" if scale.is_measured("disk, MB", size) else "~ ") + f"{size:,}" for size in shown],
            prices,
        ),
        _table(
            "assumed price of",
            ["US dollars", "from"],
            [(what, [f"{usd:.10g}", source]) for what, usd, source in ASSUMED],
        ),
        _table("ends", ["at"], _ends(scale)),
    ]
    return "\n\n".join(parts)


def _row(
    scale: Scale, shown: Sequence[int], what: str, name: str, said: Callable[[str, int], str]
) -> tuple[str, list[str]]:
    return what, [("" if scale.is_measured(name, size) else "~ ") + said(name, size) for size in shown]


def _of_bare(scale: Scale, shown: Sequence[int]) -> tuple[str, list[str]]:
    ours, bare = "write, s", "bare: write, s"
    cells = []
    for size in shown:
        is_measured = scale.is_measured(ours, size) and scale.is_measured(bare, size)
        cells.append(f"{'' if is_measured else '~ '}{scale.each(ours, size) / scale.each(bare, size):.2f}")
    return "write, of bare's time", cells


def _embedding(_: Scale, size: int) -> float:
    return size * TOKENS_A_CHUNK / 1e6 * EMBEDDING


def _snapshot(scale: Scale, size: int) -> float | None:
    megabytes = scale.bytes("snapshot, MB", size)
    if megabytes > LAMBDA_TMP_MB:
        return None
    gigabytes = max(0.512, scale.memory("snapshot: memory of who answers, MB", size) / 1e3)
    asking = QUESTIONS_A_MONTH * scale.one("snapshot: question, ms", size) / 1e3 * gigabytes * LAMBDA_GB_SECOND
    return 2 * megabytes / 1e3 * S3_GB_MONTH + asking


def _server(scale: Scale, size: int) -> float:
    memory = scale.memory("server: memory, MB", size) * 1e6 / GIB
    return memory * MEMORY_GIB_MONTH + scale.bytes("disk, MB", size) / 1e3 * DISK_GB_MONTH


def _logical_gib(scale: Scale, size: int) -> float:
    return scale.bytes("logical, MB", size) * 1e6 / GIB


def _asking_cloud(scale: Scale, size: int) -> float:
    scanned = QUESTIONS_A_MONTH * _logical_gib(scale, size) / 1024
    returned = QUESTIONS_A_MONTH * CHUNKS_AN_ANSWER * _logical_gib(scale, 1)
    return scanned * CLOUD_SCAN_TIB + returned * CLOUD_RETURN_GIB


PRICES: Mapping[str, Callable[[Scale, int], float | None]] = {
    "embed all, once": _embedding,
    f"snapshot, a month with {QUESTIONS_A_MONTH:,} questions": _snapshot,
    "server, a month": _server,
    "Cloud, write all, once": lambda scale, size: _logical_gib(scale, size) * CLOUD_WRITE_GIB,
    "Cloud, keep it for a month": lambda scale, size: _logical_gib(scale, size) * CLOUD_GIB_MONTH,
    f"Cloud, {QUESTIONS_A_MONTH:,} questions by meaning": _asking_cloud,
}


def _ends(scale: Scale) -> list[tuple[str, list[str]]]:
    of_memory = 64 * GIB / 1e6
    in_tmp = int(LAMBDA_TMP_MB / scale.bytes("snapshot, MB", 1))
    return [
        ("embedded", [f"one machine: {scale.most('memory of the writer, MB', of_memory):,} chunks in 64 GiB, ~"]),
        ("snapshot", [f"10,240 MB of a Lambda's `/tmp`: {in_tmp:,} chunks, or half of it while versions change, ~"]),
        ("server", [f"one machine: {scale.most('server: memory, MB', of_memory):,} chunks in 64 GiB, ~"]),
        (
            "Cloud",
            [
                f"{CLOUD_COLLECTION:,} chunks a collection; {CLOUD_COLLECTION * MAX_SPREAD:,} with "
                f"`CHROMA_SPREAD={MAX_SPREAD}`"
            ],
        ),
    ]


def _table(corner: str, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]) -> str:
    lines = [f"| {corner} | {' | '.join(heads)} |", "|---|" + "---:|" * len(heads)]
    return "\n".join([*lines, *(f"| {what} | {' | '.join(cells)} |" for what, cells in rows)])


def _time(seconds: float) -> str:
    for unit, length in (("days", 86_400.0), ("h", 3_600.0), ("min", 60.0)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.1f} {unit}"
    return f"{seconds:.1f} s"


def _size(megabytes: float) -> str:
    for unit, length in (("TB", 1e6), ("GB", 1e3)):
        if megabytes >= 2 * length:
            return f"{megabytes / length:,.1f} {unit}"
    return f"{megabytes:,.0f} MB"


def _price(usd: float | None) -> str:
    return "does not fit" if usd is None else f"{usd:,.2f}"
