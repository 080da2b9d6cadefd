"""TIFF: Pillow for greys, colours and palettes, tifffile for what Pillow would change."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from .asked import Asked
from .errors import Question, ReadError
from .headers import HeaderError, TooManyParts
from .modes import PictureMode, to_raster
from .names import quoted
from .planes import check_bytes, check_planes, no_such_page, times
from .reading import Raster
from .tiff_header import Page, read_pages

# None, fax, LZW, JPEG, deflate, PackBits. Pillow has the decoders of all of them.
_COMPRESSIONS = {1, 2, 3, 4, 5, 7, 8, 32773, 32946}
_UNPACKED_BY_TIFFFILE = {1, 8, 32946}
_FAX = {2, 3, 4}
_JPEG = 7
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _YCBCR = 0, 1, 2, 3, 6
_UNSIGNED, _SIGNED, _FLOAT = 1, 2, 3
_STORED = "In this TIFF 0 is white; values are read as stored, not as they look"


def decode(data: bytes, name: str, asked: Asked) -> Raster:
    """Read the only page of a TIFF, all of its equal pages as a stack, or `asked.page`.

    Raises ReadError: corrupt, too_large, multiframe, bad_mode, bad_dtype, unsupported.
    """
    pages = _checked(data, name, asked)
    total = len(pages)
    if asked.page is not None:
        if asked.page >= total:
            raise no_such_page(name, asked.page, total)
        pages = [pages[asked.page]]
    _check_equal(pages, name)
    check_planes(pages[0].size, len(pages), name, asked.limits)
    check_bytes(sum(_bytes(page) for page in pages), name, asked.limits)
    rasters = _decoded(data, pages, name, asked)
    first = rasters[0]
    if len(rasters) == 1:
        return replace(first, pages=total)
    if len({raster.array.shape for raster in rasters}) > 1:
        raise ReadError(
            "multiframe",
            f"{quoted(name)} has {total} pages, some grey and some in colour. Choose one page.",
            _which_page([times(raster.array.shape) for raster in rasters]),
        )
    array = np.stack([raster.array for raster in rasters])
    return replace(first, array=array, stacked=True, pages=total)


def _checked(data: bytes, name: str, asked: Asked) -> list[Page]:
    limits = asked.limits
    try:
        every = read_pages(data, limits.pages, limits.parts)
    except TooManyParts:
        raise ReadError(
            "too_large",
            f"{quoted(name)} has more than {limits.pages:,} pages or {limits.parts:,} parts, more "
            "than are read. Save fewer pages, or the picture as PNG.",
        ) from None
    except HeaderError as error:
        raise ReadError(
            "corrupt",
            f"{quoted(name)} has a broken header: {error}. Save or download it again.",
        ) from None
    pages = [page for page in every if not page.preview] or every
    for page in pages if asked.page is None else pages[asked.page : asked.page + 1]:
        _check_page(page, name, asked)
    return pages


def _check_page(page: Page, name: str, asked: Asked) -> None:
    height, width = page.size
    if height < 1 or width < 1 or page.samples < 1:
        raise ReadError(
            "corrupt",
            f"{quoted(name)} says it is {width} × {height} pixels (width × height), which is no "
            "picture. Save it again.",
        )
    check_planes(page.size, 1, name, asked.limits)
    if page.tile > asked.limits.pixels:
        raise ReadError(
            "too_large",
            f"{quoted(name)} is cut into tiles of {page.tile:,} pixels; up to "
            f"{asked.limits.pixels:,} are read. Save it without tiles.",
        )
    if page.compression not in _COMPRESSIONS:
        raise ReadError(
            "unsupported",
            f"{quoted(name)} is a TIFF of compression {page.compression}, which is not read. "
            "Save it with deflate, LZW or none.",
        )
    if page.samples > 4:
        raise ReadError(
            "bad_mode",
            f"{quoted(name)} has {page.samples} channels; grey and colours are read. Save the "
            "channels as pages.",
        )


def _bytes(page: Page) -> int:
    return page.size[0] * page.size[1] * page.samples * max(1, page.bits // 8)


def _check_equal(pages: list[Page], name: str) -> None:
    different = {(page.size, page.bits, page.samples, page.format) for page in pages}
    if len(different) == 1:
        return
    sizes = [f"{page.size[1]:,} × {page.size[0]:,}" for page in pages]
    listed = ", ".join(sizes[:6]) + (", …" if len(sizes) > 6 else "")
    raise ReadError(
        "multiframe",
        f"{quoted(name)} has {len(pages)} pages of different sizes or types ({listed}); only "
        "equal ones are a stack. Choose one page.",
        _which_page(sizes),
    )


def _which_page(sizes: list[str]) -> Question:
    says = (f"page {number}: {size}" for number, size in enumerate(sizes))
    return Question("page", tuple(range(len(sizes))), tuple(says))


def _by_pillow(page: Page) -> bool:
    """Tell whether Pillow keeps the values of such a page as they are."""
    kind = (page.format, page.bits)
    if page.photometric in (_RGB, _YCBCR):
        return kind == (_UNSIGNED, 8) and page.planar == 1
    if page.photometric == _PALETTE:
        return page.format == _UNSIGNED and page.bits <= 8 and page.samples == 1
    if page.photometric not in (_WHITE_IS_ZERO, _BLACK_IS_ZERO):
        return False
    if page.samples == 2:
        return kind == (_UNSIGNED, 8) and page.planar == 1
    # Pillow does not turn 16-bit greys whose 0 is white.
    black = page.photometric == _BLACK_IS_ZERO
    if kind == (_FLOAT, 32):
        # Pillow swaps the bytes of compressed big-endian floats twice.
        return black and page.samples == 1 and not (page.big_endian and page.compression > 1)
    deep = black and kind == (_UNSIGNED, 16)
    return page.samples == 1 and (deep or kind in ((_UNSIGNED, 1), (_UNSIGNED, 8)))


def _decoded(data: bytes, pages: list[Page], name: str, asked: Asked) -> list[Raster]:
    try:
        if _by_pillow(pages[0]):
            return _pillow(data, pages, name, asked)
        return _tifffile(data, pages, name, asked)
    except ReadError:
        raise
    except (MemoryError, Image.DecompressionBombError):
        raise ReadError(
            "too_large",
            f"{quoted(name)} needs more memory than there is to decode. Save a smaller picture.",
        ) from None
    except Exception:
        # Both libraries raise a dozen types on broken files, and their texts echo file content.
        height, width = pages[0].size
        raise ReadError(
            "corrupt",
            f"{quoted(name)} says it is {width} × {height} pixels (width × height), but its data "
            "is cut off or damaged. Save or download it again.",
        ) from None


def _pillow(data: bytes, pages: list[Page], name: str, asked: Asked) -> list[Raster]:
    found = []
    with Image.open(io.BytesIO(data), formats=["TIFF"]) as image:
        for page in pages:
            image.seek(page.index)
            if (image.height, image.width) != page.size:
                raise HeaderError("its headers disagree about the size")
            lossy = page.compression == _JPEG
            # Pillow turns a TIFF by itself as it loads it.
            image.load()
            if image.mode == "F":
                found.append(Raster(np.array(image)))
            else:
                mode = PictureMode(page.bits, lossy, 1)
                raster = to_raster(image, name, asked.role, mode)
                found.append(_as_stored(raster, page, asked))
    return found


def _as_stored(raster: Raster, page: Page, asked: Asked) -> Raster:
    """Undo Pillow's turning of greys whose 0 is white, where values and not looks count.

    ImageJ and tifffile mark masks so, whose objects are 255 or 1; in a fax it is how bits are
    packed.
    """
    if page.photometric != _WHITE_IS_ZERO or asked.role == "image" or page.compression in _FAX:
        return raster
    array = ~raster.array if raster.array.dtype == np.bool_ else 255 - raster.array
    return replace(raster, array=array, notes=(*raster.notes, _STORED))


def _tifffile(data: bytes, pages: list[Page], name: str, asked: Asked) -> list[Raster]:
    page = pages[0]
    called = f"{page.bits}-bit {'floats' if page.format == _FLOAT else 'whole numbers'}"
    try:
        import tifffile
    except ImportError:
        raise ReadError(
            "unsupported",
            f"{quoted(name)} is a TIFF of {called}, which needs the package tifffile. Install "
            "segloss-core[tiff], or save it as NPY.",
        ) from None
    grey = page.photometric in (_WHITE_IS_ZERO, _BLACK_IS_ZERO)
    colours = page.photometric == _RGB and page.samples in (3, 4)
    whole_bytes = page.bits in (8, 16, 32, 64) and page.format in (_UNSIGNED, _SIGNED, _FLOAT)
    if not whole_bytes or not (colours or (grey and page.samples == 1)):
        raise ReadError(
            "bad_dtype",
            f"{quoted(name)} is a TIFF of {called} in {page.samples} channels, photometric type "
            f"{page.photometric}, which has no single reading. Save it as grey with 8, 16 or 32 "
            "bits.",
        )
    if page.compression not in _UNPACKED_BY_TIFFFILE:
        raise ReadError(
            "unsupported",
            f"{quoted(name)} is a TIFF of {called} with compression {page.compression}; such "
            "values are read with deflate or none. Save it again so.",
        )
    if colours and asked.role != "image":
        raise ReadError(
            "bad_mode",
            f"{quoted(name)} is a colour picture with {page.bits} bits a channel; a {asked.role} "
            "needs greys. Save it as grey.",
        )
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        return [_plane(file.pages[p.index].asarray(maxworkers=1), p, asked) for p in pages]


def _plane(array: NDArray[Any], page: Page, asked: Asked) -> Raster:
    notes: tuple[str, ...] = ()
    if page.samples > 1:
        array = np.moveaxis(array, 0, -1) if page.planar == 2 else array
        if page.samples == 4:
            array, notes = array[..., :3], ("Transparency ignored",)
    if array.shape != page.size + (3,) * (page.samples > 1):
        raise HeaderError("its headers disagree about the size")
    if page.photometric == _WHITE_IS_ZERO:
        if asked.role != "image":
            notes += (_STORED,)
        elif page.format == _UNSIGNED:
            array = np.iinfo(array.dtype).max - array
    return Raster(array.astype(array.dtype.newbyteorder("="), copy=False), notes=notes)
