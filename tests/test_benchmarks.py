"""What the measurements compare is the same, and the report says what was measured."""

from __future__ import annotations

import json
import math
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import numpy as np
import pytest
import torch

from benchmarks import __main__ as everything
from benchmarks import (
    busy,
    chart,
    choice,
    cuda,
    exact,
    inputs,
    landscapes,
    markdown,
    memory,
    ours,
    report,
    slider,
    timing,
)
from benchmarks import peers as others
from benchmarks.rows import Accuracy, Goal, Part, Row, from_json, to_json
from benchmarks.timing import Spread
from segloss_core import LOSSES

from .refresh_readme import README, fresh

COMPARED = sorted({*choice.CLASSICAL, *choice.DISTANCE, *others.in_libraries()})
SORTED = {"lovasz_hinge", "lovasz_sigmoid"}  # their order of equal errors is another
CUT = {"cldice", "dice_cldice"}  # their choice among equal minima is another


@pytest.fixture(scope="module")
def case() -> inputs.Case:
    return inputs.case(64)


# ---- both sides of a comparison ----------------------------------------------------------------


@pytest.mark.parametrize("name", COMPARED)
def test_a_peer_computes_what_ours_does(case, name):
    peers = others.of(name)
    if not peers:
        pytest.skip("no library that has it is installed")
    reference = exact.exact(name, case)
    for peer in peers:
        off = exact.peer_off(peer, reference, case.z, case.y)
        if not peer.same:  # the border: near, and not the same
            assert 1e-4 < off.value < 0.5
            continue
        assert off.value < 2e-3 if name in CUT else off.value < 2e-5, peer.library
        if name not in SORTED | CUT:
            assert off.gradient < 1e-3, peer.library


def test_a_wrong_peer_is_noticed(case):
    right = next(x for x in others.of("dice") if x.library == "MONAI")
    wrong = replace(right, call=lambda z, y: right.call(2 * z, y))
    off = exact.peer_off(wrong, exact.exact("dice", case), case.z, case.y)
    assert off.value > 1e-2 and off.gradient > 1e-2


def test_a_peer_leaves_nothing_behind(case):
    import gc
    import weakref

    gc.collect()
    gc.disable()
    try:
        z = case.z.clone()
        value, gradient = others.of("soft_f1")[0].value_and_gradient(z, case.y)
        seen = weakref.ref(gradient)
        del value, gradient
        assert seen() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("name", choice.CLASSICAL)
def test_ours_by_tables_and_as_a_plane_is_the_whole_image(case, name):
    coded, kinds = ours.count(case.codes, case.target)
    (tables,) = ours.all_tables(ours.losses([name]), kinds)
    off = exact.exact(name, case).off(
        tables.value, ours.plane(tables.gradient, coded, ours.buffer(coded))
    )
    assert off.value < 1e-10 and off.gradient < 1e-6


@pytest.mark.parametrize("name", [*choice.DISTANCE, "ssim"])
def test_ours_of_places_is_the_whole_image_also_again(case, name):
    known, reference = ours.study(case.codes, case.target), exact.exact(name, case)
    for _ in range(2):
        maps, share, gradient = ours.dense(ours.again(known), LOSSES[name])
        off = reference.off(maps.value, gradient)
        assert off.value < 1e-5 and off.gradient < 1e-4
        assert share.sum() == pytest.approx(maps.value - maps.floor, rel=1e-5)


def test_a_study_again_knows_the_target_alone(case):
    known = ours.study(case.codes, case.target)
    first = ours.again(known)
    ours.dense(first, LOSSES["boundary"])
    assert first.fields is known.fields and known.fields
    assert ours.again(known).maps.cache_info().currsize == 0


def test_the_plain_formulas_of_landscapes_are_ours(case):
    accuracy = landscapes.accuracy(case)
    assert accuracy.value < 1e-9
    assert accuracy.theirs_value is not None and accuracy.theirs_value < 1e-4


def test_a_step_sends_both_tables_and_the_numbers(case):
    study = ours.study(case.codes, case.target)
    sent = ours.tick(study, LOSSES["focal"], gamma=1.25)
    head, planes = sent[: -2 * 512 * 4], np.frombuffer(sent[-2 * 512 * 4 :], np.float32)
    z, y = case.exact
    assert json.loads(head)["value"] == pytest.approx(float(LOSSES["focal"](z, y, gamma=1.25)))
    assert np.dot(planes[:512], study.kinds.count) == pytest.approx(json.loads(head)["total"])


def test_a_slider_never_asks_twice_and_stays_in_its_range():
    for name, dial in slider.sliding().items():
        steps = slider.steps(dial)
        asked = [next(steps) for _ in range(200)]
        assert len(set(asked)) == 200
        assert all(dial.param.contains(x) for x in asked), name


