"""The pictures in docs/: the page in a real browser over the sample corpus. `python -m tests.screenshot` takes them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from urllib.parse import quote_plus

from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from examples.demo import bring_in, serving
from tests.browser import chromium

DOCS = Path(__file__).parents[1] / "docs"
QUESTION = "Why can't the gateway see my 5 GHz wifi?"
# Name, width and height in pixels, what the address says beside the question.
PICTURES = (
    ("playground.png", 900, 1060, ""),
    ("playground-phone.png", 390, 844, ""),
    ("playground-wide.png", 1500, 900, "&mode=compare&n=2"),
)


def main() -> None:
    """Ask, and keep what is to be seen at each width."""
    with (
        serving(bring_in()) as (url, key),
        tempfile.TemporaryDirectory() as profile,
        chromium(Path(profile)) as browser,
    ):
        for name, width, height, said in PICTURES:
            metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
            browser.get("about:blank")
            browser.get(f"{url}/#key={key}&q={quote_plus(QUESTION)}{said}")
            WebDriverWait(browser, 60).until(lambda _: browser.find_element(By.ID, "answer").is_displayed())
            browser.execute_script("scrollTo(0, 0); document.activeElement.blur()")
            (DOCS / name).write_bytes(browser.get_screenshot_as_png())


if __name__ == "__main__":
    main()
