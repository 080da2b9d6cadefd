"""Every loss once more, literally as its formula is printed, in plain numpy: slow, naive, independent."""

from collections.abc import Callable

from . import boundary, compound, distribution, region

_FAMILIES = (distribution, region, boundary, compound)
SETTINGS: dict[str, tuple[dict[str, float], ...]] = {
    name: settings for family in _FAMILIES for name, settings in family.SETTINGS.items()
}
REFERENCES: dict[str, Callable[..., float]] = {
    name: getattr(family, name) for family in _FAMILIES for name in family.SETTINGS
}
PERFECT = boundary.PERFECT
