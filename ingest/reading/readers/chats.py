"""Chats as Slack exports them: a day of a channel, a list of messages, is one document with who said what when."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from ingest.reading.document import Document
from ingest.reading.readers.composer import Composer, one_line

_LINK = re.compile(r"<((?:https?|mailto):[^<>|\s]+)\|([^<>]+)>")
_NAMED = re.compile(r"<[@#!][^<>|]*\|([^<>]+)>")
_MENTION = re.compile(r"<([@#!][^<>|]*|(?:https?|mailto):[^<>|\s]+)>")
_EVENTS = frozenset(("channel_join", "channel_leave", "group_join", "group_leave"))


def is_chat(value: object) -> bool:
    """Whether it is a list of messages as Slack writes them."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(each, dict) and each.get("type") == "message" and "ts" in each for each in value)
    )


def read_chat(messages: Sequence[dict[str, object]]) -> Document | None:
    """None if nobody said anything."""
    composer = Composer()
    names = {str(each["user"]): name for each in messages if "user" in each and (name := _name_of(each))}
    moment = None
    for each in messages:
        text = _shown(str(each.get("text") or ""), names)
        if not text or each.get("subtype") in _EVENTS:
            continue
        moment = _moment(each.get("ts")) or moment
        said_by = _name_of(each) or names.get(str(each.get("user")), str(each.get("user") or ""))
        answers = "  " if each.get("thread_ts") not in (None, each.get("ts")) else ""
        about = ", ".join(filter(None, (said_by, f"{moment:%Y-%m-%d %H:%M}" if moment else "")))
        composer.list_item(f"{answers}- {about}: {text}" if about else f"{answers}- {text}")
    return (
        composer.finish(updated_at=moment.isoformat(timespec="seconds") if moment else None)
        if composer.blocks
        else None
    )


def _name_of(message: dict[str, object]) -> str:
    profile = message.get("user_profile")
    names = [profile.get(key) for key in ("real_name", "display_name", "name")] if isinstance(profile, dict) else []
    return one_line(str(next(filter(None, [*names, message.get("username")]), "")))


def _shown(text: str, names: dict[str, str]) -> str:
    text = _NAMED.sub(r"\1", _LINK.sub(r"\2 (\1)", text))
    text = _MENTION.sub(lambda match: names.get(match.group(1)[1:], match.group(1)), text)
    return one_line(html.unescape(text))


def _moment(stamp: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(str(stamp)), UTC)
    except (ValueError, OverflowError, OSError):
        return None
