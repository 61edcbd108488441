"""Lines read from top to bottom, for readers of line-based markup. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Sequence


class Source:
    """Lines and a position in them."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = [line.rstrip() for line in lines]
        self._place = 0

    def more(self) -> bool:
        return self._place < len(self._lines)

    def at(self, ahead: int) -> str:
        """The line `ahead` lines after the current one; empty beyond the end."""
        place = self._place + ahead
        return self._lines[place] if place < len(self._lines) else ""

    def take(self, count: int) -> None:
        self._place += count

    def skip_empty(self) -> bool:
        """Advance to the next non-empty line. Returns False if there is none."""
        while self.more() and not self.at(0):
            self._place += 1
        return self.more()

    def take_while(self, wanted: Callable[[str], bool]) -> list[str]:
        first = self._place
        while self.more() and wanted(self.at(0)):
            self._place += 1
        return self._lines[first : self._place]

    def take_indented(self, least: int = 1) -> list[str]:
        """The lines up to the next one that is indented less than `least`, including empty lines."""
        first = end = self._place
        for place in range(self._place, len(self._lines)):
            line = self._lines[place]
            if line and indent_of(line) < least:
                break
            if line:
                end = place + 1
        self._place = end
        return self._lines[first:end]


def indent_of(line: str) -> int:
    return len(line) - len(line.lstrip())


def dedented(lines: Sequence[str]) -> list[str]:
    """The lines without their common indentation."""
    least = min((indent_of(line) for line in lines if line.strip()), default=0)
    return [line[least:] for line in lines]
