"""Slips of error, overlap and correlation losses."""

F = "losses/distribution/"
R = "losses/region/"
C = "losses/compound/"

# (loss, folder, what stands there, the slip)
MUTANTS = {
    "mse: the absolute error": ("mse", F, "px.e.square()", "px.e"),
    "mse: half of it": ("mse", F, "px.e.square()", "px.e.square() / 2"),
    "mae: the sum instead of the mean": ("mae", F, "Answer(px.mean(px.e)", "Answer(px.sum(px.e)"),
    "mae: squared": ("mae", F, "Answer(px.mean(px.e)", "Answer(px.mean(px.e.square())"),
    "GCE: not divided by q": ("gce", F, "-q * px.ce) / q", "-q * px.ce)"),
    "GCE: the error's power": ("gce", F, "cost = -expm1(-q * px.ce) / q", "cost = px.e**q / q"),
    "Poly-1: the error squared": ("poly1_bce", F, "epsilon * px.mean(px.e)", "epsilon * px.mean(px.e.square())"),
    "Poly-1: ε subtracted": (
        "poly1_bce", F, "px.mean(px.ce) + epsilon", "px.mean(px.ce) - epsilon"),
    "Poly-1 focal: γ instead of γ + 1": (
        "poly1_focal", F, "px.y * missed_power * px.q + px.background * false_power * px.p",
        "px.y * missed_power + px.background * false_power"),
    "Poly-1 focal: α on the background": (
        "poly1_focal", F, "alpha * px.mean(missed) + (1 - alpha) * px.mean(false)",
        "(1 - alpha) * px.mean(missed) + alpha * px.mean(false)"),
    "label smoothing: ε instead of ε/2": (
        "label_smoothing_bce", F, "doubt = half(px, epsilon)", "doubt = 2 * half(px, epsilon)"),
    "label smoothing: the floor forgotten": ("label_smoothing_bce", F, "        floor,\n", "        0.0,\n"),
    "top-k: the best instead of the worst": (
        "topk_bce", F, "torch.relu(K - worse)", "torch.relu(K - (px.N - worse - equal))"),
    "top-k: averaged over all pixels": ("topk_bce", F, "chosen = px.sum(f)", "chosen = px.N"),
    "top-k: tied pixels each take the whole place": (
        "topk_bce", F, "torch.minimum(torch.relu(K - worse), equal)",
        "torch.where(worse < K, equal, 0)"),
    "Jaccard: Dice": ("jaccard", R, "alpha=1.0, beta=1.0", "alpha=0.5, beta=0.5"),
    "Jaccard: half the smoothing": ("jaccard", R, "smooth=smooth)", "smooth=smooth / 2)"),
    "F-beta: b not squared": (
        "fbeta", R, "1 / (1 + b * b)\n    return tversky.term(px, alpha=fp_price, beta=b * b * fp_price",
        "1 / (1 + b)\n    return tversky.term(px, alpha=fp_price, beta=b * fp_price"),
    "F-beta: precision and recall exchanged": (
        "fbeta", R, "alpha=fp_price, beta=b * b * fp_price", "beta=fp_price, alpha=b * b * fp_price"),
    "squared Dice: plain sizes": ("squared_dice", R, "squares = px.sum(px.p.square())", "squares = px.sum(px.p)"),
    "squared Dice: the target's size forgotten": (
        "squared_dice", R, "squares + px.n1 + smooth", "squares + smooth"),
    "noise-robust Dice: γ forgotten": (
        "noise_robust_dice", R, "torch.exp(gamma * px.log_q)", "torch.exp(px.log_q)"),
    "noise-robust Dice: plain sizes": (
        "noise_robust_dice", R, "squares = px.sum(px.p.square())", "squares = px.sum(px.p)"),
    "generalised Dice: sizes not squared": ("generalized_dice", R, "n.square(), squares", "n, px.N"),
    "generalised Dice: the common class weighs more": (
        "generalized_dice", R, "for n in (px.n0, px.n1)", "for n in (px.n1, px.n0)"),
    "generalised Dice: a missing class not named": (
        "generalized_dice", R, "missing = (px.n1 == 0) | (px.n0 == 0)", "missing = px.n1 < 0"),
    "MCC: the numerator's sign": ("mcc", R, "n = tp * tn - fp * fn\n    root", "n = tp * tn + fp * fn\n    root"),
    "MCC: false positives priced as false negatives": (
        "mcc", R, "a1 * px.y + a0 * px.background", "a0 * px.y + a1 * px.background"),
    "MCC: the undefined case not named": ("mcc", R, "(px.n1 == 0) | (px.n0 == 0)", "px.N < 0"),
    "Lovász hinge: not cut at 0": (
        "lovasz_hinge", R, "torch.relu(1 - (px.y - px.background) * px.z)",
        "(1 - (px.y - px.background) * px.z)"),
    "Lovász hinge: no margin": (
        "lovasz_hinge", R, "torch.relu(1 - (px.y", "torch.relu(-(px.y"),
    "Lovász hinge: the best first": (
        "lovasz_hinge", R, "before, after = px.n1 + worse0, px.n1 + worse0 + equal0",
        "before, after = px.n1 + px.n0 - worse0 - equal0, px.n1 + px.n0 - worse0"),
    "Lovász hinge: an empty target costs nothing": (
        "lovasz_hinge", R, "first = (px.n1 == 0) & (worse0 == 0)", "first = px.n1 < 0"),
    "Lovász sigmoid: squared errors": ("lovasz_sigmoid", R, "px.sum(g * px.e)", "px.sum(g * px.e.square())"),
    "Lovász sigmoid: the mean instead of the sum": (
        "lovasz_sigmoid", R, "px.sum(g * px.e)", "px.mean(g * px.e)"),
    "Dice plus cross-entropy: w on Dice": (
        "dice_bce", C, "overlap.value + w * ce.value", "w * overlap.value + ce.value"),
    "Dice plus cross-entropy: Dice subtracted": (
        "dice_bce", C, "overlap.value + w * ce.value", "w * ce.value - overlap.value"),
}  # fmt: skip
