"""What is said in other libraries' words computes the same; what is warned of does not."""

from __future__ import annotations

import ast
from importlib.util import find_spec

import pytest
import torch

from segloss_core import LOSSES
from segloss_core.libraries import LIBRARIES, Call, calls

from . import smp_losses
from .laws import same, scene, settings
from .test_app import inspect

INSTALLED = {"torch": "torch", "MONAI": "monai", "kornia": "kornia", "smp": smp_losses.NAME}
smp_losses.load()
# What is called in libraries that are not installed: a name must be one that they have.
NAMES = {
    "torchvision": {"sigmoid_focal_loss"},
    "Keras": {
        *(
            f"keras.losses.{x}"
            for x in (
                "BinaryCrossentropy",
                "BinaryFocalCrossentropy",
                "Dice",
                "Tversky",
                "LogCosh",
                "MeanAbsoluteError",
                "MeanSquaredError",
            )
        ),
        *(f"keras.ops.{x}" for x in ("sigmoid", "mean", "log", "cosh")),
    },
    "timm": {
        f"timm.loss.{x}"
        for x in ("BinaryCrossEntropy", "PolyBinaryCrossEntropy", "AsymmetricLossMultiLabel")
    },
}


def all_settings(name: str) -> list[dict]:
    """Settings at unequal dials, each with and without smoothing: some libraries have none."""
    loss, found = LOSSES[name], []
    for setting in settings(loss):
        dials = {**loss.defaults, **setting}
        found.append(dials)
        if "smooth" in loss.dials and loss.dials["smooth"].param.contains(0.0):
            found.append({**dials, "smooth": 0.0})
    return [dials for i, dials in enumerate(found) if dials not in found[:i]]


CASES = [(name, dials) for name in LOSSES for dials in all_settings(name)]


def entry(name: str, dials: dict, library: str) -> Call:
    return next(call for call in calls(name, dials) if call.library == library)


def batch() -> tuple[torch.Tensor, torch.Tensor]:
    """Three images, whose objects differ in size."""
    pairs = [scene(seed) for seed in range(3)]
    z, y = (torch.stack(side)[:, None] for side in zip(*pairs, strict=True))
    y[1, :, 4:], y[2, :, :, 6:] = 0, 1
    return z, y


