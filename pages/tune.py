"""Tune: say what a loss should do and get the dials; or add losses up."""

import streamlit as st

from pages.parts import choose, frame, tuning

where = frame.open_page("Tune")

with st.sidebar:
    study = choose.pair(where)
    choose.facts(study)

mode = tuning.choose_mode()
tuning.SHOW[mode](study)

frame.close_page(where)
