"""Headless Chromium for tests that look at pages: one that asks nobody outside this machine for anything by itself."""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
needs_chromium: Final = pytest.mark.skipif(
    not (BROWSER and DRIVER), reason="needs Chromium and its driver, which the CI script installs"
)


@contextmanager
def chromium(profile: Path, window: str) -> Iterator[Chrome]:
    """Give a browser with its profile in a folder, `window` wide and high, which writes down what pages ask and say."""
    options = ChromeOptions()
    options.binary_location = str(BROWSER)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--window-size={window}",
        f"--user-data-dir={profile}",
    ):
        options.add_argument(argument)
    driver = Chrome(service=Service(str(DRIVER)), options=options)
    try:
        yield driver
    finally:
        driver.quit()


def asked_addresses(browser: Chrome) -> list[str]:
    """Return what was asked for since the last time, by requests and web sockets; the browser's own pages left out."""
    found = []
    for line in browser.get_log("performance"):  # type: ignore[no-untyped-call]
        said = json.loads(line["message"])["message"]
        if said["method"] == "Network.requestWillBeSent":
            found.append(said["params"]["request"]["url"])
        elif said["method"] == "Network.webSocketCreated":
            found.append(said["params"]["url"])
    return [address for address in found if not address.startswith("chrome")]
