"""A ZIP is opened within bounds: its directory is checked before any part of it is unpacked."""

from __future__ import annotations

import io
import struct
import zipfile
from dataclasses import dataclass, field

from .errors import ReadError
from .limits import LIMITS, Limits
from .names import quoted
from .sizes import check_bytes

_END = b"PK\x05\x06"
_ENTRY_BYTES = 512  # of the directory, for each part on average
_LOCAL_HEADER = 30


@dataclass(frozen=True)
class Directory:
    """What the end of a ZIP says of its directory, before zipfile walks all of it.

    count: parts.  size: bytes of the directory.  large: it says so in 64 bits.
    """

    count: int
    size: int
    large: bool

    def fits(self, limits: Limits) -> bool:
        """Whether the directory is of a length that is walked."""
        most = limits.members
        return not self.large and self.count <= most and self.size <= most * _ENTRY_BYTES

    @property
    def said(self) -> str:
        """The number of parts in words."""
        return "very many" if self.large else f"{self.count:,}"


def directory(data: bytes) -> Directory | None:
    """Read the end record of a ZIP; None where there is none."""
    end = data.rfind(_END, max(0, len(data) - 66_000))
    if end < 0 or len(data) < end + 22:
        return None
    count, size = struct.unpack_from("<HI", data, end + 10)
    return Directory(count, size, data[max(0, end - 20) : end].startswith(b"PK\x06\x07"))


@dataclass(frozen=True, eq=False)
class Zipped:
    """An archive whose directory has passed every check; nothing of it is unpacked yet.

    name: of the file, only shown.  parts: files in it by path, folders separated by "/".
    """

    name: str
    parts: dict[str, zipfile.ZipInfo]
    _archive: zipfile.ZipFile = field(repr=False)

    def part(self, path: str, most: int) -> bytes:
        """Unpack one part of at most so many bytes.

        Raises KeyError for a path that is not among `parts`; ReadError: too_large, corrupt.
        """
        info = self.parts[path]
        if info.file_size > most:
            raise ReadError(
                "too_large",
                f"{quoted(self.name)} holds {quoted(path)}, which unpacks to "
                f"{info.file_size / 1e6:,.1f} MB; up to {most / 1e6:,.0f} MB are read. Make it "
                "smaller and zip it again.",
            )
        try:
            with self._archive.open(info) as stream:
                # One byte more: zipfile compares the check sum only when it meets the end.
                found = stream.read(info.file_size + 1)
            if len(found) != info.file_size:
                raise EOFError
        except Exception:
            # zipfile raises BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError...
            raise damaged(self.name, path) from None
        return found


def opened(data: bytes, name: str, limits: Limits = LIMITS) -> Zipped:
    """Open an archive and check its directory: how much it holds, and under what names.

    Raises ReadError: empty, too_large, unsupported (no ZIP at all), corrupt, archive.
    """
    check_bytes(data, name, limits, "Put fewer files in it.")
    end = directory(data)
    if end is None and not data.startswith(b"PK"):
        raise ReadError(
            "unsupported", f"{quoted(name)} is no ZIP archive. Choose a file that ends in .zip."
        )
    if end is None:
        raise damaged(name)
    if not end.fits(limits):
        raise ReadError(
            "archive",
            f"{quoted(name)} is an archive of {end.said} parts ({end.size:,} bytes of directory); "
            f"up to {limits.members:,} are read. Split it into several archives.",
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        found = archive.infolist()
    except Exception:
        raise damaged(name) from None
    _check_amounts(found, len(data), name, limits)
    parts: dict[str, zipfile.ZipInfo] = {}
    for info in found:
        path = _checked_path(info, name)
        if info.is_dir():
            continue
        if path in parts:
            raise ReadError(
                "archive",
                f"{quoted(name)} holds two parts called {quoted(path)}, so it has two readings. "
                "Zip the files again.",
            )
        parts[path] = info
    return Zipped(name, parts, archive)


def damaged(name: str, part: str = "") -> ReadError:
    """The error of an archive, or of one part of it, that does not unpack."""
    where = f" in its part {quoted(part)}" if part else ""
    return ReadError(
        "corrupt",
        f"{quoted(name)} is an archive that is cut off or damaged{where}. Save or download it "
        "again.",
    )


def _check_amounts(found: list[zipfile.ZipInfo], size: int, name: str, limits: Limits) -> None:
    """Bound what all parts together unpack to, and see that none lies over another."""
    total = sum(info.file_size for info in found)
    if total > limits.archive_bytes or total > limits.archive_ratio * size:
        raise ReadError(
            "archive",
            f"{quoted(name)} unpacks to {total / 1e6:,.1f} MB from {size / 1e6:,.3g} MB; up to "
            f"{limits.archive_bytes / 1e6:,.0f} MB and {limits.archive_ratio:,} times its size "
            "are read. Split it into several archives.",
        )
    free = 0  # where the next part may start
    for info in sorted(found, key=lambda info: info.header_offset):
        if info.header_offset < free:
            raise damaged(name)
        free = info.header_offset + _LOCAL_HEADER + info.compress_size
    if free > size:
        raise damaged(name)


def _checked_path(info: zipfile.ZipInfo, name: str) -> str:
    """The part's path with "/" between folders, if it stays inside the archive."""
    path = info.filename.replace("\\", "/")
    steps = path.split("/")
    odd = any(ord(character) < 32 for character in info.orig_filename)
    if odd or not path or path.startswith("/") or ".." in steps or steps[0].endswith(":"):
        raise ReadError(
            "archive",
            f"{quoted(name)} holds a part whose name leads out of the archive or cannot be shown "
            f"({quoted(path)}). Zip the files again from inside their folder.",
        )
    packed = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    if info.flag_bits & 1 or info.compress_type not in packed:
        raise ReadError(
            "archive",
            f"{quoted(name)} holds {quoted(path)} encrypted or packed in a way that is not read. "
            "Zip the files again without a password.",
        )
    return path
