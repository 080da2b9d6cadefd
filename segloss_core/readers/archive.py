"""The pairs in a ZIP, found by the names of its files alone: nothing is decoded to list them.

A folder or a word at either end of a name says what a file is for; files of one pair share the
rest of their names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import get_args

from .errors import ReadError
from .limits import LIMITS, Limits
from .names import clean_name, quoted
from .reading import Role
from .zipped import opened

WORDS: Mapping[Role, str] = {
    "image": "image images img imgs photo photos picture pictures input inputs leftimg8bit",
    "target": "target targets mask masks label labels gt gts groundtruth truth annotation "
    "annotations gtfine labelids polygons",
    "prediction": "prediction predictions pred preds predicted output outputs probability "
    "probabilities prob probs logit logits",
}
"""What names a role, in lower case and without the marks between words."""

_ROLES: dict[str, Role] = {word: role for role, words in WORDS.items() for word in words.split()}
_MARKS = re.compile(r"[ _.\-]+")
_DIGITS = re.compile(r"(\d+)")
# What computers leave beside files: no pair was meant by it, so nobody is told of it.
_LITTER = frozenset({"thumbs.db", "desktop.ini"})

Key = tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One pair: its name, and the path of each file in the archive.

    paths: role to path; always a target and a prediction, perhaps an image.
    """

    name: str
    paths: Mapping[Role, str]


@dataclass(frozen=True)
class Listing:
    """The pairs of an archive in natural order, and the paths of all files that make none."""

    pairs: tuple[Entry, ...]
    unmatched: tuple[str, ...]


def pairs_in(data: bytes, name: str, limits: Limits = LIMITS) -> Listing:
    """Match the files of a ZIP by their names; none is unpacked.

    data: the whole archive.  name: its name, only shown.
    A role comes from a folder ("masks/7.png") or from the first or last word of the name
    ("7_mask.png"); a file without one is the image of the pair that its name belongs to.

    Raises ReadError: archive (no pair, too many, unsafe names or amounts), and those of
    `zipped.opened`.
    """
    paths = [path for path in opened(data, name, limits).parts if not _is_litter(path)]
    found: dict[Key, dict[Role, str]] = {}
    bare: dict[Key, list[str]] = {}
    unmatched: list[str] = []
    for path in sorted(paths, key=_natural):
        role, key = _meaning(path)
        if role is None:
            bare.setdefault(key, []).append(path)
        elif found.setdefault(key, {}).setdefault(role, path) != path:
            unmatched.append(path)
    for key, spare in bare.items():
        if key in found and "image" not in found[key]:
            found[key]["image"] = spare.pop(0)
        unmatched += spare
    whole = {key: have for key, have in found.items() if {"target", "prediction"} <= have.keys()}
    unmatched += [path for key in found.keys() - whole.keys() for path in found[key].values()]
    if not whole:
        raise _no_pair(name, len(paths), {role for have in found.values() for role in have})
    if len(whole) > limits.pairs:
        raise ReadError(
            "archive",
            f"{quoted(name)} holds {len(whole):,} pairs; up to {limits.pairs:,} are read. Split it "
            "into several archives.",
        )
    shared = _shared([key[:-1] for key in whole])
    pairs = [Entry(_called(key, shared), have) for key, have in whole.items()]
    return Listing(
        tuple(sorted(pairs, key=lambda pair: _natural(pair.name))),
        tuple(sorted(unmatched, key=_natural)),
    )


def part(data: bytes, name: str, path: str, limits: Limits = LIMITS) -> bytes:
    """Unpack one file of the archive, of at most `limits.file_bytes`.

    Raises KeyError for a path that `pairs_in` did not give; ReadError: too_large, corrupt.
    """
    return opened(data, name, limits).part(path, limits.file_bytes)


def shown_path(path: str) -> str:
    """A path inside an archive, made safe to show as text."""
    return "/".join(clean_name(step) for step in path.split("/"))


def _meaning(path: str) -> tuple[Role | None, Key]:
    """What a file is for, and what it has in common with the other files of its pair."""
    *folders, file = path.split("/")
    words = _MARKS.split(_stem(file).casefold())
    places = [n for n, folder in enumerate(folders) if _role_of_folder(folder)]
    role = _role_of_folder(folders.pop(places[-1])) if places else None
    if role is None:
        role = _ROLES.get(words[-1]) or _ROLES.get(words[0])
    if role is not None:
        words = _without(words, frozenset(WORDS[role].split()))
    return role, (*(folder.casefold() for folder in folders), "_".join(words))


def _role_of_folder(folder: str) -> Role | None:
    return _ROLES.get(_MARKS.sub("", folder.casefold()))


def _without(words: list[str], naming: frozenset[str]) -> list[str]:
    """The words of a name without those at its ends that only say its role."""
    while words and words[-1] in naming:
        words = words[:-1]
    while words and words[0] in naming:
        words = words[1:]
    return words


def _stem(file: str) -> str:
    base = file[:-3] if file.casefold().endswith(".nii.gz") else file
    return base.rpartition(".")[0] or base


def _is_litter(path: str) -> bool:
    *folders, file = path.casefold().split("/")
    return "__macosx" in folders or file.startswith(".") or file in _LITTER


def _natural(text: str) -> tuple[list[tuple[int, str]], str]:
    """An order in which cell2 comes before cell10; of equals, the spelling decides."""
    pieces = _DIGITS.split(text.casefold())
    return [(int(p[:18]), p) if p.isdecimal() else (-1, p) for p in pieces], text


def _shared(folders: Iterable[Key]) -> int:
    """How many folders lie around all pairs, and say nothing."""
    columns = zip(*folders, strict=False)
    count = 0
    for column in columns:
        if len(set(column)) > 1:
            break
        count += 1
    return count


def _called(key: Key, shared: int) -> str:
    """What tells this pair from the others; where there are no others, its last word."""
    said = [step for step in key[shared:] if step] or [step for step in key if step][-1:]
    return shown_path("/".join(said)) if said else "the pair"


def _no_pair(name: str, files: int, roles: set[Role]) -> ReadError:
    missing = [role for role in get_args(Role) if role != "image" and role not in roles]
    if missing == ["target"]:
        seen = "no target masks are among them"
    elif missing == ["prediction"]:
        seen = "no predictions are among them"
    elif missing:
        seen = "no names say which are target masks and which predictions"
    else:
        seen = "no target mask and prediction have the same name"
    noun = "file" if files == 1 else "files"
    return ReadError(
        "archive",
        f"{quoted(name)} holds {files:,} {noun} but no pair: {seen}. Put files of the same name "
        "into folders masks and predictions (and images, if you have them) and zip these.",
    )
