"""Landscapes: how a loss changes as its dials turn, as one pixel turns, as the prediction moves."""

import streamlit as st

from pages.parts import choose, frame, landscapes

where = frame.open_page("Landscapes")

with st.sidebar:
    study = choose.pair(where)
    choose.facts(study)

mode = landscapes.choose_mode()
landscapes.SHOW[mode](study)

frame.close_page(where)
