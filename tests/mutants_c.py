"""Slips in variants of focal loss and of overlap losses, and in losses on soft labels."""

F = "losses/distribution/"
R = "losses/region/"

# (loss, folder, what stands there, the slip)
MUTANTS = {
    "asymmetric: the exponents exchanged": (
        "asymmetric", F, "torch.exp(gamma_pos * px.log_q) * -px.log_p\n        + px.background * power(shifted, gamma_neg)",
        "torch.exp(gamma_neg * px.log_q) * -px.log_p\n        + px.background * power(shifted, gamma_pos)"),
    "asymmetric: the margin in the factor alone": (
        "asymmetric", F, "-log_plus(px.log_q, margin)", "-px.log_q"),
    "asymmetric: the margin added": ("asymmetric", F, "px.p - margin", "px.p + margin"),
    "asymmetric: the probability clipped, not shifted": (
        "asymmetric", F, "torch.relu(px.p - margin)", "px.p * (px.p > margin)"),
    "reduced focal: 1 − t in the factor": (
        "reduced_focal", F, "threshold ** (-gamma)", "(1 - threshold) ** (-gamma)"),
    "reduced focal: the other side cut": ("reduced_focal", F, "px.e > 1 - threshold", "px.e < 1 - threshold"),
    "reduced focal: the threshold on the error": (
        "reduced_focal", F, "px.e > 1 - threshold", "px.e > threshold"),
    "power Jaccard: Dice's numerator": (
        "power_jaccard", R, "union = total + counts(px).fn + smooth", "union = total + px.n1 + smooth"),
    "power Jaccard: squares whatever k is": (
        "power_jaccard", R, "powered = torch.exp(power * px.log_p)", "powered = px.p.square()"),
    "power Jaccard: the power of the sum": (
        "power_jaccard", R, "total = px.sum(powered)", "total = px.sum(px.p) ** power"),
    "soft F1: the parts exchanged": (
        "soft_f1", R, "w * ratio(c.wrong, of_object) + (1 - w) * ratio(c.wrong, of_background)",
        "(1 - w) * ratio(c.wrong, of_object) + w * ratio(c.wrong, of_background)"),
    "soft F1: precision of the background": (
        "soft_f1", R, "2 * tn + c.wrong", "2 * tn + 2 * c.fn"),
    "quality focal: the hard label in the factor": (
        "quality_focal", F, "distance = soft_error(px, epsilon)", "distance = px.e"),
    "quality focal: the hard label in the cross-entropy": (
        "quality_focal", F, "soft_cross_entropy(px, epsilon)", "px.ce"),
    "quality focal: a product instead of a power": (
        "quality_focal", F, "power(distance, beta)", "beta * distance"),
    "Dice semimetric: the product of soft labels": (
        "dice_semimetric", R, "wrong = px.sum(distance)",
        "wrong = of_p + of_y - 2 * px.sum(px.p * (px.y * (1 - doubt) + px.background * doubt))"),
    "Dice semimetric: the size of the hard mask": (
        "dice_semimetric", R, "px.n1 * (1 - doubt) + px.n0 * doubt", "px.n1"),
    "Dice semimetric: smoothing in the numerator": (
        "dice_semimetric", R, "ratio(wrong, sizes),", "ratio(wrong + smooth, sizes),"),
    "bi-tempered: one temperature for both": (
        "bi_tempered", F, "price = -grown(log_right, a)", "price = -grown(log_right, -k)"),
    "bi-tempered: no divergence, the tempered logarithm alone": (
        "bi_tempered", F, "cost = made_up + torch.exp((1 + a) * log_wrong) / (1 + a)", "cost = price"),
    "bi-tempered: the exponent 1 − t₁": (
        "bi_tempered", F, "torch.exp((1 + a) * log_wrong) / (1 + a)", "torch.exp(a * log_wrong) / (1 + a)"),
    "bi-tempered: activations −z and z": (
        "bi_tempered", F, "margin = torch.where(px.z > 0, px.z, -px.z)",
        "margin = torch.where(px.z > 0, 2 * px.z, -2 * px.z)"),
    "bi-tempered: one step towards π": ("bi_tempered", F, "range(4)", "range(1)"),
    "bi-tempered: no gradient through π": (
        "bi_tempered", F, "surprise = start - off / slope.detach()", "surprise = start - off.detach()"),
}  # fmt: skip
