"""The JavaScript library as one inline module.

Streamlit takes the code of an inline component as one text, but people read small modules. The
modules under `assets/` are plain ES modules with one-line imports; here they are put in order and
joined, their imports and exports dropped. All of them then share one scope, so two modules must
not use one top-level name: that is checked.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

ASSETS = Path(__file__).resolve().parents[3] / "assets"

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(?P<file>[\w.]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|let|class|function|async function) )", re.MULTILINE)
_NAME = re.compile(r"^(?:const|let|class|function|async function) (?P<name>\w+)", re.MULTILINE)
_LEFT = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


@dataclass(frozen=True)
class Bundle:
    """The joined text, and the name under which the components of one tab meet."""

    text: str
    store: str


def modules(folder: Path, first: str) -> dict[str, str]:
    """File name -> source, every module after those that it imports."""
    done: dict[str, str] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise ValueError(f"import circle: {' -> '.join((*path, name))}")
        if name in done:
            return
        source = (folder / name).read_text(encoding="utf-8")
        for found in _IMPORT.finditer(source):
            visit(found["file"], (*path, name))
        done[name] = source

    visit(first, ())
    return done


def join(sources: dict[str, str]) -> str:
    """One module text out of many; a name declared twice or an unknown import is an error."""
    owner: dict[str, str] = {}
    parts = []
    for name, source in sources.items():
        plain = _EXPORT.sub("", _IMPORT.sub("", source))
        if left := _LEFT.search(plain):
            raise ValueError(f"{name}: this form is not joined: {left[0]!r}")
        for found in _NAME.finditer(plain):
            other = owner.setdefault(found["name"], name)
            if other != name:
                raise ValueError(f"{name} and {other} both declare {found['name']!r}")
        parts.append(f"// ---- {name}\n{plain.strip()}\n")
    return "\n".join(parts)


def bundle(folder: Path = ASSETS) -> Bundle:
    """The library, with the style sheet inside, named by its content."""
    sheet = (folder / "style.css").read_text(encoding="utf-8")
    text = join(modules(folder, "main.js")).replace('"@style.css@"', json.dumps(sheet))
    store = "segloss_" + hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
    return Bundle(text.replace("@store@", store) + "\nexport default receive;\n", store)
