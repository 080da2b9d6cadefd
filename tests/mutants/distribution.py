"""Slips in the distribution losses."""

# what is called: (the loss, what stands there, the slip)
MUTANTS = {
    "focal: 1 − α dropped": ("focal", "(1 - alpha) * px.mean(false)", "px.mean(false)"),
    "focal: α on the background": (
        "focal", "alpha * px.mean(missed) + (1 - alpha) * px.mean(false)",
        "(1 - alpha) * px.mean(missed) + alpha * px.mean(false)"),
    "focal: a product instead of a power": ("focal", "torch.exp(gamma * log_e)", "gamma * torch.exp(log_e)"),
    "focal: p_t instead of 1 − p_t": ("focal", "px.y * px.log_q + px.background * px.log_p", "-px.ce"),
    "bce: the sum instead of the mean": ("bce", "Answer(px.mean(px.ce)", "Answer(px.sum(px.ce)"),
    "weighted_bce: β on the background": (
        "weighted_bce", "beta * px.mean(object_part) + px.mean(background_part)",
        "px.mean(object_part) + beta * px.mean(background_part)"),
    "balanced_bce: β = n1/N": ("balanced_bce", "chosen = ratio(px.n0, px.N)", "chosen = ratio(px.n1, px.N)"),
    "balanced_bce: the empty target not named": ("balanced_bce", "(px.n1 == 0) | (px.n0 == 0)", "px.n0 == 0"),
    "mse: the absolute error": ("mse", "px.e.square()", "px.e"),
    "mse: half of it": ("mse", "px.e.square()", "px.e.square() / 2"),
    "mae: the sum instead of the mean": ("mae", "Answer(px.mean(px.e)", "Answer(px.sum(px.e)"),
    "mae: squared": ("mae", "Answer(px.mean(px.e)", "Answer(px.mean(px.e.square())"),
    "GCE: not divided by q": ("gce", "-q * px.ce) / q", "-q * px.ce)"),
    "GCE: the error's power": ("gce", "cost = -expm1(-q * px.ce) / q", "cost = px.e**q / q"),
    "Poly-1: the error squared": ("poly1_bce", "epsilon * px.mean(px.e)", "epsilon * px.mean(px.e.square())"),
    "Poly-1: ε subtracted": ("poly1_bce", "px.mean(px.ce) + epsilon", "px.mean(px.ce) - epsilon"),
    "Poly-1 focal: γ instead of γ + 1": (
        "poly1_focal", "px.y * missed_power * px.q + px.background * false_power * px.p",
        "px.y * missed_power + px.background * false_power"),
    "Poly-1 focal: α on the background": (
        "poly1_focal", "alpha * px.mean(missed) + (1 - alpha) * px.mean(false)",
        "(1 - alpha) * px.mean(missed) + alpha * px.mean(false)"),
    "label smoothing: ε instead of ε/2": (
        "label_smoothing_bce", "doubt = half(px, epsilon)",
        "doubt = 2 * half(px, epsilon)"),
    "label smoothing: the floor forgotten": ("label_smoothing_bce", "        floor,\n", "        0.0,\n"),
    "top-k: the best instead of the worst": (
        "topk_bce", "torch.relu(K - worse)",
        "torch.relu(K - (px.N - worse - equal))"),
    "top-k: averaged over all pixels": ("topk_bce", "chosen = px.sum(f)", "chosen = px.N"),
    "top-k: tied pixels each take the whole place": (
        "topk_bce", "torch.minimum(torch.relu(K - worse), equal)",
        "torch.where(worse < K, equal, 0)"),
    "asymmetric: the exponents exchanged": (
        "asymmetric",
        "torch.exp(gamma_pos * px.log_q) * -px.log_p\n        + px.background * power(shifted, gamma_neg)",
        "torch.exp(gamma_neg * px.log_q) * -px.log_p\n        + px.background * power(shifted, gamma_pos)"),
    "asymmetric: the margin in the factor alone": ("asymmetric", "-log_plus(px.log_q, margin)", "-px.log_q"),
    "asymmetric: the margin added": ("asymmetric", "px.p - margin", "px.p + margin"),
    "asymmetric: the probability clipped, not shifted": (
        "asymmetric", "torch.relu(px.p - margin)",
        "px.p * (px.p > margin)"),
    "reduced focal: 1 − t in the factor": (
        "reduced_focal", "threshold ** (-gamma)",
        "(1 - threshold) ** (-gamma)"),
    "reduced focal: the other side cut": ("reduced_focal", "px.e > 1 - threshold", "px.e < 1 - threshold"),
    "reduced focal: the threshold on the error": (
        "reduced_focal", "px.e > 1 - threshold",
        "px.e > threshold"),
    "quality focal: the hard label in the factor": (
        "quality_focal", "distance = soft_error(px, epsilon)",
        "distance = px.e"),
    "quality focal: the hard label in the cross-entropy": (
        "quality_focal", "soft_cross_entropy(px, epsilon)",
        "px.ce"),
    "quality focal: a product instead of a power": (
        "quality_focal", "power(distance, beta)",
        "beta * distance"),
    "bi-tempered: one temperature for both": (
        "bi_tempered", "price = -grown(log_right, a)",
        "price = -grown(log_right, -k)"),
    "bi-tempered: no divergence, the tempered logarithm alone": (
        "bi_tempered", "cost = made_up + torch.exp((1 + a) * log_wrong) / (1 + a)",
        "cost = price"),
    "bi-tempered: the exponent 1 − t₁": (
        "bi_tempered", "torch.exp((1 + a) * log_wrong) / (1 + a)",
        "torch.exp(a * log_wrong) / (1 + a)"),
    "bi-tempered: activations −z and z": (
        "bi_tempered", "margin = torch.where(px.z > 0, px.z, -px.z)",
        "margin = torch.where(px.z > 0, 2 * px.z, -2 * px.z)"),
    "bi-tempered: one step towards π": ("bi_tempered", "range(4)", "range(1)"),
    "bi-tempered: no gradient through π": (
        "bi_tempered", "surprise = start - off / slope.detach()",
        "surprise = start - off.detach()"),
}  # fmt: skip
