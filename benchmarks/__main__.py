"""Run every measurement."""

from . import browser_speed, kinds, landscapes

kinds.main()
landscapes.main()
browser_speed.main()
