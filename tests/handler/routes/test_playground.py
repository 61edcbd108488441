"""The page at /, in a real browser, over the real app and a real corpus."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from corpus.corpus_opening import open_corpus
from handler.app import create_app
from tests.browser import chromium
from tests.handler.conftest import API_KEY, Configure, Connect
from tests.handler.corpora import WARRANTY, Text, corpus_settings, write_corpus
from tests.handler.running import running
from tests.openai_server import EmbeddingsServer

SECONDS = 20
MARKUP = Text(
    source="notes/<b>warranty</b>.txt",
    title="<img src=x onerror=alert(1)>",
    url="javascript:alert(1)",
    text="A hostile warranty <script>document.title='owned'</script> says: it lasts. Warranties' & 'quotes'.",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """One browser for the module."""
    with chromium(tmp_path_factory.mktemp("profile")) as chrome:
        yield chrome


@pytest.fixture
def page(configure: Configure, server: EmbeddingsServer, tmp_path: Path, browser: Chrome) -> Iterator[str]:
    """The URL of the page, open in the browser, over a corpus in which one document is hostile."""
    corpus = corpus_settings(tmp_path / "corpus", server)
    write_corpus(corpus, [WARRANTY, MARKUP])
    app = create_app(configure(chroma_path=corpus.chroma_path, playground=True, action_title="X200 help"), open_corpus)
    with running(app) as url:
        browser.get(f"{url}/")
        browser.execute_script("sessionStorage.clear()")
        browser.get(f"{url}/")
        until(browser, lambda: browser.title == "X200 help")
        yield url
        # Nothing was refused by the policy, and nothing broke; a refusal by the server prints its status.
        printed = [entry["message"] for entry in browser.get_log("browser")]  # type: ignore[no-untyped-call]  # It has no types.
        assert [line for line in printed if "403" not in line] == []
        app.state.library.close()


def until(browser: Chrome, condition: Callable[[], bool]) -> None:
    WebDriverWait(browser, SECONDS).until(lambda _: condition())


def by_id(browser: Chrome, name: str) -> str:
    return browser.find_element(By.ID, name).text


def ask(browser: Chrome, key: str, question: str) -> None:
    """By the keyboard alone: the question has the focus, and the key's field is the one before it."""
    until(browser, lambda: browser.switch_to.active_element.get_attribute("id") == "question")
    keys = ActionChains(browser).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT)
    keys.send_keys(key).send_keys(Keys.TAB).send_keys(question).send_keys(Keys.ENTER).perform()


def open_all(browser: Chrome) -> None:
    browser.execute_script("document.querySelectorAll('details').forEach((each) => { each.open = true; })")


def test_a_question_is_asked_by_keyboard_and_its_chunks_are_shown(browser: Chrome, page: str) -> None:
    assert page
    ask(browser, API_KEY, "How long does the warranty last?")
    until(browser, lambda: "2 results" in by_id(browser, "status"))
    assert browser.switch_to.active_element.get_attribute("id") == "found"
    cards = browser.find_elements(By.CSS_SELECTOR, "#results li")
    shown = {card.find_element(By.TAG_NAME, "h3").text[3:]: card for card in cards}
    good = shown["X200 manual"]
    assert good.find_element(By.CLASS_NAME, "text").text == WARRANTY.text
    assert {mark.text for mark in good.find_elements(By.TAG_NAME, "mark")} == {"warranty", "lasts"}
    assert good.find_element(By.TAG_NAME, "a").get_attribute("href") == f"{WARRANTY.url}#page=12"
    for words in ("manuals/x200.pdf", "12", "Warranty > Duration", "score"):
        assert words in good.text
    # What a document holds is text, whatever it looks like.
    bad = shown[str(MARKUP.title)]
    assert bad.find_element(By.CLASS_NAME, "text").text == MARKUP.text
    assert bad.find_elements(By.CSS_SELECTOR, "a, img, script") == []
    assert browser.title == "X200 help"

    open_all(browser)
    raw = json.loads(by_id(browser, "raw"))
    assert [result["score"] for result in raw["results"]] == sorted((r["score"] for r in raw["results"]), reverse=True)
    assert re.search(r"total, server\s*\d+\.\d ms", by_id(browser, "timing"))
    curl = by_id(browser, "curl")
    assert API_KEY not in browser.page_source
    done = subprocess.run(
        ["/bin/sh", "-c", f"{curl} -s"],
        env={"PATH": os.environ["PATH"], "KEY": API_KEY},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == raw


def test_a_refusal_is_told_and_the_key_lives_no_longer_than_the_tab(browser: Chrome, page: str) -> None:
    ask(browser, "wrong", "Who's paying for 'it'?")
    until(browser, lambda: "403 wrong_api_key" in by_id(browser, "error"))
    assert not browser.find_element(By.ID, "answer").is_displayed()
    assert browser.execute_script("return [localStorage.length, document.cookie]") == [0, ""]
    browser.get(f"{page}/")
    assert browser.find_element(By.ID, "key").get_attribute("value") == "wrong"
    own = browser.current_window_handle
    browser.switch_to.new_window("tab")
    browser.get(f"{page}/")
    assert browser.find_element(By.ID, "key").get_attribute("value") == ""
    browser.close()
    browser.switch_to.window(own)


def test_every_field_has_a_name_that_can_be_heard_and_colours_follow_the_visitor(browser: Chrome, page: str) -> None:
    assert page
    for field in browser.find_elements(By.CSS_SELECTOR, "input, select, button, pre"):
        if field.is_displayed():
            assert field.accessible_name, field.get_attribute("id")
    assert browser.find_element(By.ID, "status").aria_role == "status"
    seen = []
    for scheme in ("light", "dark"):
        media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
        seen.append(browser.find_element(By.TAG_NAME, "body").value_of_css_property("background-color"))
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert seen == ["rgba(251, 251, 253, 1)", "rgba(20, 23, 29, 1)"]


def test_the_page_is_there_only_where_it_is_switched_on(connect: Connect) -> None:
    assert connect(headers={}).get("/").status_code == 404
    client = connect(headers={}, playground=True)
    for path, kind in (("/", "text/html"), ("/playground.css", "text/css"), ("/playground.js", "text/javascript")):
        response = client.get(path)
        assert response.status_code == 200
        assert response.headers["content-type"].startswith(kind)
        policy = response.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert set(client.get("/openapi.json").json()["paths"]) == {"/search", "/documents", "/documents/{document_id}"}


def test_the_page_holds_no_script_or_style_of_its_own(connect: Connect) -> None:
    page = connect(playground=True).get("/").text
    assert re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", page) is None
    script = connect(playground=True).get("/playground.js").text
    assert re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|localStorage|eval\(", script) is None
