"""A real Chromium and a real server, for tests that see what a visitor sees."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)


def need_browser() -> None:
    """Skip without a browser, unless SEGLOSS_BROWSER=required makes that a failure."""
    if CHROMIUM is None:
        say = pytest.fail if os.environ.get("SEGLOSS_BROWSER") == "required" else pytest.skip
        say("no Chromium on this machine (Debian: apt-get install chromium)")


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextlib.contextmanager
def server() -> Iterator[str]:
    """A fresh server of the app; gives its address."""
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    process = subprocess.Popen(
        [*command, f"--server.port={port}", "--server.address=127.0.0.1"],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
                break
            time.sleep(0.25)
        yield address
    finally:
        process.terminate()
        process.wait(10)


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """A headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        flags = [
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
        ]
        browser = play.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


def settle(page: Any) -> None:
    """Wait until the script has run and the pictures are drawn."""
    page.wait_for_selector(
        '[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=60_000
    )
    if "atlas" in page.url:
        page.wait_for_selector(".sl-index li:visible", timeout=60_000)
    if "inspect" in page.url:
        page.wait_for_selector(".sl-viewer[data-state=fine]", timeout=60_000)
        page.wait_for_selector(".sl-list li", timeout=60_000)


def readout(page: Any) -> dict[str, str]:
    """The numbers under the crosshair, in full precision."""
    return page.evaluate(
        """() => {
          const all = root => [...root.querySelectorAll('*')].flatMap(e => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
          return {...all(document).find(e => e.className === 'sl-readout').dataset};
        }"""
    )
