"""What everybody may read."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from tests.handler.conftest import Connect


class Page(HTMLParser):
    """The text of a page, and the elements that it has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.elements: list[str] = []
        self.links: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it."""
        self.elements.append(tag)
        self.links += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        """Note it."""
        self.text += data


def test_health_says_ok_and_opens_nothing(connect: Connect) -> None:
    client = connect(headers={}, chroma_path="/nowhere", openai_api_key=None)
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert client.head("/healthz").status_code == 200


def test_the_privacy_page_tells_who_what_and_how_long(connect: Connect) -> None:
    client = connect(
        headers={},
        operator="Example & Sons",
        contact="privacy@example.com",
        action_title="X200 <help>",
        log_retention_days=30,
    )
    response = client.get("/privacy")
    assert response.headers["content-type"].startswith("text/html")
    page = Page(response.text)
    for words in ("X200 <help>", "Example & Sons", "privacy@example.com", "30 days", "stored", "embedding", "rights"):
        assert words in page.text
    assert "mailto:privacy@example.com" in page.links
    assert "script" not in page.elements
    assert "default-src 'none'" in response.headers["content-security-policy"]


def test_the_privacy_page_tells_of_signing_in_where_users_do(connect: Connect) -> None:
    assert "nor who you are" in Page(connect().get("/privacy").text).text
    sign_in = {"auth": "keys+oauth", "oauth_issuers": "https://login.example.com/", "oauth_audience": "the-api"}
    told = Page(connect(**sign_in).get("/privacy").text).text
    assert "nor who you are" not in told
    assert "identity provider" in told


def test_the_privacy_page_names_a_reranker_where_questions_and_passages_go_to_one(connect: Connect) -> None:
    assert "passages that were found are also sent" not in Page(connect().get("/privacy").text).text
    page = Page(connect(rerank_url="https://rerank.example/v2/rerank").get("/privacy").text)
    assert "passages that were found are also sent" in page.text


@pytest.mark.parametrize(
    ("contact", "link"), [("https://example.com/c", "https://example.com/c"), ("a javascript:x", None), (None, None)]
)
def test_a_contact_is_a_link_only_where_it_is_safe(connect: Connect, contact: str | None, link: str | None) -> None:
    page = Page(connect(contact=contact).get("/privacy").text)
    assert set(page.links) == ({link} if link else set())


def test_the_manifest_leads_to_the_spec_and_the_privacy_page(connect: Connect) -> None:
    client = connect(headers={}, public_url="https://api.example.com", action_title="X200 help", contact="a@b.c")
    manifest = client.get("/.well-known/ai-plugin.json").json()
    assert manifest["api"] == {"type": "openapi", "url": "https://api.example.com/.well-known/openapi.yaml"}
    assert manifest["legal_info_url"] == "https://api.example.com/privacy"
    assert manifest["auth"] == {"type": "user_http", "authorization_type": "bearer"}
    assert (manifest["name_for_model"], manifest["contact_email"]) == ("x200_help", "a@b.c")
    assert connect(auth="none").get("/.well-known/ai-plugin.json").json()["auth"] == {"type": "none"}


def test_the_challenge_is_the_token_alone_where_it_is_set(client: TestClient, connect: Connect) -> None:
    path = "/.well-known/openai-apps-challenge"
    assert client.get(path).status_code == 404
    response = connect(apps_challenge="token-1234", headers={}).get(path)
    assert (response.status_code, response.text) == (200, "token-1234")
    assert response.headers["content-type"].startswith("text/plain")