def test_every_piece_of_work_whose_memory_is_measured_runs(case):
    for name, (_, work) in memory.WORKS.items():
        if "loop" not in name or others.of("boundary"):
            work(case)


def test_what_is_for_a_cuda_device_runs_on_any(monkeypatch):
    monkeypatch.setattr(inputs, "rounds", lambda size: 1)
    found = cuda.rows(64, torch.device("cpu"))
    assert [x.key for x in found] == [
        "cuda.tables",
        "cuda.dense",
        "cuda.distance",
        "cuda.bandwidth",
    ]


def test_without_a_cuda_device_it_says_so(monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    cuda.main()
    assert "Not measured: there is no CUDA device" in capsys.readouterr().out


def test_neighbours_are_asleep_until_woken_and_gone_afterwards():
    with busy.neighbours() as processes:
        assert all(process.poll() is None for process in processes)
    assert all(process.poll() is not None for process in processes)


def test_a_case_is_kept_for_the_next_part(tmp_path, monkeypatch):
    monkeypatch.setenv(inputs.FOLDER, str(tmp_path))
    drawn, kept = inputs.case(64), inputs.case(64)
    assert (tmp_path / "64.npz").exists()
    assert np.array_equal(drawn.codes, kept.codes) and np.array_equal(drawn.target, kept.target)
    assert drawn.bytes == 2 * 64 * 64
    assert torch.equal(drawn.z[0, 0].double(), drawn.exact[0].float().double())


# ---- statistics --------------------------------------------------------------------------------


def test_the_spread_by_hand():
    assert timing.spread([1.0, 2.0, 3.0, 4.0, 5.0]) == Spread(3.0, 2.0, 4.0, 5)
    assert timing.spread([1.0, 2.0, 4.0]) == Spread(2.0, 1.5, 3.0, 3)
    assert timing.single(7.0) == Spread(7.0, 7.0, 7.0, 0)
    assert timing.spread([7.0]) == Spread(7.0, 7.0, 7.0, 1)


def test_a_ratio_is_the_median_of_the_rounds_own_ratios():
    # The machine was three times slower in the second round: medians apart would say 4 / 3.
    assert timing.ratio([4.0, 12.0, 4.0], [2.0, 6.0, 1.0]).median == 2.0
    with pytest.raises(ValueError):
        timing.ratio([1.0, 2.0], [1.0])


def test_totals_give_a_shorter_part_again():
    assert timing.total([[1.0, 2.0, 3.0], [10.0, 20.0]]) == [11.0, 22.0, 13.0]


def test_a_race_alternates_and_ends_when_patience_does(monkeypatch):
    order: list[str] = []
    works = {name: lambda name=name: order.append(name) for name in "ab"}
    took = timing.race(works, 3)
    assert order == ["b", "a", "a", "b", "b", "a"]
    assert {name: len(x) for name, x in took.items()} == {"a": 3, "b": 3}
    now = iter(range(10_000))
    monkeypatch.setattr(timing.time, "perf_counter", lambda: float(next(now)))
    assert len(timing.race(works, 9, patience=12)["a"]) == 3  # five seconds a round, at least three
    assert len(timing.race(works, 9, patience=9)["a"]) == 1  # the first took half of the patience


def test_an_exponent_is_fitted_and_labels_keep_apart():
    assert chart.fitted([(x, 3 * x**1.5) for x in (1.0, 10.0, 70.0)]) == pytest.approx(1.5)
    assert chart.apart([5.0, 6.0, 100.0], 10) == [0.5, 10.5, 100.0]
    placed = chart.apart([9.0, 8.0, 7.0, 12.0], 4)
    assert sorted(placed) == sorted(placed, key=lambda x: -x)[::-1]
    assert min(b - a for a, b in zip(sorted(placed), sorted(placed)[1:], strict=False)) >= 4 - 1e-9


def test_the_chart_is_a_drawing_that_names_its_curves():
    panel = chart.Panel("Time <1>", "pixels", {"a & b": [(1, 1e-3), (100, 1)]}, str, str)
    drawn = ElementTree.fromstring(chart.svg([panel, panel]))
    assert drawn.tag.endswith("svg")
    words = [x.text for x in drawn.iter() if x.tag.endswith("text")]
    assert words.count("a & b") == 2 and "Time <1>" in words


# ---- the report --------------------------------------------------------------------------------


def row(**more) -> Row:
    base = Row(
        "A part", "tables", "(a) the loop ÷ ours", 512, Spread(112.4, 100.0, 131.0, 9),
        Goal("at least", 80), 0.0414, 0.00037, accuracy=Accuracy(1e-15, 2e-14, 3e-5, 4e-4, "dice"),
    )  # fmt: skip
    return replace(base, **more)


ABOUT = {
    "cpu": "A processor", "cores": 2, "memory_gib": 16.0, "system": "Linux x86_64",
    "versions": {"torch": "2.13.0"}, "threads": 1, "quick": False, "load_before": 0.1,
    "day": "2026-01-01", "minutes": 12.0,
}  # fmt: skip


def test_goals_go_both_ways():
    assert Goal("at least", 2).met(2.0) and not Goal("at least", 2).met(1.99)
    assert Goal("at most", 2).met(2.0) and not Goal("at most", 2).met(2.01)
    assert row().met is True and row(goal=Goal("at most", 1)).met is False
    assert row(goal=None).met is None


def test_a_line_has_the_ratio_its_goal_the_verdict_and_both_errors():
    cells = [x.strip() for x in markdown.line(row()).strip("|").split("|")]
    assert cells == [
        "(a) the loop ÷ ours", "512²", "112 (100 to 131; 9)", "≥ 80", "yes",
        "1e-15, gradient 2e-14", "3e-05, gradient 4e-04 (dice)", "41.4 ms / 0.370 ms",
    ]  # fmt: skip
    assert "**no**" in markdown.line(row(goal=Goal("at least", 200)))
    assert len(cells) == markdown.HEAD.splitlines()[0].strip("|").count("|") + 1


@pytest.mark.parametrize(
    ("x", "said"),
    [(112.4, "112"), (1.0, "1.00"), (0.0, "0.00"), (1234.5, "1,230"), (25_000, "25,000"),
     (131_000, "1.31·10⁵"), (0.000123, "1.23·10⁻⁴"), (99_960, "1.00·10⁵")],
)  # fmt: skip
def test_numbers_have_three_figures(x, said):
    assert markdown.number(x) == said


def test_headlines_have_a_column_for_each_size_and_mark_what_is_missed():
    rows = [row(), row(size=1024, goal=Goal("at least", 140)), row(key="other")]
    lines = markdown.headlines(rows, ("tables", "absent")).splitlines()
    assert lines[0] == "| | 512² | 1024² | goal |"
    assert lines[2] == "| the loop ÷ ours | 112 (100–131) | 112 (100–131) ✗ | ≥ 80, 140 |"
    assert len(lines) == 3


def test_rows_survive_json():
    for each in (row(), row(goal=None, accuracy=None, size=None)):
        assert from_json(json.loads(json.dumps(to_json(each)))) == each


def test_the_report_counts_its_goals_and_says_what_was_not_measured():
    parts = [
        Part("One", (row(), row(goal=Goal("at most", 1)), row(goal=None))),
        Part("Two", (), "no device."),
    ]
    page = report.page(json.loads(json.dumps(report.document(ABOUT, parts))))
    assert "1 of 2 goals are met." in page
    assert "Not measured: no device." in page
    with pytest.raises(ValueError):
        report.parts_of({"schema": 2, "parts": []})


# ---- what is committed -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def results() -> dict:
    return json.loads(report.RESULTS.read_text(encoding="utf-8"))


def test_results_are_whole(results):
    parts = report.parts_of(results)
    assert [part.name for part in parts] == list(everything.PARTS.values())
    assert results["machine"].keys() == ABOUT.keys()
    for part in parts:
        assert bool(part.rows) or part.skipped
        for each, told in zip(
            part.rows,
            (x for y in results["parts"] if y["name"] == part.name for x in y["rows"]),
            strict=True,
        ):
            assert told["met"] == each.met
            numbers = (each.ratio.low, each.ratio.median, each.ratio.high, each.above, each.below)
            assert all(math.isfinite(x) for x in numbers)
            assert each.ratio.low <= each.ratio.median <= each.ratio.high
            assert each.ratio.rounds >= 0
    keys = [(x.key, x.size) for part in parts for x in part.rows]
    assert len(set(keys)) == len(keys)


def test_the_page_of_results_is_that_of_the_file(results):
    assert report.PAGE.read_text(encoding="utf-8") == report.page(results)


def test_the_readme_says_what_was_measured(results):
    text = README.read_text(encoding="utf-8")
    assert report.in_readme(results) in text
    assert fresh(text) == text, "run python -m tests.refresh_readme"
    changed = re.sub(r"(<!-- speed -->\n).*?(<!-- /speed -->)", r"\1\2", text, flags=re.S)
    assert changed != text and fresh(changed) == text


def test_no_host_is_named(results):
    import platform

    host = platform.node()
    assert not host or host not in json.dumps(results["machine"])


def test_goals_are_known_for_every_size():
    assert all(goals.keys() == set(inputs.SIZES) for goals in choice.GOALS.values())
    assert not any(LOSSES[name].positional for name in choice.CLASSICAL)
    assert all(LOSSES[name].positional for name in choice.DISTANCE)
