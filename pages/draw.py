"""Draw: paint a prediction, or the target, and see what every loss says of it."""

import streamlit as st

from pages.parts import challenge_box, choose, current, draw_live, drawings, frame

where = frame.open_page("Draw")

# choose
draw_live.resume(where)
with st.sidebar:
    study = choose.pair(where)
    choose.facts(study)
drawing = drawings.begin(current.base_name(), current.base(where))

# compute and show
head, switches = st.columns([1, 1.6])
with head:
    st.title("Draw")
    st.markdown("Paint: every loss answers when you let go.")
with switches, st.container(horizontal=True, horizontal_alignment="right"):
    challenge_box.choose()
    draw_live.which_mask()
draw_live.hand_over(drawing)
draw_live.live(drawing)

frame.close_page(where)
