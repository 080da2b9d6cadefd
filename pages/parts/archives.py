"""A ZIP of several pairs: one is chosen and read, the others stay packed."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from segloss_core.readers.archive import Listing, pairs_in, part, shown_path

from .say import plain

_NAMED = 4


@dataclass(frozen=True)
class Member:
    """A file inside an archive, as the boxes for files give theirs."""

    archive: Archive = field(repr=False)
    path: str

    @property
    def file_id(self) -> str:
        return f"{self.archive.file}/{self.path}"

    @property
    def name(self) -> str:
        return self.path

    def getvalue(self) -> bytes:
        """Unpack it. Raises ReadError."""
        return part(self.archive.data, self.archive.name, self.path)


@dataclass
class Archive:
    """What was given, still packed, and which of its pairs is looked at."""

    file: str
    name: str
    data: bytes = field(repr=False)
    listing: Listing
    at: int = 0

    @classmethod
    def of(cls, file: str, name: str, data: bytes) -> Archive:
        """List the pairs. Raises ReadError."""
        return cls(file, name, data, pairs_in(data, name))

    def chosen(self, role: str) -> Member | None:
        """The file for a role, of the pair that is looked at."""
        path = {**self.listing.pairs[self.at].paths}.get(role)  # type: ignore[call-overload]
        return None if path is None else Member(self, path)

    def holds(self, file: str) -> bool:
        """Whether a file came out of this archive."""
        return file.startswith(f"{self.file}/")


def pick(archive: Archive) -> bool:
    """Choose a pair; true where another one was chosen than the one looked at."""
    pairs = archive.listing.pairs
    key = f"archive.pick.{archive.file}"
    # Before every run: of two runs that follow at once the browser may see the second alone.
    st.session_state[key] = st.session_state.get(key, archive.at)
    chosen = st.selectbox(
        "Pair of your ZIP", range(len(pairs)), key=key,
        format_func=lambda n: f"{n + 1} of {len(pairs)}: {pairs[n].name}",
    )  # fmt: skip
    said = f"In {archive.name}"
    if left := archive.listing.unmatched:
        named = ", ".join(shown_path(path) for path in left[:_NAMED])
        named += f" and {len(left) - _NAMED} more" if len(left) > _NAMED else ""
        said += f"; of no pair: {named}"
    st.caption(plain(said))
    if chosen == archive.at:
        return False
    archive.at = chosen
    return True
