"""Slips in the losses on outlines, centrelines and windows, and in three compounds."""

B = "losses/boundary/"
C = "losses/compound/"

MUTANTS = {
    "boundary: d instead of d − 1 inside": ("boundary", B, "1 - d, d)", "-d, d)"),
    "boundary: the inside not rewarded": ("boundary", B, "1 - d, d)", "0 * d, d)"),
    "boundary: the floor forgotten": ("boundary", B, "        floor,\n", "        0.0,\n"),
    "active contour: the far edge falls to 0": (
        "active_contour", B, "p, q = px.visible(px.p), px.q",
        "p, q = pad(px.visible(px.p), (0, 1, 0, 1))[..., :-1, 1:], px.q"),
    "active contour: μ on the misses": (
        "active_contour", B, "mu * px.mean(false) + px.mean(missed)", "px.mean(false) + mu * px.mean(missed)"),
    "active contour: one direction only": ("active_contour", B, " + pad(down, (0, 0, 0, 1))", ""),
    "SSIM: brightness forgotten": ("ssim", B, "return brightness + ", "return 0 * brightness + "),
    "SSIM: the constants exchanged": ("ssim", B, "1.5, 1e-4, 9e-4", "1.5, 9e-4, 1e-4"),
    "F3Net: the weighted mean over all pixels": (
        "structure_f3net", B, "everything = px.N + gain * px.sum(unlike)", "everything = px.N"),
    "F3Net: the window without its gain": ("structure_f3net", B, "w = 1 + gain * unlike", "w = 1 + unlike"),
    "F3Net: intersection for union": (
        "structure_f3net", B, "union = total(px.y + px.background * px.p)", "union = total(px.y * px.p)"),
    "clDice: precision and recall exchanged": (
        "cldice", B, "px.sum(s_p * px.background) / (k_p", "px.sum(s_y * px.q) / (k_p"),
    "clDice: the number of erosions ignored": (
        "cldice", B, "return soft_skeleton(rank, p, q, iters)", "return soft_skeleton(rank, p, q, 10)"),
    "clDice: an arithmetic mean": (
        "cldice", B, "(a * missed + b * false) / (a + b)", "(missed + false) / 2"),
    "Dice and clDice: α exchanged": (
        "dice_cldice", C, "(1 - alpha) * overlap.value + alpha * lines.value",
        "alpha * overlap.value + (1 - alpha) * lines.value"),
    "Dice and clDice: Dice forgets its smoothing": (
        "dice_cldice", C, "dice.term(px, smooth=smooth)", "dice.term(px, smooth=0)"),
    "Dice and cross-entropy: w on Dice": (
        "dice_bce", C, "overlap.value + w * ce.value", "w * overlap.value + ce.value"),
    "Dice and cross-entropy: the share forgets w": (
        "dice_bce", C, "overlap.share() + w * ce.share()", "overlap.share() + ce.share()"),
    "unified focal: δ on both errors": (
        "unified_focal_sym", C, "of_object = delta * c.fn + (1 - delta) * c.fp", "of_object = delta * c.fn + delta * c.fp"),
    "unified focal: λ exchanged": (
        "unified_focal_sym", C, "lam * (delta * px.mean(missed)", "(1 - lam) * (delta * px.mean(missed)"),
    "unified focal: the exponent γ instead of 1 − γ": (
        "unified_focal_sym", C, "power(off_1, 1 - gamma)", "power(off_1, gamma)"),
    "asymmetric unified focal: the object focused too": (
        "unified_focal_asym", C, "missed = px.y * -px.log_p", "missed = px.y * torch.exp(gamma * px.log_q) * -px.log_p"),
    "asymmetric unified focal: the background's overlap under the exponent": (
        "unified_focal_asym", C, "power(off_1, 1 - gamma), off_0", "power(off_1, 1 - gamma), power(off_0, 1 - gamma)"),
}  # fmt: skip
