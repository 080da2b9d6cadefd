"""Valid files written by the libraries that own the formats, never by the readers' own code."""

from __future__ import annotations

import gzip
import io
from typing import Any

import nibabel
import numpy as np
import tifffile
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    RLELossless,
)

CT = "1.2.840.10008.5.1.4.1.1.2"
SEG = "1.2.840.10008.5.1.4.1.1.66.4"
PATIENT = "Secret^Person"


def npy(array: np.ndarray, **options: Any) -> bytes:
    out = io.BytesIO()
    np.save(out, array, **options)
    return out.getvalue()


def npz(compressed: bool = True, **arrays: np.ndarray) -> bytes:
    out = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(out, **arrays)
    return out.getvalue()


def tiff(array: np.ndarray, **options: Any) -> bytes:
    out = io.BytesIO()
    tifffile.imwrite(out, array, **options)
    return out.getvalue()


def pillow_tiff(array: np.ndarray | Image.Image, **options: Any) -> bytes:
    out = io.BytesIO()
    picture = array if isinstance(array, Image.Image) else Image.fromarray(array)
    picture.save(out, "TIFF", **options)
    return out.getvalue()


def nifti(
    array: np.ndarray,
    affine: np.ndarray | None = None,
    slope: float | None = None,
    intercept: float = 0.0,
    two: bool = False,
    big: bool = False,
) -> bytes:
    """A volume with axes (x, y, z), its slope and intercept in the header."""
    kind = nibabel.Nifti2Image if two else nibabel.Nifti1Image
    header = kind.header_class(endianness=">" if big else "<")
    header.set_data_dtype(array.dtype.newbyteorder(">" if big else "<"))
    image = kind(array, np.eye(4) if affine is None else affine, header, dtype=array.dtype)
    if slope is not None:
        # Written with the stored values as they are: nibabel would divide them.
        image.header.set_slope_inter(slope, intercept)
    return image.to_bytes()


