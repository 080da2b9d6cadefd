"""The survey's results table, and what its own numbers exclude."""

from __future__ import annotations

import streamlit as st

from segloss_core import LOSSES, survey

from . import figures


def paper() -> None:
    """The table as printed, with the audit beside it."""
    st.title("The survey's results, audited")
    st.markdown(
        "Jadon 2020 trained one network with nine losses. Three of its printed numbers per loss "
        "are enough to check each row."
    )
    _verdicts()
    _table()
    st.markdown(f"**Why there is a bound.** {survey.PROOF}")
    st.subheader("What share of object pixels would each row need?", anchor="prevalence")
    st.plotly_chart(
        figures.prevalences(survey.TABLE), config=figures.CONFIG, key="prevalences",
        alt="The range of object pixels that each row of the table implies",
    )  # fmt: skip
    st.caption(
        "All nine share one test set, so one part of object pixels would have to explain every "
        "row, if the scores came from pooled counts. The ranges allow for rounding."
    )
    _conclusions()
    _experiment()


def _verdicts() -> None:
    for row in survey.impossible_rows():
        st.error(
            f"**{row.title} is impossible as printed.** Its Dice of {row.dice:.3f} does not go "
            f"with its sensitivity of {row.sensitivity:.3f}: Dice ≤ 2·Se/(1 + Se) = "
            f"{row.bound:.4f}, and {row.bound_with_rounding:.4f} however both were rounded.",
            icon=":material/gavel:",
        )


def _table() -> None:
    rows = [
        "| loss, as printed | Dice | sensitivity | specificity | Dice can be at most | verdict |",
        "|-|-|-|-|-|-|",
    ]
    for row in survey.TABLE:
        verdict = "**impossible**" if row.impossible else "possible"
        rows.append(
            f"| {row.title} | {row.dice:.3f} | {row.sensitivity:.3f} | {row.specificity:.3f} "
            f"| {row.bound:.4f} | {verdict} |"
        )
    st.markdown("\n".join(rows))


def _conclusions() -> None:
    may, may_not = st.columns(2, gap="large")
    for place, title, holds in (
        (may, "What may be concluded", True),
        (may_not, "What may not", False),
    ):
        with place:
            st.subheader(title)
            sentences = (c.sentence for c in survey.conclusions() if c.holds == holds)
            st.markdown("\n".join(f"- {sentence}" for sentence in sentences))


def _experiment() -> None:
    printed, true = survey.DATA_AS_PRINTED, survey.DATA
    st.subheader("The experiment")
    st.markdown(
        f"**Said:** {'; '.join(survey.SETTING)}.\n\n"
        f"**Not said:** {'; '.join(survey.NOT_REPORTED)}.\n\n"
        f"**The data**, printed as “{printed.name}”, {printed.modality} scans with "
        f"{printed.examples:,} examples, are {true.name}: {true.modality} of {true.volumes} "
        f"heads; {true.slices} slices of each are {true.product:,} pictures."
    )


def sentences() -> list[str]:
    """What a search should find here."""
    verdicts = [
        f"{row.title} ({LOSSES[row.loss].title}) is impossible as printed: Dice {row.dice:.3f} "
        f"with sensitivity {row.sensitivity:.3f} breaks the bound 2·Se/(1 + Se) = {row.bound:.4f}."
        for row in survey.impossible_rows()
    ]
    return [*verdicts, *(c.sentence for c in survey.conclusions()), survey.PROOF]
