"""Run every measurement."""

from . import browser_speed, kinds

kinds.main()
browser_speed.main()
