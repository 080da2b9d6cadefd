"""Open a page of the app as a link does, without a browser."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parent.parent


def opened(page: str, **query: str) -> AppTest:
    """The page's first run with these query parameters."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    app.switch_page(f"pages/{page}.py")
    for name, value in {"v": "1", **query}.items():
        app.query_params[name] = value
    return app.run()


def words(app: AppTest) -> str:
    """All that the page says in words."""
    kinds = (app.title, app.subheader, app.markdown, app.caption, app.error, app.info, app.warning)
    return "\n".join(element.value for kind in kinds for element in kind)
