"""The floor plan: what every room may import besides the standard library and its own package.

A file in no room is an error; so is a room in which nothing lives. A folder's permissions are its
mathematics: `distribution/` cannot count overlaps, `region/` cannot look at places.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CORE = "segloss_core"
MATHS = {"torch", *(f"{CORE}.{room}" for room in ("pixels", "spec", "claims", "labels"))}

# First match wins. A name allows itself and everything below it.
PLAN: dict[str, set[str]] = {
    # floor 0
    f"{CORE}/pixels.py": {"torch"},
    f"{CORE}/windows.py": {"torch", "numpy", "cv2"},
    f"{CORE}/geometry.py": {"torch", "numpy", "cv2", f"{CORE}.windows"},
    f"{CORE}/components.py": {"torch", "numpy", "cv2", f"{CORE}.geometry"},
    f"{CORE}/lookup.py": {"numpy", "cv2"},
    # floor 1
    f"{CORE}/spec.py": {"torch", f"{CORE}.pixels"},
    f"{CORE}/counts.py": {"torch", f"{CORE}.pixels", f"{CORE}.spec"},
    f"{CORE}/labels.py": {"torch", f"{CORE}.pixels", f"{CORE}.spec"},
    f"{CORE}/metrics.py": {"torch", f"{CORE}.geometry"},
    # floor 2
    f"{CORE}/claims.py": {"torch", f"{CORE}.pixels", f"{CORE}.spec"},
    # floor 3: the families
    f"{CORE}/losses/__init__.py": {f"{CORE}.spec"},
    f"{CORE}/losses/distribution/": MATHS,
    f"{CORE}/losses/region/": MATHS | {f"{CORE}.counts", f"{CORE}.losses.region"},
    f"{CORE}/losses/boundary/": MATHS | {f"{CORE}.geometry", f"{CORE}.components"},
    f"{CORE}/losses/compound/": MATHS | {f"{CORE}.counts", f"{CORE}.losses"},
    # floor 4: pictures of any loss
    f"{CORE}/maps.py": {"torch", f"{CORE}.pixels", f"{CORE}.spec"},
    f"{CORE}/replay/": {
        "torch", "numpy", *(f"{CORE}.{room}" for room in ["maps", "pixels", "replay", "spec"]),
    },
    f"{CORE}/kinds.py": {
        "torch", "numpy", "cv2",
        *(f"{CORE}.{room}" for room in ["lookup", "maps", "pixels", "replay", "spec"]),
    },
    f"{CORE}/placed/": {
        "torch", "numpy",
        *(f"{CORE}.{room}" for room in ["geometry", "lookup", "losses.boundary.ssim", "maps", "pixels", "placed", "spec", "windows"]),
    },
    f"{CORE}/arithmetic.py": {"torch", f"{CORE}.counts", f"{CORE}.pixels", f"{CORE}.spec"},
    f"{CORE}/mix/": {"torch", f"{CORE}.losses", f"{CORE}.mix", f"{CORE}.pixels", f"{CORE}.plain", f"{CORE}.spec"},
    f"{CORE}/descent.py": {"torch", "numpy"},
    f"{CORE}/challenges.py": set(),
    # floor 5: what a page asks of a pair; a loss as text
    f"{CORE}/payers.py": {"numpy"},
    f"{CORE}/study.py": {
        "torch", "numpy",
        *(
            f"{CORE}.{room}"
            for room in ["arithmetic", "geometry", "kinds", "maps", "metrics", "pair", "payers", "pixels", "placed", "spec"]
        ),
    },
    f"{CORE}/classes.py": {
        "torch", "numpy", *(f"{CORE}.{room}" for room in ["kinds", "pair", "pixels", "spec"]),
    },
    f"{CORE}/multiclass.py": {"torch", "numpy", f"{CORE}.classes", f"{CORE}.pair"},
    f"{CORE}/volume.py": {
        "torch", "numpy", *(f"{CORE}.{room}" for room in ["kinds", "pair", "pixels", "spec"]),
    },
    f"{CORE}/exhibit.py": {
        "torch", "numpy", *(f"{CORE}.{room}" for room in ["maps", "pair", "pixels", "spec"]),
    },
    f"{CORE}/ask.py": {
        "torch", "numpy",
        *(f"{CORE}.{room}" for room in ["kinds", "losses", "maps", "pixels", "spec", "study"]),
    },
    f"{CORE}/moves.py": {
        "torch", "numpy", *(f"{CORE}.{room}" for room in ["geometry", "pixels", "spec", "study"])
    },
    f"{CORE}/comparison.py": {
        "torch", "numpy", *(f"{CORE}.{room}" for room in ["kinds", "moves", "pair", "spec", "study"])
    },
    f"{CORE}/contrast.py": {"numpy"},
    f"{CORE}/landscape/": {
        "torch", "numpy", f"{CORE}.landscape",
        *(f"{CORE}.{room}" for room in ["maps", "pixels", "replay", "spec", "study"]),
    },
    f"{CORE}/weights.py": {
        "numpy", *(f"{CORE}.{room}" for room in ["landscape", "mix", "spec", "study"])
    },
    f"{CORE}/plain/": {f"{CORE}.pixels", f"{CORE}.spec", f"{CORE}.plain"},
    f"{CORE}/export.py": {"numpy", f"{CORE}.mix", f"{CORE}.plain", f"{CORE}.spec"},
    f"{CORE}/survey.py": set(),
    f"{CORE}/errata/": {
        "torch",
        *(f"{CORE}.{room}" for room in ["descent", "errata", "geometry", "losses", "pixels", "survey"]),
    },
    f"{CORE}/libraries/": {f"{CORE}.libraries", f"{CORE}.spec"},
    f"{CORE}/__init__.py": {
        f"{CORE}.{room}" for room in ("arithmetic", "kinds", "losses", "maps", "pixels", "spec")
    },
    # wing: where it runs; bytes in, a pair out
    f"{CORE}/device.py": {"torch"},
    f"{CORE}/files.py": {"numpy"},
    f"{CORE}/pair.py": {"numpy"},
    f"{CORE}/readers/": {"numpy", "PIL", "nibabel", "pydicom", "tifffile", f"{CORE}.pair", f"{CORE}.readers"},
    f"{CORE}/bundle.py": {"numpy", f"{CORE}.pair", f"{CORE}.readers"},
    f"{CORE}/scenes/": {"numpy", "cv2", "PIL", f"{CORE}.pair", f"{CORE}.scenes"},
    # the app
    "pages/parts/browser/": {"numpy", "streamlit", "pages.parts.browser"},
    "pages/parts/": {"numpy", "plotly", "streamlit", "torch", CORE, "pages.parts"},
    "pages/": {"streamlit", CORE, "pages.parts"},
    "app.py": {"streamlit", CORE, "pages.parts"},
    "benchmarks/": {
        "torch", "numpy", "cv2", "scipy", "monai", "PIL", CORE, "benchmarks", "tests.browser",
        "tests.smp_losses",
    },
}  # fmt: skip

FILES = sorted(
    file.relative_to(ROOT).as_posix()
    for top in ("app.py", CORE, "pages", "benchmarks")
    for file in ([ROOT / top] if top.endswith(".py") else (ROOT / top).rglob("*.py"))
)


def room(path: str) -> str | None:
    return next((r for r in PLAN if path == r or (r.endswith("/") and path.startswith(r))), None)


def imports(path: str) -> set[str]:
    """Absolute names of all that a file imports, wherever in the file it does."""
    package = Path(path).parent.as_posix().replace("/", ".")
    found = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                up = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*up, base] if base else up)
            # `from . import maps` names modules, `from .maps import share` names things in one.
            names = [f"{base}.{a.name}" for a in node.names]
            found |= set(names) if node.level and not node.module else {base}
    return found


@pytest.mark.parametrize("path", FILES)
def test_a_file_imports_what_its_room_allows(path):
    where = room(path)
    assert where, f"{path} is in no room"
    allowed = PLAN[where]
    for name in imports(path) - {"__future__"}:
        if name.split(".")[0] in sys.stdlib_module_names:
            continue
        assert any(name == a or name.startswith(f"{a}.") for a in allowed), f"{path} imports {name}"


def test_every_room_is_lived_in():
    assert {room(path) for path in FILES} == set(PLAN)


def test_each_loss_is_one_file_and_losses_do_not_import_siblings_sideways():
    for family in ("distribution", "boundary"):
        for path in (ROOT / CORE / "losses" / family).glob("[!_]*.py"):
            names = imports(path.relative_to(ROOT).as_posix())
            assert not any(".losses" in name for name in names), path


def test_pages_are_short_and_without_maths():
    for path in [ROOT / "app.py", *(ROOT / "pages").glob("*.py")]:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 100, f"{path.name} has {len(lines)} lines"


def test_loss_files_leave_stability_to_pixels():
    """No eps, clamp or log(p) in a loss file."""
    for path in (ROOT / CORE / "losses").rglob("[!_]*.py"):
        calls = {
            node.attr
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) != "math"
        }
        if path.stem != "shape_aware":  # counts contour points, where 0 is a whole number
            assert not {"clamp", "clamp_min", "clip"} & calls, path
        assert not {"eps", "log", "softplus"} & calls, path
