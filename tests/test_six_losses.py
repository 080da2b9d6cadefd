"""The start page's six formulas, in JavaScript, say what the library says."""

from __future__ import annotations

import json
import re
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


STATES = """
import { FLAT, LARGEST, STARTS, TARGET, measured, placed, probabilities, saying, stepsFrom } from "PUSHED";
const on = { ...STARTS, ...TARGET };
const far = [[20, 0.4], [20, 1], [17, 0.4], [3, 4], [11, 1]].map(([r, soft]) => placed({ x: 0, y: 0, r, soft }));
const states = [STARTS, { ...STARTS, x: 10 }, { ...on, r: 3 }, { ...on, r: 20 }, { ...on, soft: 4 },
  { ...STARTS, r: 20 }, { ...STARTS, soft: 0.4 }, { ...STARTS, r: 3, x: 36 }, ...far];
console.log(JSON.stringify({ flat: FLAT, largest: LARGEST, target: TARGET, states: states.map(at => {
  const found = measured(at);
  const steps = Object.fromEntries(Object.entries(stepsFrom(at)).map(([name, then]) => [name, [...probabilities(then)]]));
  return { p: [...found.p], steps, six: found.six, said: saying(at, found) };
}) }));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node on this machine")
def test_what_the_starting_figure_says_is_measured_by_the_library():
    module = (ROOT / "assets" / "pushed.js").as_uri()
    ran = subprocess.run(
        ["node", "--input-type=module", "-e", STATES.replace("PUSHED", module)],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    told = json.loads(ran.stdout)
    side = 64
    v, u = np.mgrid[:side, :side] + 0.5
    goal = told["target"]
    y = torch.from_numpy((np.hypot(u - goal["x"], v - goal["y"]) <= goal["r"]).astype(float))

    def library(p: list[float]) -> dict[str, float]:
        z = torch.logit(torch.tensor(p, dtype=torch.float64)).reshape(side, side)
        return {name: float(LOSSES[name](z, y)) for name in SIX}

    perfect = float(LOSSES["boundary"](200 * y - 100, y))
    floor = dict.fromkeys(SIX, 0.0) | {"boundary": perfect}
    values = [library(state["p"]) for state in told["states"]]
    top = {name: max(value[name] for value in values) for name in SIX}
    assert told["largest"] == pytest.approx(top, rel=1e-9)
    kinds = set()
    for state, value in zip(told["states"], values, strict=True):
        after = {way: library(p) for way, p in state["steps"].items()}
        for one in state["six"]:
            name, length = one["name"], top[one["name"]] - floor[one["name"]]
            assert one["bar"] == pytest.approx((value[name] - floor[name]) / length, abs=1e-9)
            best = max(value[name] - then[name] for then in after.values()) / length
            assert one["falls"] == pytest.approx(best, abs=1e-9)
            assert one["flat"] == (best < told["flat"])
        if found := re.search(r"Dice stands at (\S+) %.*, BCE at only (\S+) %", state["said"]):
            kinds.add("levels")
            for name, number in zip(("dice", "bce"), found.groups(), strict=True):
                assert float(number) == pytest.approx(100 * value[name] / top[name], abs=0.5)
        if found := re.search(
            r"BCE would drop by (\S+) %, Dice (would rise )?by (less than )?(\S+) %", state["said"]
        ):
            kinds.add("rises" if found[2] else "drops")
            drops = {
                name: 100 * (1 - after["softens"][name] / value[name]) for name in ("bce", "dice")
            }
            assert float(found[1]) == pytest.approx(drops["bce"], abs=0.06)
            if found[3]:
                assert abs(drops["dice"]) < float(found[4])
            else:
                assert (-1 if found[2] else 1) * float(found[4]) == pytest.approx(
                    drops["dice"], abs=0.06
                )
    assert kinds == {"levels", "rises", "drops"}
