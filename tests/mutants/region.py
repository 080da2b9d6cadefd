"""Slips in the region losses."""

# what is called: (the loss, what stands there, the slip)
MUTANTS = {
    "Tversky: α and β swapped": ("tversky", "alpha * c.fp + beta * c.fn", "beta * c.fp + alpha * c.fn"),
    "Tversky: α and β folded together": (
        "tversky", "alpha * c.fp + beta * c.fn",
        "(alpha + beta) / 2 * c.wrong"),
    "Tversky: the share forgets the prices": (
        "tversky", "px.weighted((alpha * px.background + beta * px.y) * px.e)",
        "px.weighted(px.e)"),
    "Dice: smoothing forgotten": ("dice", "2 * c.tp + c.wrong + smooth", "2 * c.tp + c.wrong"),
    "Dice: the 2 forgotten": ("dice", "2 * c.tp + c.wrong + smooth", "c.tp + c.wrong + smooth"),
    "Dice: the coefficient instead of the loss": (
        "dice", "ratio(c.wrong, sizes),",
        "1 - ratio(c.wrong, sizes),"),
    "focal Tversky: γ instead of 1/γ": ("focal_tversky", "1 / gamma)", "gamma)"),
    "log-cosh: cosh without ln": (
        "log_cosh_dice", "torch.log1p(2 * torch.sinh(inner.value / 2).square())",
        "2 * torch.sinh(inner.value / 2).square()"),
    "sensitivity-specificity: classes exchanged": (
        "sensitivity_specificity", "missed, false = px.y * torch.exp(power * px.log_q), px.background",
        "false, missed = px.y * torch.exp(power * px.log_q), px.background"),
    "sensitivity-specificity: the score instead of its loss": (
        "sensitivity_specificity", "px.y * torch.exp(power * px.log_q)",
        "px.y * torch.exp(power * px.log_p)"),
    "Jaccard: Dice": ("jaccard", "alpha=1.0, beta=1.0", "alpha=0.5, beta=0.5"),
    "Jaccard: half the smoothing": ("jaccard", "smooth=smooth)", "smooth=smooth / 2)"),
    "F-beta: b not squared": (
        "fbeta", "1 / (1 + b * b)\n    return tversky.term(px, alpha=fp_price, beta=b * b * fp_price",
        "1 / (1 + b)\n    return tversky.term(px, alpha=fp_price, beta=b * fp_price"),
    "F-beta: precision and recall exchanged": (
        "fbeta", "alpha=fp_price, beta=b * b * fp_price",
        "beta=fp_price, alpha=b * b * fp_price"),
    "squared Dice: plain sizes": (
        "squared_dice", "squares = px.sum(px.p.square())",
        "squares = px.sum(px.p)"),
    "squared Dice: the target's size forgotten": (
        "squared_dice", "squares + px.n1 + smooth",
        "squares + smooth"),
    "noise-robust Dice: γ forgotten": (
        "noise_robust_dice", "torch.exp(gamma * px.log_q)",
        "torch.exp(px.log_q)"),
    "noise-robust Dice: plain sizes": (
        "noise_robust_dice", "squares = px.sum(px.p.square())",
        "squares = px.sum(px.p)"),
    "generalised Dice: sizes not squared": ("generalized_dice", "n.square(), squares", "n, px.N"),
    "generalised Dice: the common class weighs more": (
        "generalized_dice", "for n in (px.n0, px.n1)",
        "for n in (px.n1, px.n0)"),
    "generalised Dice: a missing class not named": (
        "generalized_dice", "missing = (px.n1 == 0) | (px.n0 == 0)",
        "missing = px.n1 < 0"),
    "MCC: the numerator's sign": (
        "mcc", "n = tp * tn - fp * fn\n    root",
        "n = tp * tn + fp * fn\n    root"),
    "MCC: false positives priced as false negatives": (
        "mcc", "a1 * px.y + a0 * px.background",
        "a0 * px.y + a1 * px.background"),
    "MCC: the undefined case not named": ("mcc", "(px.n1 == 0) | (px.n0 == 0)", "px.N < 0"),
    "Lovász hinge: not cut at 0": (
        "lovasz_hinge", "torch.relu(1 - (px.y - px.background) * px.z)",
        "(1 - (px.y - px.background) * px.z)"),
    "Lovász hinge: no margin": ("lovasz_hinge", "torch.relu(1 - (px.y", "torch.relu(-(px.y"),
    "Lovász hinge: the best first": (
        "lovasz_hinge", "before, after = px.n1 + worse0, px.n1 + worse0 + equal0",
        "before, after = px.n1 + px.n0 - worse0 - equal0, px.n1 + px.n0 - worse0"),
    "Lovász hinge: an empty target costs nothing": (
        "lovasz_hinge", "first = (px.n1 == 0) & (worse0 == 0)",
        "first = px.n1 < 0"),
    "Lovász sigmoid: squared errors": ("lovasz_sigmoid", "px.sum(g * px.e)", "px.sum(g * px.e.square())"),
    "Lovász sigmoid: the mean instead of the sum": (
        "lovasz_sigmoid", "px.sum(g * px.e)",
        "px.mean(g * px.e)"),
    "power Jaccard: Dice's numerator": (
        "power_jaccard", "union = total + counts(px).fn + smooth",
        "union = total + px.n1 + smooth"),
    "power Jaccard: squares whatever k is": (
        "power_jaccard", "powered = torch.exp(power * px.log_p)",
        "powered = px.p.square()"),
    "power Jaccard: the power of the sum": (
        "power_jaccard", "total = px.sum(powered)",
        "total = px.sum(px.p) ** power"),
    "soft F1: the parts exchanged": (
        "soft_f1", "w * ratio(c.wrong, of_object) + (1 - w) * ratio(c.wrong, of_background)",
        "(1 - w) * ratio(c.wrong, of_object) + w * ratio(c.wrong, of_background)"),
    "soft F1: precision of the background": ("soft_f1", "2 * tn + c.wrong", "2 * tn + 2 * c.fn"),
    "Dice semimetric: the product of soft labels": (
        "dice_semimetric", "wrong = px.sum(distance)",
        "wrong = of_p + of_y - 2 * px.sum(px.p * (px.y * (1 - doubt) + px.background * doubt))"),
    "Dice semimetric: the size of the hard mask": (
        "dice_semimetric", "px.n1 * (1 - doubt) + px.n0 * doubt",
        "px.n1"),
    "Dice semimetric: smoothing in the numerator": (
        "dice_semimetric", "ratio(wrong, sizes),",
        "ratio(wrong + smooth, sizes),"),
    "Tanimoto: no complement": (
        "tanimoto_complement", "wrong + px.sum(px.background * px.q) + smooth",
        "objects"),
    "Tanimoto: the overlap twice": ("tanimoto_complement", "px.sum(px.y * px.p)", "2 * px.sum(px.y * px.p)"),
    "Tanimoto: the sum of both": (
        "tanimoto_complement", "(ratio(wrong, objects) + ratio(wrong, backgrounds)) / 2",
        "(ratio(wrong, objects) + ratio(wrong, backgrounds))"),
}  # fmt: skip
