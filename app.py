"""Start: what this is, and the way in."""

import streamlit as st

from pages.parts import frame, gallery
from pages.parts.browser import deliver, push

where = frame.open_page("Start")

st.title("See what a segmentation loss does")
st.markdown("Push the prediction off its target and watch which losses still know the way back.")
deliver([])
push(key="push")
gallery.doors()
gallery.samples(where)

frame.close_page(where)
