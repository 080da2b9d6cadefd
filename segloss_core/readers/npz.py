"""NPZ: one array of a ZIP archive, its directory checked before anything is unpacked."""

from __future__ import annotations

import io
import zipfile

from . import npy, zipped
from .asked import Asked
from .errors import Question, ReadError
from .names import quoted
from .planes import arranged
from .reading import Raster

_LISTED = 8


def decode(data: bytes, name: str, asked: Asked) -> Raster:
    """Read the only array of an NPZ, or the one that `asked.member` names.

    Raises ReadError: archive, ambiguous, and those of `npy.decode`.
    """
    _check_directory(data, name, asked)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            info = _chosen(archive, name, asked)
            with archive.open(info) as stream:
                head = stream.read(npy.HEAD)
            header, found = npy.checked(head, name, asked)
            if header.end != info.file_size:
                raise zipped.damaged(name, info.filename)
            with archive.open(info) as stream:
                whole = stream.read(header.end + 1)
    except ReadError:
        raise
    except Exception:
        # zipfile raises BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError...
        raise zipped.damaged(name) from None
    raster = arranged(npy.values(whole, header, name), found, name)
    return raster.with_member(_key(info))


def _check_directory(data: bytes, name: str, asked: Asked) -> None:
    """Bound the directory, which zipfile would walk to its end however long it is."""
    end = zipped.directory(data)
    if end is None:
        raise zipped.damaged(name)
    if not end.fits(asked.limits):
        raise ReadError(
            "archive",
            f"{quoted(name)} is an archive of {end.said} parts ({end.size:,} bytes of directory); "
            f"up to {asked.limits.members:,} are read. Save fewer arrays in it.",
        )


def _key(info: zipfile.ZipInfo) -> str:
    return info.filename.removesuffix(".npy")


def _chosen(archive: zipfile.ZipFile, name: str, asked: Asked) -> zipfile.ZipInfo:
    parts = archive.infolist()
    keys = [_key(part) for part in parts]
    if not parts:
        raise ReadError("archive", f"{quoted(name)} holds no array. Save one with numpy.savez.")
    if len(set(keys)) < len(keys):
        raise ReadError(
            "archive",
            f"{quoted(name)} holds two parts of one name, so it has two readings. Save it again "
            "with numpy.savez.",
        )
    listed = ", ".join(quoted(key) for key in keys[:_LISTED])
    listed += f" and {len(keys) - _LISTED:,} more" if len(keys) > _LISTED else ""
    asks = Question.of_names("member", tuple(keys))
    if asked.member is None and len(parts) > 1:
        raise ReadError(
            "ambiguous",
            f"{quoted(name)} holds {len(parts)} arrays: {listed}. Choose one of them.",
            asks,
        )
    if asked.member is not None and asked.member not in keys:
        raise ReadError(
            "ambiguous",
            f"{quoted(name)} holds no array {quoted(asked.member)}, but {listed}. Choose one of "
            "them.",
            asks,
        )
    part = parts[0] if asked.member is None else parts[keys.index(asked.member)]
    if part.flag_bits & 1 or part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ReadError(
            "archive",
            f"{quoted(name)} holds {quoted(part.filename)} encrypted or packed in a way that is "
            "not read. Save it again with numpy.savez.",
        )
    if not part.filename.endswith(".npy"):
        raise ReadError(
            "archive",
            f"{quoted(name)} holds {quoted(part.filename)}, which is no NumPy array. Save it again "
            "with numpy.savez.",
        )
    return part
