"""`handler pack` writes what a directory asks for, from the settings and from what is in the corpus."""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from handler.cli import app
from handler.pack.images import icon
from tests.handler.corpora import Text, corpus_settings, write_corpus
from tests.openai_server import KEY, EmbeddingsServer

FAQ = Text(
    source="support/faq.md",
    title="Questions",
    text="How long is the warranty?\nThe warranty lasts 24 months.\n\nWho pays for the return?\nWe pay for returns.",
)
SECTIONS = [
    Text(
        source=f"manual/{name}.md",
        title=f"Manual of the {name}",
        heading=f"Manual of the {name} > {name} maintenance",
        text=f"Clean the {name} once a month with a dry cloud of air, and oil its {name} bearing every year in spring. "
        f"A {name} that squeaks wants grease.",
        pages=(3,),
    )
    for name in ("turbine", "kettle", "ladder")
]
CASE = {"description", "user_prompt", "file_attachment_urls", "tools_triggered"}
CASE |= {"expected_output", "expected_output_url"}


@pytest.fixture(scope="module")
def environment(server: EmbeddingsServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("packed")
    write_corpus(corpus_settings(folder, server), [FAQ, *SECTIONS])
    return {
        "CHROMA_PATH": str(folder),
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": server.url,
        "PUBLIC_URL": "https://api.example.com",
        "ACTION_TITLE": "The help desk of the house of Fellwatt",
        "CORPUS_SUBJECT": "turbines",
        "TERMS_URL": "https://example.com/terms",
        "CONTACT": "help@example.com",
        "OPERATOR": "Fellwatt",
    }


def pack(folder: Path, environment: dict[str, str], *options: str) -> Result:
    return CliRunner().invoke(app, ["pack", str(folder), *options], env=environment)


def form_in(folder: Path) -> Any:
    return json.loads((folder / "chatgpt-app-submission.json").read_text("utf-8"))


def test_it_writes_the_form_with_hints_reasons_and_questions_from_the_corpus(
    environment: dict[str, str], tmp_path: Path
) -> None:
    result = pack(tmp_path, environment)
    assert result.exit_code == 0, result.output
    assert {Path(line).name for line in result.stdout.splitlines()} == {path.name for path in tmp_path.iterdir()}
    form = form_in(tmp_path)
    assert form["schema_version"] == 1
    assert len(form["app_info"]["display_name"]) <= 30
    assert len(form["app_info"]["subtitle"]) <= 30
    assert "turbines" in form["app_info"]["description"]
    assert list(form["tools"]) == ["search", "fetch"]
    for tool in form["tools"].values():
        assert tool["annotations"] == {"readOnlyHint": True, "openWorldHint": False, "destructiveHint": False}
        assert len(set(tool["justifications"].values())) == 3
    positive, negative = form["test_cases"], form["negative_test_cases"]
    assert (len(positive), len(negative)) == (5, 3)
    assert all(case.keys() == CASE for case in (*positive, *negative))
    assert [case["user_prompt"] for case in positive[:2]] == ["How long is the warranty?", "Who pays for the return?"]
    assert "24 months" in positive[0]["expected_output"]
    assert {case["tools_triggered"] for case in positive} == {"search"}
    assert {case["tools_triggered"] for case in negative} == {None}
    sources = {text.source for text in SECTIONS}
    assert {source for case in positive[2:] for source in sources if source in case["expected_output"]} == sources
    assert "page 3" in positive[2]["expected_output"]


def test_people_and_models_are_told_the_same(environment: dict[str, str], tmp_path: Path) -> None:
    sign_in = {"AUTH": "keys+oauth", "OAUTH_ISSUERS": "https://login.example.com/", "OAUTH_CLIENT_ID": "the-gpt"}
    sign_in |= {"OAUTH_SCOPES": "rag.read", "MCP_TOOLS": "search_chunks"}
    assert pack(tmp_path, environment | sign_in).exit_code == 0
    readme = (tmp_path / "README.md").read_text("utf-8")
    for told in (
        "https://api.example.com/mcp",
        "https://api.example.com/privacy",
        "https://example.com/terms",
        "help@example.com",
        "readOnlyHint: true",
        "How long is the warranty?",
        "`search_chunks`",
        "OAuth, or an API key as a Bearer token",
        "| Client ID | the-gpt |",
        "https://api.example.com/oauth/authorize",
        "https://api.example.com/oauth/token",
        "| Scope | rag.read offline_access |",
    ):
        assert told in readme
    assert "https://api.example.com/.well-known/openapi.json" in (tmp_path / "llms.txt").read_text("utf-8")
    assert "search_chunks" in form_in(tmp_path)["tools"]


def test_questions_of_the_keepers_own_come_first(environment: dict[str, str], tmp_path: Path) -> None:
    own: list[dict[str, object]] = [
        {"question": "How old is the kettle?", "answer": "Two years", "source": "manual/kettle.md"}
    ]
    own += [{"question": "Who won the cup?", "answer": None}]
    file = tmp_path / "own.json"
    file.write_text(json.dumps(own), "utf-8")
    assert pack(tmp_path / "out", environment, "--questions", str(file)).exit_code == 0
    form = form_in(tmp_path / "out")
    assert form["test_cases"][0]["user_prompt"] == "How old is the kettle?"
    assert form["test_cases"][0]["expected_output"] == "Two years, cited from manual/kettle.md."
    assert form["negative_test_cases"][0]["user_prompt"] == "Who won the cup?"
    assert (len(form["test_cases"]), len(form["negative_test_cases"])) == (5, 3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read"),
        ("[]", "JSON list"),
        ('{"question": "x"}', "JSON list"),
        ('[{"question": "x?", "answer": "y"}, {"answer": "y"}]', "entry 2"),
        ('[{"question": "x?", "answer": 5}]', "entry 1"),
        ('[{"question": "x?"}]', "entry 1"),
        ("[" * 100_000, "cannot be read"),
    ],
)
def test_a_wrong_file_of_questions_is_named_with_the_place(
    environment: dict[str, str], tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "own.json"
    file.write_text(text, "utf-8")
    result = pack(tmp_path / "out", environment, "--questions", str(file))
    assert (result.exit_code, type(result.exception).__name__) == (1, "SettingsError")
    assert said in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_without_a_public_url_or_with_too_little_it_says_what_to_do(
    environment: dict[str, str], server: EmbeddingsServer, tmp_path: Path
) -> None:
    assert "PUBLIC_URL" in str(pack(tmp_path / "out", environment | {"PUBLIC_URL": ""}).exception)
    write_corpus(corpus_settings(tmp_path / "small", server), [Text(source="a.md", text="days")])
    small = environment | {"CHROMA_PATH": str(tmp_path / "small")}
    assert "--questions FILE" in str(pack(tmp_path / "out", small).exception)


def test_icons_are_square_pngs() -> None:
    image = icon(64)
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", image[16:24]) == (64, 64)
    start = image.index(b"IDAT")
    (length,) = struct.unpack(">I", image[start - 4 : start])
    rows = zlib.decompress(image[start + 4 : start + 4 + length])
    assert len(rows) == 64 * (64 * 4 + 1)
    # Outside the round corner nothing, in the middle paper, on the rim of the glass its green.
    pixels = [rows[1 + y * 257 + x * 4 : 5 + y * 257 + x * 4] for x, y in ((0, 0), (20, 20), (40, 28))]
    assert pixels == [b"\0\0\0\0", bytes((255, 255, 255, 255)), bytes((54, 179, 126, 255))]
