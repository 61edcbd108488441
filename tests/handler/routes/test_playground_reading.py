"""The page at /: the key and the question in the address, documents read whole, modes side by side, three widths."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By

from corpus.corpus_opening import open_corpus
from handler.access.keys import KeyEntry, make_key
from handler.app import create_app
from tests.browser import chromium
from tests.handler.conftest import API_KEY, Configure
from tests.handler.corpora import WARRANTY, Text, corpus_settings, write_corpus
from tests.handler.routes.test_playground import by_id, until
from tests.handler.running import running
from tests.handler.several import several_in
from tests.openai_server import EmbeddingsServer

TABLE = "| Part | Fee |\n|---|---|\n| Seal | 5 |\n| Pump | 90 |"
FEES = f"Fees\n\n{TABLE}\n\n- The fee is paid once.\n  - No fee for heirs.\n\n"
BEFORE = "An introduction of the usual kind.\n\n" * 60
LONG = Text(
    source="policies/fees.md",
    title="Fees",
    text=f"{BEFORE}{FEES}{BEFORE}",
    spans=((0, len(BEFORE)), (len(BEFORE), len(BEFORE) + len(FEES)), (len(BEFORE) + len(FEES), 2 * len(BEFORE))),
)
WIDTHS = (360, 820, 1500)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as chrome:
        yield chrome


@pytest.fixture(scope="module")
def url(configure: Configure, server: EmbeddingsServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    corpus = corpus_settings(tmp_path_factory.mktemp("corpus"), server)
    write_corpus(corpus, [WARRANTY, LONG])
    app = create_app(configure(chroma_path=corpus.chroma_path, playground=True), open_corpus)
    with running(app) as address:
        yield address
        app.state.library.close()


def opened(browser: Chrome, url: str, said: str) -> None:
    browser.get("about:blank")
    browser.get(f"{url}/#key={API_KEY}&{said}")


def test_the_address_opens_ready_and_keeps_the_question_but_not_the_key(browser: Chrome, url: str) -> None:
    opened(browser, url, "q=warranty&mode=lexical")
    until(browser, lambda: "result" in by_id(browser, "status"))
    assert API_KEY not in browser.current_url
    assert browser.current_url.endswith("#q=warranty&mode=lexical")
    browser.execute_script("document.activeElement.blur()")
    ActionChains(browser).send_keys("/").perform()
    assert browser.switch_to.active_element.get_attribute("id") == "question"
    ActionChains(browser).send_keys("/").perform()
    assert browser.find_element(By.ID, "question").get_attribute("value") == "warranty/"
    # Without a question it offers some, and the documents.
    browser.get(f"{url}/")
    browser.refresh()
    until(browser, lambda: browser.find_element(By.ID, "examples").is_displayed())
    browser.find_element(By.CSS_SELECTOR, "#example-list button").click()
    until(browser, lambda: "result" in by_id(browser, "status"))


def test_tables_and_lists_are_shown_as_such_and_a_match_is_read_in_its_document(browser: Chrome, url: str) -> None:
    opened(browser, url, "q=fee+for+a+pump&n=1")
    until(browser, lambda: "1 result" in by_id(browser, "status"))
    card = browser.find_element(By.CSS_SELECTOR, "#results > li")
    assert [cell.text for cell in card.find_elements(By.CSS_SELECTOR, "th, td")] == [
        "Part",
        "Fee",
        "Seal",
        "5",
        "Pump",
        "90",
    ]
    assert [item.text for item in card.find_elements(By.CSS_SELECTOR, ".listed li")] == [
        "The fee is paid once.",
        "No fee for heirs.",
    ]
    card.find_element(By.XPATH, ".//button[text()='Read in the document']").click()
    until(browser, lambda: bool(browser.find_elements(By.CSS_SELECTOR, "#reader .match table")))
    seen = "const box = document.getElementById('reader-text').getBoundingClientRect();"
    seen += "const match = document.querySelector('.match').getBoundingClientRect();"
    assert browser.execute_script(f"{seen} return match.top >= box.top - 1 && match.top < box.bottom")
    browser.find_element(By.ID, "close").click()
    copied = card.find_element(By.XPATH, ".//button[text()='Copy with citation']")
    copied.click()
    until(browser, lambda: "opied" in card.text or "Selected" in card.text)


def test_weak_answers_are_marked_and_none_come_with_advice(browser: Chrome, url: str) -> None:
    opened(browser, url, "q=zebra+quantum&mode=dense")
    until(browser, lambda: "result" in by_id(browser, "status"))
    if "0 results" not in by_id(browser, "status"):
        assert "Only weak matches" in by_id(browser, "advice")
        assert browser.find_elements(By.CSS_SELECTOR, "#results .weak")
    opened(browser, url, "q=warranty&source=nowhere.txt")
    until(browser, lambda: "0 results" in by_id(browser, "status"))
    assert "Nothing was found" in by_id(browser, "advice")
    assert browser.find_element(By.ID, "source").is_displayed()


@pytest.mark.parametrize("width", WIDTHS)
def test_at_every_width_nothing_runs_out_of_the_page(browser: Chrome, url: str, width: int) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    )
    try:
        opened(browser, url, "q=fee&mode=compare")
        until(browser, lambda: "side by side" in by_id(browser, "status"))
        columns = browser.find_elements(By.CSS_SELECTOR, "#columns > section")
        tops = {round(column.location["y"]) for column in columns}
        assert (len(columns), len(tops)) == (3, 1 if width == WIDTHS[-1] else len(tops))
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        opened(browser, url, "q=fee")
        until(browser, lambda: "result" in by_id(browser, "status"))
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_documents_can_be_browsed_and_read(browser: Chrome, url: str) -> None:
    opened(browser, url, "n=5")
    until(browser, lambda: browser.find_element(By.ID, "examples").is_displayed())
    browser.execute_script("document.getElementById('documents').open = true")
    until(browser, lambda: "2 documents" in by_id(browser, "documents-status"))
    browser.find_element(By.XPATH, "//ul[@id='document-list']//button[text()='X200 manual']").click()
    until(browser, lambda: WARRANTY.text in by_id(browser, "reader-text"))
    printed = [entry["message"] for entry in browser.get_log("browser")]  # type: ignore[no-untyped-call]  # It has no types.
    assert printed == []


def test_each_key_is_told_its_corpora_and_an_answer_says_which_it_had_to_do_without(
    browser: Chrome, configure: Configure, server: EmbeddingsServer, tmp_path: Path
) -> None:
    several = several_in(tmp_path, server)
    hr_key, hr = make_key("hr")
    all_key, everything = make_key("all")
    keys = SecretStr(f"{KeyEntry('hr', hr.digest, ('corpus:hr',))},{everything}")
    corpora = f"{several.corpora},away={tmp_path / 'away'}"
    app = create_app(configure(corpora=corpora, api_keys=keys, playground=True), open_corpus)
    placeholder = "return document.getElementById('corpus').placeholder"
    with running(app) as url:
        browser.get(f"{url}/#key={all_key}&q=holidays&n=10")
        until(browser, lambda: "without away" in by_id(browser, "status"))
        assert browser.execute_script(placeholder) == "hr, sales, manuals, away"
        cards = browser.find_elements(By.CSS_SELECTOR, "#results > li")
        assert {name for name in ("hr", "sales", "manuals") for card in cards if f"\n{name}\n" in card.text} == {
            "hr",
            "sales",
            "manuals",
        }
        browser.get(f"{url}/#q=holidays&corpus=sales,manuals")
        until(browser, lambda: "result" in by_id(browser, "status") and "without" not in by_id(browser, "status"))
        key = browser.find_element(By.ID, "key")
        key.clear()
        key.send_keys(hr_key, Keys.TAB)
        until(browser, lambda: browser.execute_script(placeholder) == "hr")
        browser.find_element(By.ID, "corpus").clear()
        browser.find_element(By.ID, "question").send_keys(Keys.ENTER)
        until(browser, lambda: len(browser.find_elements(By.CSS_SELECTOR, "#results > li")) == 2)
        app.state.action.close()
