"""Every loss obeys every law, and every claim it makes is true."""

import pytest

import segloss_core
from segloss_core import LOSSES

from .laws import LAWS, claims_hold

CLAIMS = [(loss, claim) for loss in LOSSES.values() for claim in loss.claims]


@pytest.mark.parametrize("law", [x for x in LAWS if x is not claims_hold], ids=lambda f: f.__name__)
@pytest.mark.parametrize("loss", LOSSES.values(), ids=lambda x: x.name)
def test_law(loss, law):
    law(loss, segloss_core)


@pytest.mark.parametrize(("loss", "claim"), CLAIMS, ids=[f"{a.name}: {b}" for a, b in CLAIMS])
def test_claim(loss, claim):
    claim.check(loss, LOSSES)


def test_the_sixteen_are_there():
    assert set(LOSSES) >= {
        "bce",
        "weighted_bce",
        "balanced_bce",
        "focal",
        "distance_map_bce",
        "dice",
        "sensitivity_specificity",
        "tversky",
        "focal_tversky",
        "log_cosh_dice",
        "hausdorff_dt",
        "shape_aware",
        "combo",
        "exp_log",
        "ssl_correlation",
        "histoseg",
    }
