"""Write the pack: the import of ChatGPT's submission form, the same for people, images, llms.txt.

The form's file: https://developers.openai.com/apps-sdk/schemas/chatgpt-app-submission.v1.json
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corpus.answer import cut
from corpus.errors import SettingsError
from corpus.searching.view import View
from handler.access.oauth.scopes import parse_scopes
from handler.contract.openapi import with_subject
from handler.mcp.tools import HINTS, TOOLS, Tool
from handler.pack.cases import Case, cases_of
from handler.pack.images import LOGO, icon
from handler.settings import HandlerSettings

FORM = "https://developers.openai.com/apps-sdk/schemas/chatgpt-app-submission.v1.json"
MAX_NAME_CHARS = 30
SUBTITLE = "Cited passages from documents"
ICON_SIZES = (64, 512)
REASONS = {
    "readOnlyHint": "It only looks stored passages up and returns them; nothing is created, changed or deleted.",
    "openWorldHint": "It reaches one closed collection of documents; it sends nothing to other systems or the web.",
    "destructiveHint": "It cannot delete, overwrite, send or revoke anything: there is no operation that writes.",
}
FORM_NAMES = {
    "readOnlyHint": "read_only_justification",
    "openWorldHint": "open_world_justification",
    "destructiveHint": "destructive_justification",
}
ACCESS = {
    "open": "whoever is let in sees every document",
    "documents": "each caller sees the documents whose access names him; this pack quotes what everyone may see",
}
NOT_INVOKED = "The app is not invoked: this is not a question that the documents answer."


def write_pack(folder: Path, settings: HandlerSettings, corpus: View, given: Sequence[Case]) -> list[Path]:
    """The files written; what they quote is seen in `corpus`. Raises SettingsError where something that every form asks
    for is missing.
    """
    if settings.public_url is None:
        raise SettingsError("PUBLIC_URL is not set. A directory wants full URLs: set it to where callers reach this.")
    cases = cases_of(corpus, given)
    texts = {
        "chatgpt-app-submission.json": json.dumps(_form(settings, cases), indent=2, ensure_ascii=False) + "\n",
        "README.md": _for_people(settings, cases),
        "llms.txt": _llms(settings),
        "logo.svg": LOGO,
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, "utf-8")
        for size in ICON_SIZES:
            (folder / f"icon-{size}.png").write_bytes(icon(size))
    except OSError as error:
        raise SettingsError(f"{folder} cannot be written: {error.strerror}. Name another folder.") from None
    return [*(folder / name for name in texts), *(folder / f"icon-{size}.png" for size in ICON_SIZES)]


def _tools(settings: HandlerSettings) -> list[Tool]:
    return [tool for tool in TOOLS if tool.name in settings.tools]


def _description(settings: HandlerSettings) -> str:
    return with_subject(settings.action_description, settings.corpus_subject)


def _form(settings: HandlerSettings, cases: Sequence[Case]) -> dict[str, Any]:
    hints = {
        "annotations": {name: HINTS[name] for name in REASONS},
        "justifications": {FORM_NAMES[name]: reason for name, reason in REASONS.items()},
    }
    return {
        "$schema": FORM,
        "schema_version": 1,
        "app_info": {
            "display_name": cut(settings.action_title, max_chars=MAX_NAME_CHARS),
            "subtitle": SUBTITLE,
            "description": _description(settings),
            "category": "PRODUCTIVITY",
        },
        "tools": {tool.name: hints for tool in _tools(settings)},
        "test_cases": [_test(case) for case in cases if case.expected is not None],
        "negative_test_cases": [_test(case) for case in cases if case.expected is None],
    }


def _test(case: Case) -> dict[str, Any]:
    return {
        "description": case.why,
        "user_prompt": case.question,
        "file_attachment_urls": None,
        "tools_triggered": None if case.expected is None else "search",
        "expected_output": case.expected or NOT_INVOKED,
        "expected_output_url": None,
    }


def _addresses(settings: HandlerSettings) -> dict[str, str]:
    """The addresses and what is reached there; a missing setting is named."""
    url = settings.public_url
    return {
        "MCP server": f"{url}/mcp",
        "OpenAPI document": f"{url}/.well-known/openapi.yaml",
        "Privacy policy": f"{url}/privacy",
        "Terms of use": settings.terms_url or "not set: TERMS_URL",
        "Support": settings.contact or "not set: CONTACT",
        "Run by": settings.operator or "not set: OPERATOR",
        "Who sees what": ACCESS[settings.access],
        **_signing_in(settings),
    }


def _signing_in(settings: HandlerSettings) -> dict[str, str]:
    """What the editor's and the app's dialogs ask for."""
    key = "an API key as a Bearer token"
    if not settings.takes_tokens:
        return {"Signing in": "none" if settings.auth == "none" else key}
    ways = {"Signing in": f"OAuth, or {key}" if settings.takes_keys else "OAuth"}
    if settings.hands_on:
        ways |= {
            "Client ID": settings.client_ids[0],
            "Client secret": "as the identity provider gave it, or an API key where the deployment keeps it",
            "Authorization URL": f"{settings.public_url}/oauth/authorize",
            "Token URL": f"{settings.public_url}/oauth/token",
            "Scope": " ".join([*parse_scopes(settings.oauth_scopes).all, "offline_access"]),
            "Token exchange method": "Default (POST request)",
        }
    return ways


def _for_people(settings: HandlerSettings, cases: Sequence[Case]) -> str:
    addresses = "\n".join(f"| {name} | {where} |" for name, where in _addresses(settings).items())
    tools = "\n".join(f"- `{tool.name}` ({tool.title}): {tool.description}" for tool in _tools(settings))
    reasons = "\n".join(f"- `{name}: {str(HINTS[name]).lower()}`: {reason}" for name, reason in REASONS.items())
    positive = "\n".join(
        f"{number}. {case.question}\n   Expected: {case.expected}"
        for number, case in enumerate((case for case in cases if case.expected is not None), start=1)
    )
    negative = "\n".join(
        f"{number}. {case.question}\n   Expected: {NOT_INVOKED}"
        for number, case in enumerate((case for case in cases if case.expected is None), start=1)
    )
    return (
        f"# {settings.action_title}\n\n{_description(settings)}\n\n| | |\n|---|---|\n{addresses}\n\n"
        f"## Tools\n\n{tools}\n\n"
        f"Of every tool:\n\n{reasons}\n\n## Questions that the documents answer\n\n{positive}\n\n"
        f"## Questions that the app is not there for\n\n{negative}\n\n"
        "Beside this file: `chatgpt-app-submission.json` fills in the form of ChatGPT's app directory; `logo.svg` and "
        "the icons are free to use or replace.\n"
    )


def _llms(settings: HandlerSettings) -> str:
    url = settings.public_url
    return (
        f"# {settings.action_title}\n\n> {_description(settings)}\n\n"
        f"- [MCP server]({url}/mcp): tools {', '.join(tool.name for tool in _tools(settings))}\n"
        f"- [OpenAPI document]({url}/.well-known/openapi.json): the same over REST\n"
        f"- [OpenAPI 3.0 form]({url}/.well-known/openapi-3.0.json)\n"
        f"- [Privacy policy]({url}/privacy)\n"
    )
