"""docs/playground.png: the page in a real browser over the sample corpus. `python -m tests.screenshot` takes it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from examples.demo import bring_in, serving
from tests.browser import chromium

PICTURE = Path(__file__).parents[1] / "docs" / "playground.png"
QUESTION = "Why can't the gateway see my 5 GHz wifi?"


def main() -> None:
    """Ask, and keep what is to be seen."""
    with (
        serving(bring_in()) as (url, key),
        tempfile.TemporaryDirectory() as profile,
        chromium(Path(profile), width=900, height=1060) as browser,
    ):
        browser.get(f"{url}/")
        for field, text in (("key", key), ("question", QUESTION)):
            browser.find_element(By.ID, field).send_keys(text)
        browser.find_element(By.CSS_SELECTOR, "button[type=submit]").click()
        WebDriverWait(browser, 60).until(lambda _: browser.find_element(By.ID, "answer").is_displayed())
        browser.execute_script("scrollTo(0, 0); document.activeElement.blur()")
        PICTURE.write_bytes(browser.get_screenshot_as_png())


if __name__ == "__main__":
    main()
