"""The tests are tested: each slip that papers and libraries really made turns a law red."""

import pytest

from . import laws, mutants_b, mutants_c, mutants_d
from .cores import changed
from .mutants_a import MUTANTS as MUTANTS_A

F = "losses/distribution/"
R = "losses/region/"
B = "losses/boundary/"
C = "losses/compound/"

# (loss, file, what stands there, the slip)
MUTANTS = {
    "Tversky: α and β swapped": ("tversky", R, "alpha * c.fp + beta * c.fn", "beta * c.fp + alpha * c.fn"),
    "Tversky: α and β folded together": (
        "tversky", R, "alpha * c.fp + beta * c.fn", "(alpha + beta) / 2 * c.wrong"),
    "Tversky: the share forgets the prices": (
        "tversky", R, "px.weighted((alpha * px.background + beta * px.y) * px.e)", "px.weighted(px.e)"),
    "focal: 1 − α dropped": ("focal", F, "(1 - alpha) * px.mean(false)", "px.mean(false)"),
    "focal: α on the background": (
        "focal", F, "alpha * px.mean(missed) + (1 - alpha) * px.mean(false)",
        "(1 - alpha) * px.mean(missed) + alpha * px.mean(false)"),
    "focal: a product instead of a power": ("focal", F, "torch.exp(gamma * log_e)", "gamma * torch.exp(log_e)"),
    "focal: p_t instead of 1 − p_t": (
        "focal", F, "px.y * px.log_q + px.background * px.log_p", "-px.ce"),
    "bce: the sum instead of the mean": ("bce", F, "Answer(px.mean(px.ce)", "Answer(px.sum(px.ce)"),
    "weighted_bce: β on the background": (
        "weighted_bce", F, "beta * px.mean(object_part) + px.mean(background_part)",
        "px.mean(object_part) + beta * px.mean(background_part)"),
    "balanced_bce: β = n1/N": ("balanced_bce", F, "chosen = ratio(px.n0, px.N)", "chosen = ratio(px.n1, px.N)"),
    "balanced_bce: the empty target not named": (
        "balanced_bce", F, "(px.n1 == 0) | (px.n0 == 0)", "px.n0 == 0"),
    "Dice: smoothing forgotten": ("dice", R, "2 * c.tp + c.wrong + smooth", "2 * c.tp + c.wrong"),
    "Dice: the 2 forgotten": ("dice", R, "2 * c.tp + c.wrong + smooth", "c.tp + c.wrong + smooth"),
    "Dice: the coefficient instead of the loss": (
        "dice", R, "ratio(c.wrong, sizes),", "1 - ratio(c.wrong, sizes),"),
    "focal Tversky: γ instead of 1/γ": ("focal_tversky", R, "1 / gamma)", "gamma)"),
    "log-cosh: cosh without ln": (
        "log_cosh_dice", R, "torch.log1p(2 * torch.sinh(inner.value / 2).square())",
        "2 * torch.sinh(inner.value / 2).square()"),
    "sensitivity-specificity: classes exchanged": (
        "sensitivity_specificity", R, "missed, false = px.y * torch.exp(power * px.log_q), px.background",
        "false, missed = px.y * torch.exp(power * px.log_q), px.background"),
    "sensitivity-specificity: the score instead of its loss": (
        "sensitivity_specificity", R, "px.y * torch.exp(power * px.log_q)",
        "px.y * torch.exp(power * px.log_p)"),
    "distance map: the weight computed and then dropped": (
        "distance_map_bce", B, "px.mean(px.ce) + scale * px.mean(phi * px.ce)", "px.mean(px.ce)"),
    "distance map: far instead of near": ("distance_map_bce", B, "return (1 - far) *", "return far *"),
    "Hausdorff: one-sided": (
        "hausdorff_dt", B, "power(d_y, alpha) + power(d_pred, alpha)", "power(d_y, alpha)"),
    "Hausdorff: the metric's distance, not its power": (
        "hausdorff_dt", B, "power(d_y, alpha) + power(d_pred, alpha)", "alpha * (d_y + d_pred)"),
    "shape-aware: every pixel pays, not the wrong ones": (
        "shape_aware", B, "px.hard != px.mask", "px.hard == px.hard"),
    "SSL: μ + C₄ instead of σ + C₄": ("ssl_correlation", B, "(deviation + c)", "(mean + c)"),
    "SSL: averaged over all pixels": ("ssl_correlation", B, "chosen = px.sum(f)", "chosen = px.N"),
    "SSL: the sum of selected pixels forgets the weights": (
        "ssl_correlation", B, "chosen = px.sum(f)", "chosen = f.sum((-2, -1), keepdim=True)"),
    "shape-aware: a missing contour costs a constant": (
        "shape_aware", B, "diagonal = math.hypot(*predicted.shape[-2:])", "diagonal = 7.0"),
    "distance map: a mask without boundary pays twice": (
        "distance_map_bce", B, "return (1 - far) * (d > 0)", "return 1 - far"),
    "ties go to the object": ("shape_aware", "", "self.z.detach() > 0", "self.z.detach() >= 0"),
    "combo: Dice loss subtracted": (
        "combo", C, "alpha * ce.value + (1 - alpha) * overlap.value + floor",
        "alpha * ce.value - (1 - alpha) * overlap.value"),
    "combo: the floor forgotten": ("combo", C, "        floor,\n", "        0.0,\n"),
    "exp-log: the exponent on DSC, not on its logarithm": (
        "exp_log", C, "power(torch.log1p(c.wrong / (2 * hit + smooth)), gamma_dice)",
        "gamma_dice * torch.log1p(c.wrong / (2 * hit + smooth))"),
    "exp-log: the cross-entropy part without its exponent": (
        "exp_log", C, "cross = power(px.ce, gamma_cross)", "cross = px.ce"),
    "exp-log: label weights not rooted": (
        "exp_log", C, "ratio(px.N, px.n1).sqrt()", "ratio(px.N, px.n1)"),
    "HistoSeg: no focal term": (
        "histoseg", C, "parts[0].value + parts[1].value + parts[2].value", "parts[0].value + parts[2].value"),
    "power: a clamp leaves a rest at 0": (
        "exp_log", "", "return torch.where(some, torch.exp(exponent * torch.log(torch.where(some, x, 1))), 0)",
        "return torch.exp(exponent * torch.log(x.clamp_min(1e-12)))"),
    "pixels: weights forgotten in sums": ("bce", "", "self.weighted(x).sum(", "x.sum("),
    "kinds: counts forgotten": ("bce", "", "astype(np.float64))[None])", "astype(np.float64))[None] * 0 + 1)"),
    "maps: dead where p saturates": (
        "bce", "", 'g["log_p"] / p - g["log_q"] / q', '0 * p'),
}  # fmt: skip
MUTANTS |= MUTANTS_A

