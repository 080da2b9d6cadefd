"""Start: what this is, and the way in."""

import streamlit as st

from pages.parts import frame, gallery

where = frame.open_page("Start")

st.title("See what a segmentation loss does")
st.markdown(
    "Give it a mask and a prediction: SegLoss Lab shows which pixels each loss charges, where its "
    "gradient pushes them, and how α, β and γ change that while you drag them."
)
gallery.doors()
gallery.samples(where)

frame.close_page(where)