def zipped(data: bytes, members: int = 1) -> bytes:
    """Gzip, cut into so many members that follow each other."""
    step = -(-len(data) // members)
    return b"".join(gzip.compress(data[at : at + step]) for at in range(0, len(data), step))


def dicom(
    array: np.ndarray, syntax: str = ExplicitVRLittleEndian, kind: str = CT, **tags: Any
) -> bytes:
    """A picture (H x W) or several frames (N x H x W) with a patient's name in it."""
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian if syntax == RLELossless else syntax
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = kind
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = "1.2.3"
    data.PatientName, data.PatientID = PATIENT, "ID-77"
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    if array.ndim == 3:
        data.NumberOfFrames = len(array)
    data.Rows, data.Columns = array.shape[-2:]
    data.BitsAllocated = data.BitsStored = 8 * array.dtype.itemsize
    data.HighBit = data.BitsStored - 1
    data.PixelRepresentation = int(array.dtype.kind == "i")
    data.PixelData = array.tobytes()
    for tag, value in tags.items():
        setattr(data, tag, value)
    if syntax == RLELossless:
        data.compress(RLELossless)
    out = io.BytesIO()
    data.save_as(out, enforce_file_format=True)
    return out.getvalue()


def jpeg_dicom(frames: list[np.ndarray], quality: int = 95, **tags: Any) -> bytes:
    """Frames (H x W, or H x W x 3) packed as baseline JPEG."""
    packed = []
    for frame in frames:
        out = io.BytesIO()
        Image.fromarray(frame).save(out, "JPEG", quality=quality)
        packed.append(out.getvalue())
    first = frames[0]
    if first.ndim == 3:
        tags = {"SamplesPerPixel": 3, "PhotometricInterpretation": "YBR_FULL_422", **tags}
        tags["PlanarConfiguration"] = 0
    base = dicom(first if first.ndim == 2 else np.ascontiguousarray(first[..., 0]))
    data = dcmread(io.BytesIO(base))
    data.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    for tag, value in {"NumberOfFrames": len(frames), **tags}.items():
        setattr(data, tag, value)
    data.PixelData = encapsulate(packed)
    data["PixelData"].is_undefined_length = True
    out = io.BytesIO()
    data.save_as(out, enforce_file_format=True)
    return out.getvalue()


def segmentation(frames: np.ndarray, of: list[int], labels: list[str], most: int = 0) -> bytes:
    """A DICOM-SEG: frame i belongs to segment of[i] (from 1); fractional where `most` is given."""

    def item(**tags: Any) -> Dataset:
        data = Dataset()
        for tag, value in tags.items():
            setattr(data, tag, value)
        return data

    segments = [item(SegmentNumber=i + 1, SegmentLabel=label) for i, label in enumerate(labels)]
    groups = [
        item(SegmentIdentificationSequence=[item(ReferencedSegmentNumber=number)]) for number in of
    ]
    tags: dict[str, Any] = {
        "SegmentSequence": segments,
        "PerFrameFunctionalGroupsSequence": groups,
        "SegmentationType": "FRACTIONAL" if most else "BINARY",
    }
    if most:
        tags["MaximumFractionalValue"] = most
    else:
        tags |= {"BitsAllocated": 1, "BitsStored": 1, "HighBit": 0}
        tags["PixelData"] = np.packbits(frames.ravel(), bitorder="little").tobytes()
    return dicom(frames.astype(np.uint8), kind=SEG, **tags)


def valid_pictures() -> dict[str, bytes]:
    """One small file of every kind that the picture reader knows."""
    rng = np.random.default_rng(6)
    greys = rng.integers(0, 256, (13, 17), dtype=np.uint8)
    colours = rng.integers(0, 256, (13, 17, 3), dtype=np.uint8)
    mask = rng.integers(0, 2, (13, 17)).astype(np.uint8)

    def saved(array: np.ndarray | Image.Image, kind: str, **options: Any) -> bytes:
        out = io.BytesIO()
        picture = array if isinstance(array, Image.Image) else Image.fromarray(array)
        picture.save(out, kind, **options)
        return out.getvalue()

    palette = Image.fromarray(mask, "P")
    palette.putpalette([200, 30, 30, 30, 30, 200])
    return {
        "greys.png": saved(greys, "PNG"),
        "mask.png": saved(mask * np.uint8(255), "PNG"),
        "colours.png": saved(colours, "PNG"),
        "alpha.png": saved(np.dstack([colours, mask * np.uint8(255)]), "PNG"),
        "palette.png": saved(palette, "PNG"),
        "deep.png": saved(greys.astype(np.uint16) * 257, "PNG"),
        "photo.jpg": saved(colours, "JPEG"),
        "scans.jpg": saved(greys, "JPEG", progressive=True),
        "photo.webp": saved(colours, "WEBP"),
        "exact.webp": saved(colours, "WEBP", lossless=True),
        "greys.bmp": saved(greys, "BMP"),
        "colours.bmp": saved(colours, "BMP"),
    }


def valid_arrays() -> dict[str, bytes]:
    """One small file of every kind that the array readers know."""
    rng = np.random.default_rng(5)
    mask = rng.integers(0, 2, (13, 17)).astype(np.uint8)
    greys = rng.integers(0, 256, (13, 17), dtype=np.uint8)
    colours = rng.integers(0, 256, (13, 17, 3), dtype=np.uint8)
    soft = rng.random((13, 17))
    volume = rng.integers(0, 2, (17, 13, 5)).astype(np.int16)
    return {
        "mask.npy": npy(mask),
        "greys.npy": npy(greys),
        "soft.npy": npy(soft.astype(">f4")),
        "fortran.npy": npy(np.asfortranarray(soft)),
        "colours.npy": npy(colours),
        "stack.npy": npy(rng.integers(0, 2, (5, 13, 17)).astype(bool)),
        "one.npz": npz(mask=mask),
        "two.npz": npz(False, mask=mask, soft=soft),
        "greys.tif": tiff(greys),
        "lzw.tif": pillow_tiff(greys, compression="tiff_lzw"),
        "jpeg.tif": pillow_tiff(greys, compression="jpeg"),
        "fax.tif": pillow_tiff(Image.fromarray(mask.astype(bool)), compression="group4"),
        "deep.tif": tiff((greys * 200.0).astype(np.uint16), byteorder=">"),
        "soft.tif": tiff(soft.astype(np.float32), compression="zlib"),
        "double.tif": tiff(soft, bigtiff=True),
        "colours.tif": tiff(colours, photometric="rgb"),
        "stack.tif": tiff(np.stack([mask, 1 - mask]), photometric="minisblack"),
        "tiles.tif": tiff(np.tile(greys, (3, 3)), tile=(16, 16), compression="zlib"),
        "volume.nii": nifti(volume),
        "volume2.nii": nifti(volume, two=True, big=True),
        "scaled.nii.gz": zipped(nifti(volume, slope=0.5, intercept=0.25)),
        "members.nii.gz": zipped(nifti(volume), 3),
        "ct.dcm": dicom(greys.astype(np.int16), WindowCenter=40, WindowWidth=400),
        "implicit.dcm": dicom(mask, ImplicitVRLittleEndian),
        "rle.dcm": dicom(greys, RLELossless),
        "jpeg.dcm": jpeg_dicom([greys, greys]),
        "frames.dcm": dicom(np.stack([mask, 1 - mask])),
        "seg.dcm": segmentation(np.stack([mask, 1 - mask]), [1, 2], ["liver", "tumour"]),
    }
