"""From page to picture and from slider to map, in a real Chromium against a real server.

    python -m benchmarks.browser_speed

Prints medians and 95th percentiles. A tick is timed in the page: from the input event of a dragged
slider to the repaint with the tables of that value or a newer one; bytes are those of WebSocket
frames.
"""

from __future__ import annotations

import contextlib
import io
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from PIL import Image

from segloss_core.scenes import SCENES
from tests.browser import chromium, server, settle

TICKS = 60


def _files(size: int, folder: Path) -> dict[str, Path]:
    """A pair of the wanted size as files to upload."""
    pair = SCENES["nuclei"].draw(size)
    assert pair.image is not None and pair.prediction.codes is not None
    planes = {"image": pair.image, "target": pair.target * 255, "prediction": pair.prediction.codes}
    for role, plane in planes.items():
        Image.fromarray(plane).save(folder / f"{role}.png", compress_level=1)
    return {role: folder / f"{role}.png" for role in planes}


def _percentile(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, round(part * (len(values) - 1)))]


def _said(name: str, values: list[float], unit: str) -> None:
    low, middle, high = min(values), statistics.median(values), _percentile(values, 0.95)
    print(
        f"{name:58} median {middle:8.1f} {unit}  p95 {high:8.1f}  min {low:8.1f}  n={len(values)}"
    )


def opening(browser: Any, address: str, rounds: int = 9) -> None:
    """From the request to all five panels drawn, on the default sample of a warm server."""
    times = []
    for _ in range(rounds):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        started = time.perf_counter()
        page.goto(f"{address}/inspect_pixels")
        page.wait_for_selector(".sl-viewer[data-state=fine]", timeout=60_000)
        times.append(1000 * (time.perf_counter() - started))
        page.close()
    _said("open Inspect on the default sample (new visitor)", times[1:], "ms")


def upload(page: Any, files: dict[str, Path], size: int) -> float:
    """Hand over three files; the time from the last of them to all five panels."""
    page.get_by_text("Your own files").click()
    for role in ("image", "target"):
        page.locator(f"[class*=st-key-file-{role}] input[type=file]").set_input_files(
            str(files[role])
        )
        page.wait_for_timeout(1500)
        settle(page)
    started = time.perf_counter()
    page.locator("[class*=st-key-file-prediction] input[type=file]").set_input_files(
        str(files["prediction"])
    )
    drawn = f".sl-viewer[data-state=fine][data-size='{size},{size}']"
    page.wait_for_selector(drawn, timeout=60_000)
    return 1000 * (time.perf_counter() - started)


_WATCH = """() => {
  const all = r => [...r.querySelectorAll('*')]
    .flatMap(e => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
  const every = all(document);
  const root = every.find(e => e.className === 'sl-viewer');
  const total = every.find(e => e.classList?.contains('sl-total'));
  const main = document.querySelector('[data-testid=stMain]');
  const range = all(main).find(e => e.type === 'range' && e.closest('.sl-dial') &&
    e.closest('.sl-dial').querySelector('.sl-symbol').textContent === 'γ');
  window.ticks = []; let pending = [];
  range.addEventListener('input', () => pending.push(performance.now()), true);
  new MutationObserver(() => {
    // The number changes in the task that repaints; the frame after it is on screen.
    requestAnimationFrame(() => {
      if (pending.length) window.ticks.push(performance.now() - pending.at(-1));
      pending = [];
    });
  }).observe(total, {childList: true, subtree: true, characterData: true});
  const box = range.getBoundingClientRect();
  return [box.x, box.y + box.height / 2, box.width];
}"""


def dragging(page: Any, name: str) -> None:
    """Move the γ slider step by step, each step after the last one's repaint."""
    traffic = {"down": 0, "up": 0}
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")

    def count(kind: str) -> Any:
        def add(event: dict[str, Any]) -> None:
            payload = event["response"]["payloadData"]
            binary = event["response"]["opcode"] == 2
            traffic[kind] += len(payload) * 3 // 4 if binary else len(payload)

        return add

    session.on("Network.webSocketFrameReceived", count("down"))
    session.on("Network.webSocketFrameSent", count("up"))
    page.locator(".sl-maps").scroll_into_view_if_needed()
    x, y, width = page.evaluate(_WATCH)
    page.mouse.move(x + 0.3 * width, y)
    page.mouse.down()
    page.wait_for_timeout(400)
    page.evaluate("() => { window.ticks = []; }")
    traffic.update(down=0, up=0)
    for i in range(TICKS):
        before = page.evaluate("() => window.ticks.length")
        page.mouse.move(x + (0.3 + 0.6 * (i + 1) / TICKS) * width, y)
        with contextlib.suppress(Exception):
            page.wait_for_function(
                "n => window.ticks.length > n", arg=before, timeout=3000, polling=5
            )
    ticks = page.evaluate("() => window.ticks")
    seen = max(1, len(ticks))
    _said(f"{name}: slider to repainted maps", ticks, "ms")
    down, up = (traffic[way] / seen / 1000 for way in ("down", "up"))
    print(f"{'':58} {down:.1f} kB down, {up:.1f} kB up a tick")
    page.mouse.up()
    settle(page)


def main() -> None:
    with server() as address, chromium() as browser:
        opening(browser, address)
        for size in (500, 2048):  # 500: another size than the sample on screen before
            with tempfile.TemporaryDirectory() as folder:
                files = _files(size, Path(folder))
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                page.goto(f"{address}/inspect_pixels?loss=focal")
                settle(page)
                took = upload(page, files, size)
                print(f"{f'{size}²: prediction uploaded to complete picture':58} {took:15.0f} ms")
                page.wait_for_timeout(500)
                settle(page)
                dragging(page, f"{size}², focal γ")
                page.close()


if __name__ == "__main__":
    with contextlib.redirect_stderr(io.StringIO()):
        main()
    sys.stdout.flush()
