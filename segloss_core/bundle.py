"""A pair with everything said about it, in one file that opens the same on any machine.

A bundle (`.segloss.zip`) is a ZIP of PNG and NPY files with a manifest in JSON, so that its arrays
can also be had without this library. Nothing in it is pickled.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from .pair import Origin, Pair, Prediction
from .readers import LIMITS, Code, Limits, ReadError, npy, png
from .readers import read as read_file
from .readers.asked import Asked
from .readers.names import quoted
from .readers.polygons.document import parsed
from .readers.polygons.shapes import Refused
from .readers.zipped import Zipped, opened

FORMAT = "segloss-bundle"
VERSION = 1
SUFFIX = ".segloss.zip"
MANIFEST = "segloss.json"

Array = NDArray[Any]

_MANIFEST_BYTES = 2**18
# Fixed, so that the same pair and state are the same bytes: the earliest date that a ZIP can say.
_WHEN = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, eq=False)
class Bundle:
    """What a bundle holds.

    pair: as it was, to the bit.  state: names and values of what was set, as in an address.
    page: the name of the page it was written on, or "".
    """

    pair: Pair
    state: Mapping[str, str]
    page: str


@dataclass(frozen=True)
class _Plane:
    """One array of a pair and the file that it is kept in; None where the pair has none."""

    file: str
    of: Callable[[Pair], Array | None]


def _black_and_white(mask: Array | None) -> Array | None:
    return None if mask is None else mask * np.uint8(255)


_PLANES = {
    "image": _Plane("image.png", lambda pair: pair.image),
    "target": _Plane("target.png", lambda pair: _black_and_white(pair.target)),
    "ignored": _Plane("ignored.png", lambda pair: _black_and_white(pair.ignored)),
    "codes": _Plane("prediction.png", lambda pair: pair.prediction.codes),
    "logits": _Plane("prediction.npy", lambda pair: pair.prediction.plane),
}


# ---- writing ---------------------------------------------------------------------------------


def write(pair: Pair, state: Mapping[str, str], page: str = "", limits: Limits = LIMITS) -> bytes:
    """Give the bundle's bytes: equal pairs and states give equal bytes.

    Raises ValueError, with a sentence, where the bundle would be too large to be opened again;
    TypeError and UnicodeEncodeError for names, notes and settings that are no text.
    """
    arrays = {plane.file: plane.of(pair) for plane in _PLANES.values()}
    files = {name: _packed(name, a) for name, a in arrays.items() if a is not None}
    prediction = pair.prediction
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "page": _text(page),
        "state": _texts(dict(state)),
        "pair": {
            "name": _text(pair.name),
            "origin": pair.origin,
            "names": _texts(dict(pair.names)),
            "notes": [_text(note) for note in pair.notes],
        },
        "prediction": {
            "kind": prediction.kind,
            "confidence": prediction.confidence,
            "clipped": int(prediction.clipped),
        },
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }
    said = json.dumps(manifest, indent=1, sort_keys=True).encode("ascii")
    if len(said) > _MANIFEST_BYTES:
        raise ValueError("names, notes and settings are longer than a bundle can hold")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in {MANIFEST: said, **files}.items():
            info = zipfile.ZipInfo(name, _WHEN)
            info.create_system, info.external_attr = 3, 0o644 << 16  # the same on every system
            # A PNG is packed already.
            info.compress_type = (
                zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            )
            archive.writestr(info, data)
    written = out.getvalue()
    if len(written) > limits.file_bytes:
        raise ValueError(
            f"the bundle would take {len(written) / 1e6:,.1f} MB, and up to "
            f"{limits.file_bytes / 1e6:,.0f} MB are opened again; crop the pair"
        )
    return written


def _packed(name: str, array: Array) -> bytes:
    if name.endswith(".png"):
        return png(array)
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


# ---- reading ---------------------------------------------------------------------------------


def is_bundle(data: bytes, name: str, limits: Limits = LIMITS) -> bool:
    """Tell a bundle from another ZIP. Raises ReadError as `zipped.opened` does."""
    return MANIFEST in opened(data, name, limits).parts


def read(data: bytes, name: str, limits: Limits = LIMITS) -> Bundle:
    """Open a bundle: every part is there, is what was written, and belongs together.

    Raises ReadError and nothing else: unsupported (no ZIP, or a newer version), archive (another
    ZIP, unsafe names or amounts), json, too_large, corrupt, empty.
    """
    archive = opened(data, name, limits)
    if MANIFEST not in archive.parts:
        raise ReadError(
            "archive",
            f"{quoted(name)} is no bundle of SegLoss Lab: it holds no part `{MANIFEST}`. Choose a "
            f"file that was saved here; its name ends in {SUFFIX}.",
        )
    manifest = _manifest(archive, limits)
    try:
        arrays = _arrays(archive, manifest, limits)
        return _bundle(manifest, arrays)
    except ReadError:
        raise
    except MemoryError:
        raise ReadError(
            "too_large", f"{quoted(name)} needs more memory than there is. Crop the pair."
        ) from None
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        # Pair and Prediction check that everything fits; what they say is about the manifest.
        raise _wrong(name, "its manifest and its arrays do not belong together") from error


def _manifest(archive: Zipped, limits: Limits) -> dict[str, Any]:
    name = archive.name
    said = archive.part(MANIFEST, _MANIFEST_BYTES)
    try:
        manifest = parsed(said, limits)
    except Refused as refused:
        raise ReadError(
            refused.code, f"{quoted(name)} holds a manifest that {refused.text}"
        ) from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise _wrong(name, "its manifest is that of another format", "archive")
    version = manifest.get("version")
    if type(version) is not int or version < 1:
        raise _wrong(name, "its manifest names no version")
    if version > VERSION:
        raise ReadError(
            "unsupported",
            f"{quoted(name)} was saved by a newer SegLoss Lab (bundle version "
            f"{min(version, 999)}; this one opens version {VERSION}). Update this one, or save the "
            "pair there as PNG files.",
        )
    return manifest


def _arrays(archive: Zipped, manifest: dict[str, Any], limits: Limits) -> dict[str, Array]:
    """Every plane that is there, after its digest is compared."""
    name, digests = archive.name, manifest["sha256"]
    files = archive.parts.keys() - {MANIFEST}
    if not isinstance(digests, dict) or files != digests.keys():
        raise _wrong(name, "its parts are not those that its manifest lists")
    unknown = files - {plane.file for plane in _PLANES.values()}
    if unknown:
        raise ReadError(
            "unsupported",
            f"{quoted(name)} holds {quoted(min(unknown))}, which this SegLoss Lab does not know. "
            "Update this one, or save the pair there as PNG files.",
        )
    found = {}
    for role, plane in _PLANES.items():
        if plane.file not in files:
            continue
        data = archive.part(plane.file, limits.unpacked_bytes + npy.HEAD)
        if hashlib.sha256(data).hexdigest() != digests[plane.file]:
            raise _wrong(name, f"its part `{plane.file}` is not the one that was saved")
        try:
            found[role] = _unpacked(plane.file, data, limits)
        except ReadError as error:
            code: Code = "too_large" if error.code == "too_large" else "corrupt"
            raise _wrong(name, f"its part `{plane.file}` does not hold an array", code) from error
    return found


def _unpacked(file: str, data: bytes, limits: Limits) -> Array:
    if file.endswith(".png"):
        return read_file(data, file, role="image", limits=limits).array
    header, _ = npy.checked(data[: npy.HEAD], file, Asked("prediction", limits=limits))
    return npy.values(data, header, file)


def _bundle(manifest: dict[str, Any], arrays: dict[str, Array]) -> Bundle:
    said = manifest["pair"]
    masks = {role: arrays[role] for role in ("target", "ignored") if role in arrays}
    if not all(np.isin(mask, (0, 255)).all() for mask in masks.values()):
        raise ValueError("a mask holds other values than 0 and 255")
    notes = said["notes"]
    if not isinstance(notes, list):
        raise TypeError("notes are no list")
    pair = Pair(
        image=arrays.get("image"),
        target=masks["target"] // 255,
        ignored=masks["ignored"] > 0 if "ignored" in masks else None,
        prediction=_prediction(manifest["prediction"], arrays),
        name=_text(said["name"]),
        origin=cast(Origin, _text(said["origin"])),
        names=_texts(said["names"]),
        notes=tuple(_text(note) for note in notes),
    )
    return Bundle(pair, _texts(manifest["state"]), _text(manifest["page"]))


def _prediction(said: dict[str, Any], arrays: dict[str, Array]) -> Prediction:
    """The prediction of any kind; its table follows from kind and confidence."""
    kind, confidence, clipped = said["kind"], said["confidence"], said["clipped"]
    if type(clipped) is not int or clipped < 0:
        raise ValueError("clipped is no count")
    if ("codes" in arrays) == ("logits" in arrays):
        raise ValueError("a prediction is codes or logits")
    if kind == "float":
        return Prediction(None, None, arrays["logits"], kind, confidence, clipped)
    one = np.zeros((1, 1), np.uint8)
    like = Prediction.coded(one) if kind == "probability" else Prediction.hard(one, confidence)
    found = replace(like, codes=arrays["codes"], clipped=clipped)
    if (found.kind, found.confidence) != (kind, confidence):
        raise ValueError("no prediction is of this kind and confidence")
    return found


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is no text")
    value.encode()  # raises UnicodeEncodeError for half a character, which nothing can show
    return value


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise TypeError("a table is no table")
    return {_text(key): _text(text) for key, text in value.items()}


def _wrong(name: str, why: str, code: Code = "corrupt") -> ReadError:
    return ReadError(
        code, f"{quoted(name)} cannot be opened: {why}. Save or download the bundle again."
    )
