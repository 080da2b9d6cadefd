"""Slips in the compound losses."""

# what is called: (the loss, what stands there, the slip)
MUTANTS = {
    "combo: Dice loss subtracted": (
        "combo", "alpha * ce.value + (1 - alpha) * overlap.value + floor",
        "alpha * ce.value - (1 - alpha) * overlap.value"),
    "combo: the floor forgotten": ("combo", "        floor,\n", "        0.0,\n"),
    "exp-log: the exponent on DSC, not on its logarithm": (
        "exp_log", "power(torch.log1p(c.wrong / (2 * hit + smooth)), gamma_dice)",
        "gamma_dice * torch.log1p(c.wrong / (2 * hit + smooth))"),
    "exp-log: the cross-entropy part without its exponent": (
        "exp_log", "cross = power(px.ce, gamma_cross)",
        "cross = px.ce"),
    "exp-log: label weights not rooted": ("exp_log", "ratio(px.N, px.n1).sqrt()", "ratio(px.N, px.n1)"),
    "HistoSeg: no focal term": (
        "histoseg", "parts[0].value + parts[1].value + parts[2].value",
        "parts[0].value + parts[2].value"),
    "Dice plus cross-entropy: w on Dice": (
        "dice_bce", "overlap.value + w * ce.value",
        "w * overlap.value + ce.value"),
    "Dice plus cross-entropy: Dice subtracted": (
        "dice_bce", "overlap.value + w * ce.value",
        "w * ce.value - overlap.value"),
    "Dice and clDice: α exchanged": (
        "dice_cldice", "(1 - alpha) * overlap.value + alpha * lines.value",
        "alpha * overlap.value + (1 - alpha) * lines.value"),
    "Dice and clDice: Dice forgets its smoothing": (
        "dice_cldice", "dice.term(px, smooth=smooth)",
        "dice.term(px, smooth=0)"),
    "Dice and cross-entropy: the share forgets w": (
        "dice_bce", "overlap.share() + w * ce.share()",
        "overlap.share() + ce.share()"),
    "unified focal: δ on both errors": (
        "unified_focal_sym", "of_object = delta * c.fn + (1 - delta) * c.fp",
        "of_object = delta * c.fn + delta * c.fp"),
    "unified focal: λ exchanged": (
        "unified_focal_sym", "lam * (delta * px.mean(missed)",
        "(1 - lam) * (delta * px.mean(missed)"),
    "unified focal: the exponent γ instead of 1 − γ": (
        "unified_focal_sym", "power(off_1, 1 - gamma)",
        "power(off_1, gamma)"),
    "asymmetric unified focal: the object focused too": (
        "unified_focal_asym", "missed = px.y * -px.log_p",
        "missed = px.y * torch.exp(gamma * px.log_q) * -px.log_p"),
    "asymmetric unified focal: the background's overlap under the exponent": (
        "unified_focal_asym", "power(off_1, 1 - gamma), off_0",
        "power(off_1, 1 - gamma), power(off_0, 1 - gamma)"),
}  # fmt: skip
