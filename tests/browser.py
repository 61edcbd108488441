"""Chromium without a window, driven over WebDriver."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

from tests.absent import absent

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@contextmanager
def chromium(profile: Path, *, width: int = 1000, height: int = 900) -> Iterator[Chrome]:
    """A browser with a fresh profile in that folder, which keeps what pages print to the console."""
    browser = next((found for name in NAMES if (found := shutil.which(name))), None)
    driver = shutil.which("chromedriver")
    if browser is None or driver is None:
        absent("no Chromium with its driver; Debian and Ubuntu have them as chromium and chromium-driver")
    options = ChromeOptions()
    options.binary_location = browser
    for argument in (
        "--headless=new",
        # As root, as in a container, it does not start otherwise.
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        "--no-first-run",
        f"--user-data-dir={profile}",
        f"--window-size={width},{height}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with Chrome(options=options, service=Service(driver)) as chrome:
        yield chrome
