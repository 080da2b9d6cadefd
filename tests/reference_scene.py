"""What the plain formulas are written in: probabilities, logarithms and soft counts by NumPy."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, log_expit

Array = np.ndarray


class Scene:
    """Probabilities, logarithms and soft counts of one image."""

    def __init__(self, z: Array, y: Array) -> None:
        self.z, self.y, self.p, self.q = z, y, expit(z), expit(-z)
        self.log_p, self.log_q = log_expit(z), log_expit(-z)
        self.N, self.n1, self.n0 = y.size, y.sum(), (1 - y).sum()
        self.ce = -np.where(y > 0, self.log_p, self.log_q)
        self.TP, self.FP = (self.p * y).sum(), (self.p * (1 - y)).sum()
        self.FN, self.TN = (self.q * y).sum(), (self.q * (1 - y)).sum()
        self.hard = z > 0

    def class_ce(self, beta1: float, beta0: float) -> float:
        return float((np.where(self.y > 0, beta1, beta0) * self.ce).sum() / self.N)
