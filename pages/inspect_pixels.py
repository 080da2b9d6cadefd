"""Inspect: which pixels a loss pays for, and where its gradient pushes them."""

import streamlit as st

from pages.parts import choose, details, frame, pictures, ranking, view
from segloss_core import LOSSES

where = frame.open_page("Inspect")

# choose
with st.sidebar:
    study = choose.pair(where)
    pictures.threshold()
    choose.facts(study)
loss = LOSSES[view.get("loss")]

# compute and show: pictures first, the slow rows of the list last
choose.still_showing()
pictures.hand_over(study)
left, right = st.columns([2.9, 1], gap="medium")
with left:
    choose.narrow_list()
    head, tools = st.columns([1.1, 1])
    with head:
        st.title(loss.title)
        st.markdown(loss.effect)
    with tools:
        choose.setting(loss)
    pictures.live(study, loss)
    details.tabs(study, loss)
with right:
    ranking.show(study)

frame.close_page(where)