def value_and_slope(
    code: str, z: torch.Tensor, y: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    leaf = z.clone().requires_grad_()
    room = {"logits": leaf, "target": y}
    exec(compile(code, "snippet.py", "exec"), room)
    value = room["value"]
    return value, torch.autograd.grad(value.sum(), leaf)[0]


@pytest.mark.parametrize("library", INSTALLED)
@pytest.mark.parametrize(("name", "dials"), CASES)
@pytest.mark.filterwarnings("ignore")  # MONAI warns of one channel
def test_a_snippet_gives_our_value_and_gradient(name, dials, library):
    call = entry(name, dials, library)
    if call.code is None:
        return
    if not find_spec(INSTALLED[library]):
        pytest.skip(f"{library} is not installed")
    z, y = batch()
    leaf = z.clone().requires_grad_()
    value = LOSSES[name](leaf, y, **dials).mean()
    (slope,) = torch.autograd.grad(value, leaf)
    # MONAI casts to float32 inside several losses; kornia adds 1e-12 to what SSIM divides by.
    tolerance = {"MONAI": 1e-5, "kornia": 1e-8}.get(library, 1e-10)
    if "HausdorffERLoss" in call.code:  # its cross of fifths is made in float32
        tolerance = 1e-6
    if "logits.float()" in call.code:
        tolerance = 1e-4
    theirs, theirs_slope = value_and_slope(call.code, z, y)
    same(theirs, value, tolerance)
    same(theirs_slope, slope, tolerance)


@pytest.mark.parametrize("library", INSTALLED)
@pytest.mark.parametrize(("name", "dials"), CASES)
@pytest.mark.filterwarnings("ignore")
def test_what_is_warned_of_computes_something_else(name, dials, library):
    call = entry(name, dials, library)
    if call.naive is None:
        return
    if not find_spec(INSTALLED[library]):
        pytest.skip(f"{library} is not installed")
    z, y = batch()
    value = float(LOSSES[name](z, y, **dials).mean())
    room = {"logits": z, "target": y}
    exec(compile(call.naive, "naive.py", "exec"), room)
    naive = room["value"]
    assert naive.shape != () or abs(float(naive) - value) > 1e-3 * abs(value)


def called(code: str) -> set[str]:
    """The dotted names of everything that is called through an imported module or name."""
    tree = ast.parse(code)
    imported = {
        a.asname or a.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for a in node.names
    }
    names = {ast.unparse(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    return {n for n in names if "(" not in n and n.split(".")[0] in imported}


@pytest.mark.parametrize("library", NAMES)
@pytest.mark.parametrize(("name", "dials"), CASES)
def test_a_snippet_for_a_library_that_is_not_here_is_code_of_its_names(name, dials, library):
    call = entry(name, dials, library)
    for code in filter(None, (call.code, call.naive)):
        compile(code, "snippet.py", "exec")
        assert {n for n in called(code) if not n.startswith("torch.")} <= NAMES[library]
        assert "value = " in code


@pytest.mark.parametrize(("name", "dials"), CASES)
def test_every_library_has_a_word_on_every_loss(name, dials):
    found = calls(name, dials)
    assert tuple(call.library for call in found) == LIBRARIES
    for call in found:
        assert bool(call.code) != bool(call.why), call
        assert call.why == "" or call.why.endswith(".")
        assert call.warning == "" or call.warning.endswith(".")
        assert call.version
        assert not call.naive or call.warning  # nothing is computed that is not warned of


# What a ready class or function of a loss would have in its name.
TELLTALES = {
    "mcc": "mccloss", "lovasz_hinge": "lovasz", "lovasz_sigmoid": "lovasz", "ssim": "ssim",
    "cldice": "cldice", "dice_cldice": "dicecldice", "tversky": "tversky",
    "focal_tversky": "tversky", "jaccard": "jaccard", "focal": "focal", "hausdorff_dt": "hausdorff",
    "boundary": "boundary", "generalized_dice": "generalizeddice", "dice": "dice",
    "unified_focal_sym": "unifiedfocal", "unified_focal_asym": "unifiedfocal",
    "asymmetric": "asymmetric", "reduced_focal": "focal", "quality_focal": "quality",
    "bi_tempered": "temper", "power_jaccard": "jaccard", "soft_f1": "dice",
    "dice_semimetric": "semimetric", "tanimoto_complement": "tanimoto", "boundary_dou": "boundary",
    "skeleton_recall": "recall", "unet_border_bce": "border", "hausdorff_er": "hausdorff",
    "active_contour": "contour", "poly1_bce": "poly", "noise_robust_dice": "robust",
}  # fmt: skip


@pytest.mark.parametrize(
    ("library", "module"),
    [("MONAI", "monai.losses"), ("kornia", "kornia.losses"), ("smp", f"{smp_losses.NAME}.losses")],
)
def test_a_library_that_is_said_to_have_no_such_loss_has_none(library, module):
    """Where its name says that it has, the reason is another one."""
    names = {n.lower().replace("_", "") for n in dir(pytest.importorskip(module))}
    for name, word in TELLTALES.items():
        call = entry(name, LOSSES[name].defaults, library)
        if "has no such loss" in call.why:
            assert not any(word in n for n in names), (library, name)


def test_a_loss_that_no_library_knows_has_its_reasons_too():
    assert all(call.why and not call.code for call in calls("a_loss_of_tomorrow", {"k": 1.0}))


def expected(library: str, dials: dict) -> str:
    return entry("tversky", {"smooth": 0.0, **dials}, library).code or ""


def test_letters_go_by_meaning():
    dials = {"alpha": 0.2, "beta": 0.9}  # false positives, false negatives
    assert "alpha=0.9, beta=0.2" in expected("Keras", dials)
    assert "alpha=0.2, beta=0.9" in expected("MONAI", dials)
    assert "alpha=0.2, beta=0.9" in expected("smp", dials)
    root = {**LOSSES["focal_tversky"].defaults, "gamma": 2.0}
    assert "gamma=0.5" in (entry("focal_tversky", root, "smp").code or "")
    assert "smooth=0.5" in (entry("dice", {"smooth": 1.0}, "smp").code or "")


def test_the_code_tab_shows_the_chosen_library():
    app = inspect(loss="tversky", pair="lesion", **{"tversky.smooth": "0"})
    app.session_state["tabs"] = ":material/code: Code"
    app.run()
    assert not app.exception
    shown = " ".join(code.value for code in app.code)
    assert "def tversky(logits, target" in shown
    app.segmented_control(key="code.library").select("Keras").run()
    assert not app.exception
    assert "alpha=0.7, beta=0.3" in " ".join(code.value for code in app.code)
    assert any("exchange" in warning.value for warning in app.warning)
    app.segmented_control(key="code.library").select("timm").run()
    assert any("timm has no such loss" in text.value for text in app.info)
