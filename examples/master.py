"""Read a master text: Markdown with front matter. No layout: that belongs to the writers."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import yaml
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

COMPANY = "Fellwatt Energy Ltd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Master:
    """A master text as read. `contents` asks for a cover, numbered headings and a table of contents."""

    title: str
    subtitle: str
    number: str
    revision: str
    date: datetime.date
    contents: bool
    body: SyntaxTreeNode

    @property
    def edition(self) -> str:
        """Such as "FW-IM-210 · revision E · 17 March 2025"."""
        return f"{self.number} · revision {self.revision} · {self.date.day} {self.date:%B %Y}"


def read_master(path: Path) -> Master:
    _, front, text = path.read_text(encoding="utf-8").split("---\n", 2)
    fields = yaml.safe_load(front)
    return Master(
        title=fields["title"],
        subtitle=fields["subtitle"],
        number=fields["number"],
        revision=str(fields["revision"]),
        date=fields["date"],
        contents=fields.get("contents", False),
        body=SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(text)),
    )


def heading_level(node: SyntaxTreeNode) -> int:
    return int(node.tag.removeprefix("h"))


def table_rows(node: SyntaxTreeNode) -> list[list[SyntaxTreeNode]]:
    """The cells of a table by row, the head first. Each cell is an inline node."""
    return [[cell.children[0] for cell in row.children] for part in node.children for row in part.children]


def plain_text(node: SyntaxTreeNode) -> str:
    """The text of an inline node without markup."""
    if node.type in {"text", "code_inline"}:
        return node.content
    if node.type == "softbreak":
        return " "
    return "".join(plain_text(child) for child in node.children)
