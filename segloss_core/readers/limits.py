"""How much a file may ask for, in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds a file must keep; pass another instance to `read` to change them.

    file_bytes: size of the whole file.
    pixels: height times width, checked in the header before any pixel is decoded.
    parts: PNG chunks, JPEG segments or WebP chunks; a photograph has a few hundred at most.
    jpeg_scans: passes over a progressive JPEG, each of which costs a full decode; cameras and
        web tools write 1 to 12.
    rle_bytes: size of a run-length coded BMP or DICOM file, which is decoded in slow Python.
    stack_pixels: pages times height times width, of the pages that are wanted.
    unpacked_bytes: what a compressed file may become, and what any array may take.
    members: arrays in one NPZ, or files in one ZIP.
    archive_bytes: what all files of a ZIP unpack to; they are unpacked one by one.
    archive_ratio: how many times its size a ZIP may unpack to; honest ones stay below 1032.
    pairs: pairs in one ZIP.
    tags: reads that the tags of a DICOM file take, two or three each.
    pages: pages of a TIFF, each of which has a header to walk.
    json_parts: commas and opening brackets of a JSON file; each may become an object in memory.
    json_depth: how deep its brackets nest; the formats read here need six.
    objects: outlines and masks of one picture.
    points: corners of all outlines of one picture.
    outline_pixels: rows or columns those outlines run through, edge by edge.
    painted_pixels: areas of the boxes around all objects of one picture.
    """

    file_bytes: int = 50_000_000
    pixels: int = 2**24
    parts: int = 2**16
    jpeg_scans: int = 32
    rle_bytes: int = 1_000_000
    json_parts: int = 2_500_000
    json_depth: int = 64
    objects: int = 10_000
    points: int = 250_000
    outline_pixels: int = 8_000_000
    painted_pixels: int = 300_000_000
    stack_pixels: int = 2**25
    unpacked_bytes: int = 2**27
    members: int = 1000
    archive_bytes: int = 2**29
    archive_ratio: int = 1040
    pairs: int = 200
    tags: int = 100_000
    pages: int = 2048


LIMITS = Limits()
