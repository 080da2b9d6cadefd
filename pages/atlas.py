"""Atlas: one card per loss, what papers misprint, and the survey's table audited."""

from pages.parts import atlas, frame

where = frame.open_page("Atlas")

atlas.choose()
atlas.show(where)

frame.close_page(where)
