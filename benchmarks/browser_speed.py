"""From page to picture and from slider to map, in a real Chromium against a real server.

    python -m benchmarks.browser_speed [--quick]

Everything is a part of the time that it may take. A tick is timed in the page: from the input event
of a dragged slider to the repaint with the tables of that value or a newer one; bytes are those of
WebSocket frames.
"""

from __future__ import annotations

import contextlib
import io
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from PIL import Image

from segloss_core.scenes import SCENES
from tests.browser import CHROMIUM, chromium, server, settle

from .inputs import is_quick
from .rows import Goal, Row, finish
from .timing import Spread, single, spread

PART = "In a browser"
TICKS = 60


def missing() -> str:
    """Why nothing can be measured here, or nothing."""
    if find_spec("playwright") is None or find_spec("streamlit") is None:
        return "Playwright or Streamlit is not installed."
    return "" if CHROMIUM else "there is no Chromium on this machine."


def _files(size: int, folder: Path) -> dict[str, Path]:
    """A pair of the wanted size as files to upload."""
    pair = SCENES["nuclei"].draw(size)
    assert pair.image is not None and pair.prediction.codes is not None
    planes = {"image": pair.image, "target": pair.target * 255, "prediction": pair.prediction.codes}
    for role, plane in planes.items():
        Image.fromarray(plane).save(folder / f"{role}.png", compress_level=1)
    return {role: folder / f"{role}.png" for role in planes}


def row(key: str, what: str, size: int | None, values: list[float], limit: float,
        unit: str = "ms", note: str = "") -> Row:  # fmt: skip
    """What was measured in the browser, over what it should take at most."""
    middle = statistics.median(values)
    return Row(
        PART, f"browser.{key}", f"{what} ÷ {limit:g} {unit}", size,
        _over(values, limit), Goal("at most", 1.0), middle, limit, unit, note=note,
    )  # fmt: skip


def _over(values: list[float], limit: float) -> Spread:
    """The parts of the limit; a single figure is no median."""
    return spread([x / limit for x in values]) if len(values) > 1 else single(values[0] / limit)


def high(values: list[float], part: float = 0.95) -> float:
    """A percentile."""
    return sorted(values)[min(len(values) - 1, round(part * (len(values) - 1)))]


def opening(browser: Any, address: str, rounds: int) -> Row:
    """From the request to all five panels drawn, on the default sample of a warm server."""
    times = []
    for _ in range(rounds):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        started = time.perf_counter()
        page.goto(f"{address}/inspect_pixels")
        page.wait_for_selector(".sl-viewer[data-state=fine]", timeout=60_000)
        times.append(1000 * (time.perf_counter() - started))
        page.close()
    said = "the default sample, from the request to all five pictures"
    found = row("open", said, None, times[1:], 1000, note="a new visitor, a warm server")
    return replace(found, goal=None)


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


def dragging(page: Any, size: int) -> list[Row]:
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
    page.mouse.up()
    settle(page)
    if not ticks:
        raise RuntimeError("the pictures did not follow the slider")
    down, up = (traffic[way] / len(ticks) / 1000 for way in ("down", "up"))
    what = "focal's γ, from the slider to repainted maps"
    return [
        row("tick", what, size, ticks, 80),
        row("tick.p95", f"{what}, 95th percentile", size, [high(ticks)], 150),
        row("bytes", "what comes down the wire for a step", size, [down], 12, "kB",
            f"{up:.1f} kB go up; a float32 plane is {4 * size * size / 1000:,.0f} kB"),
    ]  # fmt: skip


def measured(size: int, browser: Any, address: str, times: int) -> list[Row]:
    """Upload a pair of this size so many times, and drag a slider on the last."""
    took = []
    with tempfile.TemporaryDirectory() as folder:
        files = _files(size, Path(folder))
        for i in range(times):
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(f"{address}/inspect_pixels?loss=focal")
            settle(page)
            took.append(upload(page, files, size))
            if i + 1 < times:
                page.close()
        page.wait_for_timeout(500)
        settle(page)
        said = "the last file handed over, to all five pictures"
        found = [row("upload", said, size, took, 1000 if size <= 512 else 2500)]
        found += dragging(page, size)
        page.close()
    return found


def main() -> None:
    if why := missing():
        finish(PART, [], why)
        return
    times = 3 if is_quick() else 9
    with server() as address, chromium() as browser:
        found = [opening(browser, address, times + 1)]
        for size in (500, 1000 if is_quick() else 2048):  # 500: another than the sample before
            found += measured(size, browser, address, 1 if is_quick() else 3)
    finish(PART, found)


if __name__ == "__main__":
    with contextlib.redirect_stderr(io.StringIO()):
        main()
    sys.stdout.flush()