MUTANTS |= mutants_b.MUTANTS | mutants_c.MUTANTS
MUTANTS |= mutants_d.MUTANTS

SHARED = {"ties go to the object": "pixels.py"}
SHARED |= {"power": "pixels.py", "pixels": "pixels.py", "kinds": "kinds.py", "maps": "maps.py"}


def first_red(loss, core):
    """The name of the first law that a loss breaks, None if it obeys them all."""
    for law in laws.LAWS:
        try:
            law(core.LOSSES[loss], core)
        except (AssertionError, ValueError, RuntimeError):  # gradcheck raises a RuntimeError
            return law.__name__
    return None


@pytest.mark.parametrize("loss", ["bce", "dice", "boundary", "combo"])
def test_an_unchanged_copy_obeys_every_law(loss, tmp_path):
    """One loss of each family: what turns red below is the slip's doing, not the copying's."""
    assert first_red(loss, changed(tmp_path, lambda _: None)) is None


@pytest.mark.parametrize("name", MUTANTS)
def test_a_slip_turns_a_law_red(name, tmp_path):
    loss, folder, right, wrong = MUTANTS[name]
    file = folder + f"{loss}.py" if folder else SHARED[name.split(":")[0]]

    def slip(core):
        text = (core / file).read_text(encoding="utf-8")
        assert right in text, "the mutant no longer fits the source"
        (core / file).write_text(text.replace(right, wrong), encoding="utf-8")

    assert first_red(loss, changed(tmp_path, slip)), "no law noticed"
