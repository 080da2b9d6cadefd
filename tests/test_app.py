"""What pages remember and compute, without a browser."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from segloss_core import LOSSES, export, maps
from segloss_core.files import npz
from segloss_core.pair import Pair, Prediction
from segloss_core.scenes import SCENES
from segloss_core.study import Study

from .laws import same

ROOT = Path(__file__).parent.parent


def inspect(**query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.switch_page("pages/inspect_pixels.py")
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def test_the_start_page_shows_every_sample():
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    assert not app.exception
    said = " ".join(m.value for m in app.markdown)
    assert all(scene.title in said for scene in SCENES.values())


@pytest.mark.parametrize("loss", LOSSES)
def test_inspect_opens_on_every_loss(loss):
    app = inspect(loss=loss, pair="lesion")
    assert not app.exception
    assert app.title[0].value == LOSSES[loss].title


@pytest.mark.parametrize("pair", SCENES)
def test_inspect_opens_on_every_sample(pair):
    app = inspect(pair=pair)
    assert not app.exception
    assert app.selectbox(key="choose.pair").value == pair


def test_a_view_is_a_link():
    query = {
        "v": "1", "loss": "tversky", "pair": "brain", "wrt": "probability", "t": "0.3",
        "tversky.alpha": "0.15", "tversky.beta": "1.25", "px": "200,250",
    }  # fmt: skip
    app = inspect(**query)
    assert not app.exception
    assert dict(app.query_params.items()) == query
    assert any("x = 200, y = 250" in m.value for m in app.markdown)


def test_nonsense_in_the_address_is_left_out_and_named():
    app = inspect(**{
        "loss": "nope", "pair": "../../etc", "t": "7", "focal.gamma": "-3", "px": "a,b",
        "focal.alpha": "nan", "ssl_correlation.window": "4",
    })  # fmt: skip
    assert not app.exception
    assert app.title[0].value == LOSSES["focal"].title
    assert app.query_params.get("focal.gamma") is None
    assert "loss\\=nope" in app.warning[0].value or "loss=nope" in app.warning[0].value
    app.run()
    assert not app.warning  # told once


@pytest.mark.parametrize(
    "query",
    [
        {"loss": "ssl_correlation", "ssl_correlation.window": "9" * 400},
        {"loss": "hausdorff_dt", "hausdorff_dt.alpha": "500", "px": "400,400", "pair": "lesion"},
        {"loss": "tversky", "tversky.alpha": "1e308", "tversky.beta": "1e308"},
        {"loss": "focal", "focal.gamma": "inf"},
        {"loss": "exp_log", "exp_log.gamma_cross": "5", "exp_log.gamma_dice": "5", "px": "1,1"},
        {"px": "9" * 400 + ",1"},
    ],
)
def test_no_address_breaks_the_page(query):
    assert not inspect(**query).exception


def test_an_unknown_name_in_the_address_is_named():
    app = inspect(**{"focal.gama": "3"})
    assert "focal\\.gama" in app.warning[0].value


def test_a_pin_outside_the_picture_is_a_hint_not_a_crash():
    app = inspect(px="99999,3")
    assert not app.exception
    assert any("Click a pixel" in m.value for m in app.markdown)


def test_a_link_to_an_upload_opens_a_sample_and_says_so():
    app = inspect(pair="upload")
    assert not app.exception
    assert "which no link carries" in app.info[0].value


def test_a_link_is_never_bare_and_a_bare_address_means_defaults():
    app = inspect(loss="dice")
    app.query_params.clear() if hasattr(app.query_params, "clear") else None
    for name in list(app.query_params):
        del app.query_params[name]
    app.run()
    assert app.title[0].value == LOSSES["focal"].title


def test_a_preset_sets_the_dials():
    app = inspect(loss="tversky")
    app.selectbox(key="preset.tversky").set_value("Jaccard").run()
    assert not app.exception
    assert app.query_params["tversky.alpha"] == "1"
    assert app.query_params["tversky.beta"] == "1"
    assert app.selectbox(key="preset.tversky").value == "Jaccard"


def png(path: Path, array: np.ndarray) -> bytes:
    Image.fromarray(array).save(path)
    return path.read_bytes()


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    pair = SCENES["nuclei"].draw(128)
    assert pair.prediction.codes is not None and pair.image is not None
    Image.fromarray(pair.image).save(tmp_path / "image.jpg", quality=90)
    hard = (pair.prediction.codes > 127).astype(np.uint8) * 255
    return {
        "image": (tmp_path / "image.jpg").read_bytes(),
        "target": png(tmp_path / "target.png", pair.target * 255),
        "prediction": png(tmp_path / "prediction.png", pair.prediction.codes),
        "hard": png(tmp_path / "hard.png", hard),
        "small": png(tmp_path / "small.png", pair.prediction.codes[:64, :100]),
        "grey": png(tmp_path / "grey.png", (np.arange(128 * 128).reshape(128, 128) % 5 * 50).astype(np.uint8)),
    }  # fmt: skip


def give(app: AppTest, role: str, name: str, data: bytes) -> AppTest:
    box = next(b for b in app.file_uploader if b.key.startswith(f"file.{role}."))
    box.upload(name, data)
    return app.run()


def test_three_uploads_become_the_pair(files):
    app = inspect()
    give(app, "image", "photo.jpg", files["image"])
    give(app, "target", "mask.png", files["target"])
    give(app, "prediction", "guess.png", files["prediction"])
    assert not app.exception and not app.error
    assert app.selectbox(key="choose.pair").value == "upload"
    captions = " ".join(c.value for c in app.caption)
    assert "128 × 128 pixels" in captions
    assert "8\\-bit greys read as probabilities" in captions


def saved(array: np.ndarray) -> bytes:
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def test_logits_in_a_file_of_another_name_become_the_pair(files):
    z = np.linspace(-4, 4, 128 * 128, dtype=np.float32).reshape(128, 128)
    app = inspect()
    give(app, "target", "mask.png", files["target"])
    give(app, "prediction", "guess.png", saved(z))
    assert not app.exception and not app.error
    study = app.session_state["uploads"].study
    assert np.array_equal(study.pair.prediction.logits(), z)


def test_a_stack_in_a_file_of_another_name_has_its_slices_to_choose(files):
    app = inspect(pair="brain")
    give(app, "target", "mask.png", saved(np.zeros((9, 128, 128), np.uint8)))
    assert not app.exception and not app.error
    slices = next(slider for slider in app.slider if slider.label == "Slice")
    assert (slices.min, slices.max, slices.value) == (0, 8, 4)
    assert app.selectbox(key="choose.pair").value == "brain", "a target alone is no pair"


def test_a_bad_file_gets_one_sentence_and_the_pair_stays(files):
    app = inspect(pair="brain")
    give(app, "target", "![x](http://evil.example/a.png).png", files["grey"])
    assert not app.exception
    (error,) = app.error
    assert "5 different values" in error.value.replace("\\", "")
    assert "![x](" not in error.value  # escaped: never Markdown
    assert app.selectbox(key="choose.pair").value == "brain"


def test_addresses_in_names_do_not_become_links():
    from pages.parts.say import plain

    for text in ("www.evil.example", "https://evil.example", "a@evil.example", "HTTP://x.y"):
        said = plain(text)
        assert "\u2060" in said and said.replace("\u2060", "").replace("\\", "") == text


def test_a_bad_file_leaves_its_box_and_the_last_pair_is_named_as_such(files):
    app = inspect()
    give(app, "target", "mask.png", files["target"])
    give(app, "prediction", "guess.png", files["prediction"])
    give(app, "target", "grey.png", files["grey"])
    assert len(app.error) == 1
    assert any("Still showing the last whole pair" in w.value for w in app.warning)
    assert not any("Now the" in i.value for i in app.info)
    give(app, "target", "mask.png", files["target"])
    assert not app.error and not app.warning


def test_files_can_be_forgotten(files):
    app = inspect()
    give(app, "target", "mask.png", files["target"])
    give(app, "prediction", "guess.png", files["prediction"])
    next(b for b in app.button if b.label == "Forget my files").click().run()
    assert not app.exception
    assert "upload" not in app.selectbox(key="choose.pair").options
    assert app.selectbox(key="choose.pair").value == "nuclei"
    assert not app.session_state["uploads"].slots and app.session_state["uploads"].study is None


def test_a_black_and_white_prediction_of_zeros_and_ones_can_be_read_as_probabilities(files):
    app = inspect()
    ones = np.array(Image.open(io.BytesIO(files["hard"]))) // 255
    file = io.BytesIO()
    Image.fromarray(ones).save(file, "PNG")
    give(app, "target", "mask.png", files["target"])
    give(app, "prediction", "ones.png", file.getvalue())
    switch = next(b for b in app.get("segmented_control") if str(b.key).startswith("scale."))
    switch.set_value("probability").run()
    assert not app.exception and not app.error
    study = app.session_state["uploads"].study
    assert study.pair.prediction.kind == "probability"
    assert set(np.unique(study.pair.prediction.codes)) == {0, 255}


def test_sizes_that_differ_are_said_and_resized_only_when_asked(files):
    app = inspect()
    give(app, "target", "mask.png", files["target"])
    give(app, "prediction", "guess.png", files["small"])
    assert "100 × 64" in app.error[0].value and "128 × 128" in app.error[0].value
    app.button(key="resize.prediction").click().run()
    assert not app.exception and not app.error
    assert app.selectbox(key="choose.pair").value == "upload"


def test_a_hard_mask_has_a_confidence_dial(files):
    app = inspect()
    give(app, "target", "mask.png", files["target"])
    give(app, "prediction", "hard.png", files["hard"])
    assert not app.exception
    assert any("c = 0.9512" in c.value for c in app.caption)
    app.slider(key="choose.confidence").set_value(0.8).run()
    assert not app.exception
    assert any("c = 0.7988" in c.value for c in app.caption)
    assert app.query_params["c"] == "0.8"


# ---- the study behind the page -------------------------------------------------------------------


@pytest.fixture(scope="module")
def pairs() -> dict[str, Pair]:
    pair = SCENES["lesion"].draw(96)
    p = pair.prediction.probabilities()
    random = np.random.default_rng(0)
    floating = Prediction.floating(np.clip(p + random.normal(0, 0.02, p.shape), 0.001, 0.999))
    hard = Prediction.hard(pair.prediction.hard_mask())
    return {
        "coded": pair,
        "hard": Pair(None, pair.target, hard, "hard"),
        "float": Pair(None, pair.target, floating, "float"),
    }


@pytest.mark.parametrize("kind", ["coded", "hard", "float"])
@pytest.mark.parametrize("loss", LOSSES.values(), ids=lambda x: x.name)
def test_a_study_says_what_the_library_says(loss, kind, pairs):
    pair = pairs[kind]
    study = Study(pair)
    z, y = torch.from_numpy(pair.prediction.logits()), torch.tensor(pair.target)
    found = study.maps(loss)
    same(found.value, loss(z, y), 1e-12)
    dense = [x[study.code] if found.coded else x for x in (found.share, found.gradient)]
    same(dense[0], maps.share(loss, z, y), 1e-12)
    same(dense[1], maps.gradient(loss, z, y), 1e-11)
    at = (int(np.argmax(pair.target.max(1))), 40)
    same(study.worked(loss, at).value, dense[0][at], 1e-9)
    same(study.value(loss).value, found.value, 1e-13)


def test_the_yardstick_is_a_constant_guess_at_the_prevalence(pairs):
    study = Study(pairs["coded"])
    y = torch.tensor(pairs["coded"].target)
    share = (float(y.sum()) + 0.5) / (y.numel() + 1)
    guess = torch.full(y.shape, float(np.log(share / (1 - share))), dtype=torch.float64)
    without = {name for name, loss in LOSSES.items() if study.value(loss).relative is None}
    # A flat guess has no outline and no centreline, and around one lesion there is no gap.
    flat = {"hausdorff_dt", "shape_aware", "cldice", "dice_cldice"}
    assert without == flat | {"unet_border_bce"}
    for loss in (LOSSES[name] for name in LOSSES if name not in without):
        value = study.value(loss)
        same(value.relative * float(loss(guess, y) - value.floor), value.value - value.floor, 1e-9)


def test_a_mask_of_one_class_has_no_yardstick():
    target = np.zeros((20, 30), np.uint8)
    codes = np.full(target.shape, 40, np.uint8)
    for mask in (target, target + np.uint8(1)):
        study = Study(Pair(None, mask, Prediction.coded(codes), "x"))
        assert all(study.value(loss).relative is None for loss in LOSSES.values())


def test_on_a_large_picture_losses_of_place_wait_until_they_are_chosen(pairs):
    large = np.zeros((2600, 2600), np.uint8)
    study = Study(Pair(None, large, Prediction.coded(large), "x"))
    assert {n for n, loss in LOSSES.items() if study.at_leisure(loss)} == {
        n for n, loss in LOSSES.items() if loss.positional
    }
    assert not any(Study(pairs["coded"]).at_leisure(loss) for loss in LOSSES.values())


def test_a_dragged_dial_fills_no_memory(pairs):
    study = Study(pairs["coded"])
    for sigma in np.linspace(0.5, 3, 30):
        study.value(LOSSES["ssl_correlation"], sigma=float(sigma))
    for loss in LOSSES.values():
        study.value(loss)
    assert len(study.fields) <= sum(loss.positional for loss in LOSSES.values())


def test_who_pays_is_the_same_by_kinds_and_pixel_by_pixel(pairs):
    coded = Study(pairs["coded"])
    exact = Prediction.floating(pairs["coded"].prediction.probabilities())
    dense = Study(Pair(None, pairs["coded"].target, exact, "float"))
    for name in ("bce", "dice", "focal"):
        a, b = (s.payers(s.maps(LOSSES[name]), 0.4) for s in (coded, dense))
        for part in ("false_positives", "false_negatives", "boundary_band", "right"):
            same(getattr(a, part), getattr(b, part), 1e-9)
        for paid in (0.5, 0.8, 0.95):
            assert a.pixels_paying(paid) == pytest.approx(b.pixels_paying(paid), rel=0.05)
        assert a.paid[-1] == pytest.approx(1) and a.pixels[-1] == pytest.approx(1)


def test_who_pays_by_hand():
    target = np.array([[1, 1, 0, 0]], np.uint8)
    study = Study(Pair(None, target, Prediction.floating(np.array([[0.9, 0.2, 0.6, 0.1]])), "x"))
    found = study.payers(study.maps(LOSSES["dice"]), 0.5)
    same(found.false_negatives, 0.8 / 1.6, 1e-9)
    same(found.false_positives, 0.6 / 1.6, 1e-9)
    same(found.right, 0.2 / 1.6, 1e-9)
    same(found.pixels_paying(0.5), 0.25, 1e-9)


def test_changing_the_confidence_counts_nothing_again(pairs):
    study = Study(pairs["hard"])
    first = study.value(LOSSES["bce"]).value
    other = study.with_confidence(0.7)
    assert other.code is study.code and other.kinds.count is study.kinds.count
    z = torch.from_numpy(other.pair.prediction.logits())
    same(other.value(LOSSES["bce"]).value, LOSSES["bce"](z, torch.tensor(other.pair.target)), 1e-12)
    assert other.value(LOSSES["bce"]).value != first


def run(code: str, folder: Path) -> str:
    # One thread, as in the tests themselves, which share the cores.
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_code_of_a_sample_prints_the_number_on_screen(tmp_path):
    study = Study(SCENES["vessels"].draw())
    # Every snippet draws the sample; once is enough for all of them.
    script = "from functools import cache\nfrom segloss_core.scenes.scene import Scene\n"
    script += "Scene.draw = cache(Scene.draw)\n"
    expected = []
    for loss in LOSSES.values():
        dials = dict(loss.defaults.items())
        if "alpha" in dials:
            dials["alpha"] = 0.35
        value = study.value(loss, **dials).value
        script += export.snippet(loss, dials, "logit", export.from_sample("vessels"), value)
        expected.append(value)
    printed = [float(line) for line in run(script, tmp_path).splitlines()]
    same(np.array(printed), np.array(expected), 1e-9)


@pytest.mark.parametrize("kind", ["probability", "hard"])
def test_the_code_of_an_upload_prints_the_number_on_screen(files, kind, tmp_path):
    name = {"probability": "prediction", "hard": "hard"}[kind]
    (tmp_path / "it's a mask.png").write_bytes(files["target"])
    (tmp_path / "guess.png").write_bytes(files[name])
    source = export.from_files("it's a mask.png", "guess.png", kind, 0.8)
    codes = np.array(Image.open(tmp_path / "guess.png"))
    prediction = Prediction.coded(codes) if kind == "probability" else Prediction.hard(codes, 0.8)
    target = (np.array(Image.open(tmp_path / "it's a mask.png")) > 0).astype(np.uint8)
    value = Study(Pair(None, target, prediction, "x")).value(LOSSES["dice"]).value
    printed = run(export.snippet(LOSSES["dice"], {"smooth": 1.0}, "logit", source, value), tmp_path)
    same(float(printed), value, 1e-9)


def test_the_code_of_uploaded_logits_prints_the_number_on_screen(files, tmp_path):
    z = np.linspace(-4, 4, 128 * 128, dtype=np.float32).reshape(128, 128)
    (tmp_path / "mask.png").write_bytes(files["target"])
    (tmp_path / "guess.npy").write_bytes(saved(z))
    target = (np.array(Image.open(tmp_path / "mask.png")) > 0).astype(np.uint8)
    value = Study(Pair(None, target, Prediction.from_logits(z), "x")).value(LOSSES["dice"]).value
    source = export.from_files("mask.png", "guess.npy", "logit", None)
    printed = run(export.snippet(LOSSES["dice"], {"smooth": 1.0}, "logit", source, value), tmp_path)
    same(float(printed), value, 1e-9)


def test_the_code_of_a_resized_upload_prints_the_number_on_screen(files, tmp_path):
    from segloss_core.readers import read, resized

    (tmp_path / "mask.png").write_bytes(files["target"])
    (tmp_path / "guess.png").write_bytes(files["small"])
    target = read(files["target"], "mask.png", role="target").array
    small = read(files["small"], "guess.png", role="prediction").array
    prediction = Prediction.coded(resized(small, target.shape, "prediction"))
    value = Study(Pair(None, target, prediction, "x")).value(LOSSES["dice"]).value
    source = export.from_files("mask.png", "guess.png", "probability", None, size=target.shape)
    printed = run(export.snippet(LOSSES["dice"], {"smooth": 1.0}, "logit", source, value), tmp_path)
    same(float(printed), value, 1e-9)


def test_the_maps_can_be_downloaded(pairs):
    study = Study(pairs["coded"])
    found = study.maps(LOSSES["focal"])
    share, gradient = (plane.astype("f4") for plane in study.dense(found))
    archive = np.load(io.BytesIO(npz(share=share, gradient=gradient)))
    assert archive["share"].shape == study.pair.size and archive["share"].dtype == np.float32
    same(archive["share"].astype(float).sum(), found.value, 1e-5)
    same(archive["gradient"], found.gradient[study.code], 1e-6)


def test_the_training_code_runs(tmp_path):
    code = "import torch\nlogits = torch.zeros(2, 1, 8, 8, requires_grad=True)\ntarget = torch.zeros(2, 1, 8, 8)\ntarget[..., :3] = 1\n"
    code += export.training(LOSSES["focal"], {"alpha": 0.25, "gamma": 3.5})
    assert "gamma=3.5" in code and "alpha" not in code.split("criterion")[1]
    run(code, tmp_path)
