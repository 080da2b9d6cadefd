"""The Atlas: a card for every loss, slips as printed, the survey's table audited."""

from __future__ import annotations

import pytest
import torch

from pages.parts import atlas
from segloss_core import LOSSES, errata, exhibit, survey
from segloss_core.libraries import calls

from .opened import opened, words


def card(name: str, **query: str):
    return opened("atlas", loss=name, **query)


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_has_a_card(name):
    app = card(name)
    loss, text = LOSSES[name], words(app)
    assert not app.exception
    assert app.title[0].value == loss.title
    for said in (loss.effect, loss.belongs, loss.problems, loss.source):
        assert said in text
    for claim in loss.claims:
        assert f"✓ {claim.sentence}" in text
    for dial in loss.dials.values():
        assert dial.param.says in text
    for found in exhibit.undefined(loss):
        assert found.note.value in text
    for erratum in errata.of(name)[:1]:
        assert erratum.reason in text and erratum.does in text


@pytest.mark.parametrize(("name", "says"), [
    ("balanced_bce", "one class is missing: the automatic β makes the loss 0 for any prediction"),
    ("dice", "the overlap is 0 whatever is predicted, and pushes nowhere"),
    ("hausdorff_dt", "no boundary in the target nor in the prediction"),
    ("boundary", "no boundary in the target: distances to it are set to 0"),
    ("mcc", "the correlation is undefined and counts as 0"),
    ("cldice", "no skeleton in the target nor in the prediction"),
])  # fmt: skip
def test_an_undefined_case_is_on_its_card_by_name(name, says):
    assert says in words(card(name))


def test_the_cards_of_slips_run_them_and_name_where_they_end():
    app = opened("atlas", card="misprints")
    labels = " ".join(fold.label for fold in app.expander)
    assert not app.exception
    for erratum in errata.ALL:
        if erratum.key not in {clash.key for clash in errata.CLASHES}:
            assert erratum.title in labels
            if erratum.ends:
                assert f"ends at {erratum.ends.value}" in labels


def test_letters_say_who_means_what():
    text = words(opened("atlas", card="letters"))
    for clash in errata.CLASHES:
        assert clash.symbol in text and clash.here in text
        assert all(who in text and meaning in text for who, meaning in clash.rows)


def test_the_survey_s_table_is_shown_with_its_audit():
    app = opened("atlas", card="results")
    text = words(app)
    for row in survey.TABLE:
        assert f"{row.dice:.3f} | {row.sensitivity:.3f} | {row.specificity:.3f}" in text
    assert [error.value for error in app.error] and "Log-cosh Dice is impossible" in text
    assert "0.9873" in text and "0.9876" in text and survey.PROOF in text
    assert all(c.sentence in text for c in survey.conclusions())


def test_the_call_on_a_card_is_that_of_the_dials_on_screen():
    query = {"tversky.alpha": "0.2", "tversky.beta": "0.8", "lib": "MONAI"}
    app = opened("atlas", loss="tversky", **query)
    call = next(
        c
        for c in calls("tversky", {"alpha": 0.2, "beta": 0.8, "smooth": 1.0})
        if c.library == "MONAI"
    )
    assert call.code.strip() in [block.value for block in app.code]
    assert "alpha=0.2, beta=0.8" in call.code


def test_what_keras_makes_of_the_same_letters_is_shown_as_a_number():
    app = opened("atlas", loss="tversky", lib="Keras")
    assert "Up to 3.15.1 Keras has α on false negatives" in words(app)
    label = next(f.label for f in app.expander if "Carried over by its letters" in f.label)
    pair = exhibit.standard()
    z, y = torch.tensor(pair.prediction.logits()), torch.tensor(pair.target)
    ours, theirs = (
        float(LOSSES["tversky"](z, y, alpha=a, beta=b, smooth=0))
        for a, b in ((0.3, 0.7), (0.7, 0.3))
    )
    assert f"**{theirs:.4g}** instead of **{ours:.4g}**" in label


def test_what_can_be_searched_is_what_the_cards_say():
    entries = {entry.name: entry for entry in atlas.entries()}
    assert set(LOSSES) < set(entries)
    assert any("Keras" in t and "false negatives" in t for t in entries["tversky"].texts)
    assert any("impossible" in t and "0.989" in t for t in entries["results"].texts)
    for name, loss in LOSSES.items():
        assert loss.source in entries[name].texts and entries[name].effect == loss.effect


def test_an_unknown_card_is_named_not_a_crash():
    app = opened("atlas", card="nonsense")
    assert not app.exception and "card" in app.warning[0].value


def test_a_slip_opens_the_card_of_its_loss():
    app = opened("atlas", card="letters")
    app.button(key="open.D1.focal_tversky").click().run()
    assert not app.exception and app.title[0].value == LOSSES["focal_tversky"].title
    assert app.query_params["loss"] == "focal_tversky" and "card" not in app.query_params
