"""Slips in what all losses are made of: pixels, kinds and maps."""

# what is called: (the loss that shows it, the file, what stands there, the slip)
MUTANTS = {
    "ties go to the object": ("shape_aware", "pixels.py", "self.z.detach() > 0", "self.z.detach() >= 0"),
    "power: a clamp leaves a rest at 0": (
        "exp_log", "pixels.py", "return torch.where(some, torch.exp(exponent * torch.log(torch.where(some, x, 1))), 0)",
        "return torch.exp(exponent * torch.log(x.clamp_min(1e-12)))"),
    "pixels: weights forgotten in sums": ("bce", "pixels.py", "self.weighted(x).sum(", "x.sum("),
    "kinds: counts forgotten": (
        "bce", "kinds.py", "astype(np.float64))[None])",
        "astype(np.float64))[None] * 0 + 1)"),
    "maps: dead where p saturates": ("bce", "maps.py", 'g["log_p"] / p - g["log_q"] / q', '0 * p'),
}  # fmt: skip
