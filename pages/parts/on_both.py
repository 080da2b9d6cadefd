"""The chosen loss on A and on B: the same plane of both under one view, and where they disagree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from segloss_core import Loss
from segloss_core.contrast import MOST, Contrast, contrast
from segloss_core.study import Maps, Study

from . import pictures, view
from .browser import Panel, Plane, versus
from .kept import kept
from .say import percent

_LEGENDS = {
    "prediction": "white: object",
    "share": "bright: pays more",
    "gradient": "red: pushes p down · blue: pushes p up",
    "difference": "red: A pays more · blue: B pays more",
}


@dataclass(frozen=True)
class OnBoth:
    """What is to be shown, and the planes that the tab needs for it."""

    planes: list[Plane]
    head: dict[str, Any]

    def show(self) -> None:
        """Draw it; the planes have been delivered."""
        versus(key="compare.versus", on_plane=_take, **self.head)


def shown() -> str:
    """The plane on view: the one that the table's small pictures show, or one of its own."""
    plane: str = view.get("plane")
    return view.get("map") if plane == "map" else plane


def _take(plane: str) -> None:
    if plane in ("share", "gradient"):  # the table's small pictures show the same
        view.put("map", plane)
        plane = "map"
    view.put("plane", plane)


def prepare(study: Study, rival: tuple[Study, str], loss: Loss) -> OnBoth:
    """Both planes of the chosen kind in one range of colours, and what differs most outlined."""
    setting, plane, (other, name) = view.dials(loss.name), shown(), rival
    maps = [one.maps(loss, **setting) for one in (study, other)]
    against = _contrast(study, other, loss, maps)
    if plane == "prediction":
        arrays = [one.pair.prediction.probabilities() for one in (study, other)]
    else:
        pairs = zip((study, other), maps, strict=True)
        arrays = [one.dense(m)[plane == "gradient"] for one, m in pairs]
    planes = [Plane.named("both", "f32", array) for array in arrays]
    marks = Plane.named("marks", "grey", against.marked) if against.count else None
    height, width = study.pair.size
    head = {
        "size": (width, height), "plane": plane,
        "panels": _panels(plane, loss, maps, against, name),
        "planes": tuple(p.digest for p in planes), "marks": marks.digest if marks else None,
        "pair": pictures.code_digest(study) if study.is_coded else None,
        "target": pictures.marks_digest(study),
        "unit": pictures.unit(loss) if plane in ("share", "difference") else "",
        "says": _says(against, study.pair.counted),
    }  # fmt: skip
    return OnBoth([*planes, *([marks] if marks else [])], head)


def _contrast(study: Study, other: Study, loss: Loss, maps: list[Maps]) -> Contrast:
    """Kept in the session: B may be somebody's file, while a sample's study is everybody's."""
    asked = tuple(
        (one.pair.digest, one.pair.prediction.digest, one.pair.prediction.confidence)
        for one in (study, other)
    )

    def make() -> Contrast:
        a, b = (one.dense(m)[0] for one, m in zip((study, other), maps, strict=True))
        return contrast(a, b)

    return kept("on both", (asked, loss.name, *view.dials(loss.name).items()), make, most=1)


def _panels(plane: str, loss: Loss, maps: list[Maps], against: Contrast, name: str) -> list[Panel]:
    if plane == "difference":
        limits = (-against.top, against.top)
        says = (
            f"Share of {loss.title} that A pays beyond B: red where A pays more, blue where B does"
        )
        return [
            Panel("A − B", "difference", limits, _LEGENDS[plane], says, pictures.unit(loss))
        ]  # fmt: skip
    top = max(m.share_top if plane == "share" else m.gradient_top for m in maps)
    limits = {"prediction": (0.0, 1.0), "share": (0.0, top), "gradient": (-top, top)}[plane]
    what = {
        "prediction": "Predicted probability",
        "share": f"Share of {loss.title} paid by each pixel",
        "gradient": f"Gradient of {loss.title}: red pushes the probability down, blue up",
    }[plane]
    unit = pictures.unit(loss) if plane == "share" else ""
    return [
        Panel(side, plane, limits, _LEGENDS[plane], f"{what}, of {side}", unit)  # type: ignore[arg-type]
        for side in ("A", f"B: {name}")
    ]


def _says(against: Contrast, counted: int) -> str:
    if not against.count:
        return "A and B pay alike at every pixel."
    part = percent(against.count / counted)
    return (
        f"Outlined, where they disagree: the {against.count:,} pixels ({part} of the image) that "
        f"hold {percent(MOST)} of the difference between what A and B pay."
    )
