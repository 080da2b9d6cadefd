"""Compare: every loss on one pair, and which of two predictions each of them prefers."""

import streamlit as st

from pages.parts import choose, compare, frame, rival

where = frame.open_page("Compare")

# choose
with st.sidebar:
    study = choose.pair(where)
    choose.facts(study)
choose.still_showing()
head = st.container()
left, right = st.columns([1.5, 1], gap="large")
with right:
    other = rival.choose(study)

# compute and show: what is quick at once, what takes longer when everything else is there
found = compare.work(study, other)
compare.show(found, left)
with head:  # after the table: a verdict stands above the numbers that it sums up
    compare.title(found)

frame.close_page(where)
compare.finish(found)
