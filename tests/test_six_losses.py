"""The start page's six formulas, in JavaScript, say what the library says."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch

from segloss_core import LOSSES

SIX = ("bce", "focal", "dice", "tversky", "boundary", "hausdorff_dt")
ROOT = Path(__file__).parent.parent
PROGRAM = """
import { readFileSync } from "node:fs";
import { sixLosses, targetOf } from "SIX";
const cases = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map(({ p, y, w, h }) => sixLosses(p, targetOf(y, w, h)))));
"""


def _cases() -> list[dict]:
    random = np.random.default_rng(1)
    found = []
    for h, w in ((64, 64), (13, 20), (7, 3)):
        v, u = np.mgrid[:h, :w]
        disc = np.hypot(u - 0.6 * w, v - 0.5 * h) < 0.25 * w
        for y in (disc, random.random((h, w)) < 0.3, np.zeros((h, w), bool), np.ones((h, w), bool)):
            for z in (
                random.normal(0, 2, (h, w)),
                4 - np.hypot(u - 0.2 * w, v - 0.3 * h),
                np.full((h, w), -3.0),
            ):
                p = 1 / (1 + np.exp(-z))
                found.append({"z": z, "y": y, "p": p.ravel().tolist(), "w": w, "h": h})
    return found


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node on this machine")
def test_six_formulas_in_the_browser_are_the_librarys():
    cases = _cases()
    said = [{**case, "y": case["y"].astype(int).ravel().tolist(), "z": 0} for case in cases]
    module = (ROOT / "assets" / "six_losses.js").as_uri()
    ran = subprocess.run(
        ["node", "--input-type=module", "-e", PROGRAM.replace("SIX", module)],
        input=json.dumps(said), capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    for case, found in zip(cases, json.loads(ran.stdout), strict=True):
        z, y = torch.from_numpy(case["z"]), torch.from_numpy(case["y"].astype(np.float64))
        assert set(found) == set(SIX)
        for name in SIX:
            expected = float(LOSSES[name](z, y))
            assert found[name] == pytest.approx(expected, rel=1e-9, abs=1e-12), name
