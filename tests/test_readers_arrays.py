"""Arrays and volumes: files of NumPy, tifffile, nibabel and pydicom come back value by value."""

from __future__ import annotations

import gzip
import io
import logging
import struct
import subprocess
import sys
import tempfile
import time
import tracemalloc
import zipfile
import zlib
from pathlib import Path
from typing import Any, get_args

import nibabel
import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image
from pydicom.uid import DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

from segloss_core.pair import Prediction
from segloss_core.readers import Code, Limits, ReadError, Reading, Role, Scale, read

from .fuzz_readers import check, run
from .reader_files import (
    PATIENT,
    dicom,
    nifti,
    npy,
    npz,
    pillow_tiff,
    segmentation,
    tiff,
    valid_arrays,
    zipped,
)

RNG = np.random.default_rng(3)
MASK = RNG.integers(0, 2, (13, 17)).astype(np.uint8)
GREYS = RNG.integers(0, 256, (13, 17), dtype=np.uint8)
COLOURS = RNG.integers(0, 256, (13, 17, 3), dtype=np.uint8)
SOFT = RNG.random((13, 17))
STACK = RNG.integers(0, 2, (5, 13, 17)).astype(np.uint8)
VOLUME = RNG.integers(0, 2, (17, 13, 5)).astype(np.int16)
DTYPES = ["?", "u1", "i1", "<u2", ">u2", "<i2", ">i2", "<i4", ">u4", "<i8", ">u8"]
FLOATS = ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]


def target(data: bytes, name: str = "m.npy", **options: Any) -> Reading:
    return read(data, name, role="target", **options)


def labels(data: bytes, name: str = "m.npy", **options: Any) -> Reading:
    return read(data, name, role="target", values="labels", **options)


def guess(data: bytes, scale: Scale | None = None, **options: Any) -> Reading:
    return read(data, "p.npy", role="prediction", scale=scale, **options)


def refused(data: bytes, code: Code, role: Role = "target", **options: Any) -> str:
    """Read, check the code and what holds for every message, and give the message."""
    with pytest.raises(ReadError) as caught:
        read(data, "scan.x", role=role, **options)
    text = str(caught.value)
    assert caught.value.code == code, text
    assert code in get_args(Code)
    assert text.startswith("`scan.x`")
    assert text.endswith((".", "?"))
    assert len(text) < 420
    for word in ("Traceback", "/usr", ".py ", "object at", "Error"):
        assert word not in text
    return text


# Dtypes, byte orders and memory orders


@pytest.mark.parametrize("dtype", [*DTYPES, *FLOATS])
@pytest.mark.parametrize("order", ["C", "F"])
def test_masks_of_every_dtype_and_order(dtype: str, order: str) -> None:
    array = np.asarray(MASK.astype(dtype), order=order)  # type: ignore[call-overload]
    for data in (npy(array), npz(mask=array), npz(False, mask=array)):
        reading = target(data)
        assert np.array_equal(reading.array, MASK)
        assert reading.array.dtype == np.uint8
        assert reading.array.flags.c_contiguous


@pytest.mark.parametrize("dtype", FLOATS)
def test_probabilities_of_every_float(dtype: str) -> None:
    array = SOFT.astype(dtype)
    reading = guess(npy(array))
    assert (reading.scale, reading.array.dtype) == ("probability", np.float32)
    assert np.array_equal(reading.array, array.astype(np.float32))
    assert "Floats from 0 to 1: read as probabilities" in reading.assumptions
    assert ("64-bit floats are kept with 32 bits" in reading.assumptions) == ("f8" in dtype)


@pytest.mark.parametrize("two", [255, 65535])
@pytest.mark.parametrize("dtype", ["<i4", ">u2", "f8"])
def test_other_spellings_of_a_binary_mask(two: int, dtype: str) -> None:
    assert np.array_equal(target(npy((MASK.astype(int) * two).astype(dtype))).array, MASK)


SHAPES = hnp.array_shapes(min_dims=2, max_dims=2, max_side=9)


@settings(deadline=None)
@given(
    hnp.arrays(st.sampled_from(["?", "u1", "<u2", ">i4", "i8"]), SHAPES, elements=st.integers(0, 1))
    | hnp.arrays(st.sampled_from([">f4", "f8"]), SHAPES, elements=st.sampled_from([0.0, 1.0]))
)
def test_any_binary_array_comes_back(array: np.ndarray) -> None:
    for data in (npy(array), npz(a=array)):
        assert np.array_equal(target(data).array, array)


@settings(deadline=None)
@given(
    hnp.arrays(st.sampled_from(["u1", ">u2", "i4", "<i8"]), SHAPES, elements=st.integers(0, 120))
)
def test_any_labels_come_back(array: np.ndarray) -> None:
    reading = labels(npy(array))
    assert np.array_equal(reading.array, array)
    assert reading.array.dtype == np.uint8
    # The same through every format that holds such numbers.
    if array.dtype.itemsize < 8:
        assert np.array_equal(labels(tiff(array, photometric="minisblack")).array, array)
    volume = nifti(array.astype(np.int32)[:, :, None])
    assert np.array_equal(labels(volume).array, array.T)


@settings(deadline=None)
@given(hnp.arrays(st.sampled_from(["<f4", ">f4"]), SHAPES, elements=st.floats(-9e4, 9e4, width=32)))
def test_any_logits_come_back(array: np.ndarray) -> None:
    for data in (npy(array), tiff(array, photometric="minisblack")):
        reading = guess(data, "logit")
        assert reading.scale == "logit"
        assert np.array_equal(reading.array, array)


@settings(deadline=None)
@given(
    st.sampled_from(["<f4", ">f4", "f8"]),
    hnp.array_shapes(min_dims=3, max_dims=3, min_side=5, max_side=7),
)
def test_any_volume_comes_back_with_its_slices_first(dtype: str, shape: tuple[int, ...]) -> None:
    array = RNG.random(shape).astype(dtype)
    for data in (nifti(array), nifti(array, two=True, big=True), zipped(nifti(array), 2)):
        reading = guess(data)
        assert np.array_equal(reading.array, array.transpose(2, 1, 0).astype(np.float32))
        assert (reading.pages, reading.stacked) == (shape[2], True)
        one = guess(data, page=shape[2] - 1)
        assert np.array_equal(one.array, reading.array[-1])


# Axes


@pytest.mark.parametrize("shape", [(1, 13, 17), (13, 17, 1), (1, 1, 13, 17), (1, 13, 17, 1, 1)])
def test_axes_of_length_one_at_the_ends_are_dropped(shape: tuple[int, ...]) -> None:
    assert np.array_equal(target(npy(MASK.reshape(shape))).array, MASK)


def test_a_mask_one_pixel_wide_stays_two_axes() -> None:
    assert target(npy(MASK[:1])).size == (1, 17)
    assert target(npy(MASK[:, :1])).size == (13, 1)
    assert target(npy(MASK[None, :, :1])).size == (13, 1)


@pytest.mark.parametrize("shape", [(), (5,), (0, 4), (2, 0, 4), (2, 3, 4, 5)])
def test_other_shapes_are_refused_and_written_out(shape: tuple[int, ...]) -> None:
    text = refused(npy(np.zeros(shape, np.uint8)), "shape")
    assert (" × ".join(map(str, shape)) or "no axes") in text


def test_colours_are_found_first_and_last() -> None:
    last = read(npy(COLOURS), "c.npy", role="image")
    assert np.array_equal(last.array, COLOURS)
    assert (last.assumptions, last.stacked) == ((), False)
    first = read(npy(COLOURS.transpose(2, 0, 1)), "c.npy", role="image")
    assert np.array_equal(first.array, COLOURS)
    assert first.assumptions == ("First axis of 3 read as colours",)


def test_colours_are_asked_for_where_both_ends_are_short() -> None:
    both = RNG.integers(0, 256, (3, 17, 3), dtype=np.uint8)
    text = refused(npy(both), "ambiguous", "image")
    assert "3 × 17 × 3" in text
    assert "axis 0 or axis 2" in text
    assert np.array_equal(read(npy(both), "c", role="image", axis=2).array, both)
    moved = read(npy(both), "c", role="image", axis=0).array
    assert np.array_equal(moved, both.transpose(1, 2, 0))
    refused(npy(both), "shape", "image", axis=3)


def test_pages_are_asked_for_where_the_shape_does_not_tell() -> None:
    # 40 pages of 30 × 20, or 20 classes of 40 × 30?
    array = RNG.integers(0, 2, (40, 30, 20)).astype(np.uint8)
    refused(npy(array), "ambiguous")
    assert target(npy(array), axis=0).array.shape == (40, 30, 20)
    last = target(npy(array), axis=-1)
    assert np.array_equal(last.array, array.transpose(2, 0, 1))
    # Square pages tell by themselves, however many there are.
    assert target(npy(np.ones((50, 20, 20)))).array.shape == (50, 20, 20)


def test_equal_channels_are_one_grey_and_different_ones_a_question() -> None:
    three = np.repeat(MASK[..., None], 3, 2) * np.uint8(255)
    reading = target(npy(three))
    assert np.array_equal(reading.array, MASK)
    assert reading.assumptions == ("Equal channels read as one grey",)
    one_hot = np.dstack([MASK, 1 - MASK, 0 * MASK])
    assert "13 × 17 × 3" in refused(npy(one_hot), "ambiguous")
    assert np.array_equal(target(npy(one_hot), page=1).array, 1 - MASK)
    assert target(npy(one_hot), axis=2).array.shape == (3, 13, 17)


def test_opaque_colours_lose_their_alpha_and_others_are_refused() -> None:
    opaque = np.dstack([COLOURS, np.full((13, 17), 255, np.uint8)])
    assert np.array_equal(read(npy(opaque), "c", role="image").array, COLOURS)
    refused(npy(np.dstack([COLOURS, GREYS])), "bad_mode", "image")


def test_a_stack_has_one_leading_axis_and_gives_single_pages() -> None:
    whole = target(npy(STACK))
    assert np.array_equal(whole.array, STACK)
    assert (whole.pages, whole.page, whole.size, whole.stacked) == (5, None, (13, 17), True)
    for page in range(5):
        one = target(npy(STACK), page=page)
        assert np.array_equal(one.array, STACK[page])
        assert (one.pages, one.page, one.size, one.stacked) == (5, page, (13, 17), False)
    assert "5 pages, numbers 0 to 4; page 5" in refused(npy(STACK), "multiframe", page=5)
    assert "one page, number 0" in refused(npy(MASK), "multiframe", page=1)
    assert target(npy(MASK), page=0).pages == 1
    assert target(npy(STACK), size=(13, 17)).pages == 5
    refused(npy(STACK), "size_mismatch", size=(17, 13))


# Values


def test_what_is_not_finite_is_counted_and_placed() -> None:
    bad = SOFT.copy()
    bad[4, 7], bad[6, 1], bad[6, 2], bad[12, 16] = np.nan, np.inf, np.nan, -np.inf
    for role in ("image", "target", "prediction"):
        text = refused(npy(bad), "nonfinite", role)
        assert "2 × NaN, 1 × +∞, 1 × −∞ among 221 values" in text
        assert "row 4, column 7" in text
    refused(npy(bad), "nonfinite", "target", values="labels")
    refused(npy(bad), "nonfinite", "prediction", scale="logit")
    infinite = np.zeros((3, 4), np.float16)
    infinite[2, 1] = -np.inf
    assert "1 × −∞" in refused(npy(infinite), "nonfinite", "prediction", scale="logit")
    stack = np.zeros((6, 13, 17))
    stack[2, 3, 4] = np.nan
    assert "page 2, row 3, column 4" in refused(npy(stack), "nonfinite", "prediction")


def test_probabilities_may_leave_their_range_by_a_rounding_error() -> None:
    near = np.array([[-9e-7, 0.5, 1 + 9e-7]])
    reading = guess(npy(near), "probability")
    assert reading.array.tolist() == [[0.0, 0.5, 1.0]]
    assert "cut to 0 or 1" in reading.assumptions[0]
    for value in (-2e-6, 1 + 2e-6):
        text = refused(npy(np.array([[0.5, value]])), "range", "prediction", scale="probability")
        assert "1 lie outside 0 to 1" in text


def test_scales_are_guessed_and_the_guess_is_said() -> None:
    hard = guess(npy(MASK.astype(float)))
    assert (hard.scale, set(np.unique(hard.array))) == ("hard", {0, 255})
    assert hard.assumptions == ("Only 0 and 1 occur: read as a hard mask",)
    soft = guess(npy(MASK.astype(np.float32)), "probability")
    assert (soft.scale, soft.array.dtype) == ("probability", np.float32)
    assert np.array_equal(soft.array, MASK)
    logits = guess(npy(np.array([[-2.5, 4.0]], np.float32)))
    assert logits.scale == "logit"
    assert logits.array.tolist() == [[-2.5, 4.0]]
    assert logits.assumptions == ("Values −2.5 to 4: read as logits",)
    # On one side of 0 alone nothing tells logits from other numbers.
    assert "1.5 to 4" in refused(npy(np.array([[1.5, 4.0]])), "range", "prediction")
    assert guess(npy(np.array([[1.5, 4.0]])), "logit").scale == "logit"
    codes = guess(npy(GREYS.astype(np.int64)))
    assert np.array_equal(codes.array, GREYS)
    assert codes.assumptions == ("8-bit greys read as probabilities (g + ½)/256",)
    refused(npy(GREYS.astype(np.int16) - 300), "range", "prediction")
    refused(npy(SOFT), "not_binary", "prediction", scale="hard")
    whole = guess(npy(GREYS.astype(np.int16) - 90), "logit")
    assert np.array_equal(whole.array, GREYS.astype(np.float32) - 90)
    refused(npy(np.array([[1e300, 0.0]])), "range", "prediction", scale="logit")


def test_logits_that_were_read_make_a_prediction() -> None:
    z = RNG.normal(size=(13, 17)).astype(np.float32) * 30
    prediction = Prediction.from_logits(guess(npy(z)).array)
    assert np.array_equal(prediction.logits(), z)
    for wrong in (GREYS, SOFT[0], SOFT * np.nan):
        with pytest.raises(ValueError, match="plane must be"):
            Prediction.from_logits(wrong)


def test_sixteen_bit_arrays_are_probabilities() -> None:
    deep = (GREYS * 257.0).astype(">u2")
    reading = guess(npy(deep))
    assert np.array_equal(reading.array, ((deep + 0.5) / 65536).astype(np.float32))


def test_a_mask_of_other_values_is_refused_and_they_are_listed() -> None:
    text = refused(npy(np.array([[0.25, 0.75]])), "not_binary")
    assert "0.25, 0.75" in text
    assert "several classes" in text
    assert "−1, 0" in refused(npy(np.array([[-1, 0]])), "not_binary")
    assert "3 different values (0, 1, 2)" in refused(npy(np.array([[0, 1, 2]])), "not_binary")


def test_labels_of_every_kind() -> None:
    many = np.arange(221).reshape(13, 17)
    for dtype in ("u1", "i2", ">i4", "f4"):
        assert np.array_equal(labels(npy(many.astype(dtype))).array, many)
    far = labels(npy(np.array([[0, 33001]])))
    assert (far.array.dtype, far.array.tolist()) == (np.uint16, [[0, 33001]])
    farther = labels(npy(np.array([[0, 1_000_000]])))
    assert (farther.array.dtype, farther.array.tolist()) == (np.int32, [[0, 1_000_000]])
    assert labels(npy(MASK.astype(bool))).array.dtype == np.uint8


def test_labels_that_are_none_are_refused() -> None:
    assert "0.5" in refused(npy(np.array([[0.5, 1]])), "bad_labels", values="labels")
    assert "−3" in refused(npy(np.array([[-3, 1]])), "bad_labels", values="labels")
    assert "too large" in refused(npy(np.array([[2**40]])), "bad_labels", values="labels")
    for dtype in ("u2", "i8"):
        crowd = np.arange(300).reshape(15, 20).astype(dtype)
        assert "more than 256" in refused(npy(crowd), "bad_labels", values="labels")
    full = np.arange(256).reshape(16, 16)
    assert np.array_equal(labels(npy(full)).array, full)
    plus = np.arange(257)[None]
    refused(npy(plus), "bad_labels", values="labels")
    assert labels(npy(plus), ignore=256).array.max() == 256


def test_ignored_labels() -> None:
    array = np.array([[0, -1, 2]])
    text = refused(npy(array), "bad_labels", values="labels")
    assert "choose −1 as ignore" in text
    for dtype in ("i1", "i8", "f4"):
        reading = labels(npy(array.astype(dtype)), ignore=-1)
        assert reading.array.tolist() == [[0, 255, 2]]
        assert reading.assumptions == ("Label −1 is ignored and kept as 255",)
    refused(npy(np.array([[255, -1]])), "bad_labels", values="labels", ignore=-1)
    kept = labels(npy(np.array([[0, 255, 255]])), ignore=255)
    assert kept.array.tolist() == [[0, 255, 255]]
    assert kept.assumptions == ("Label 255 is ignored, in 2 pixels",)
    for options in ({"ignore": -2, "values": "labels"}, {"ignore": 255}, {"page": -1}):
        with pytest.raises(ValueError, match=r"ignore|page") as caught:
            target(npy(MASK), **options)
        assert not isinstance(caught.value, ReadError)


def test_labels_of_few_bits_and_palettes_are_indices() -> None:
    indices = RNG.integers(0, 4, (13, 17)).astype(np.uint8)
    picture = Image.fromarray(indices)
    out = io.BytesIO()
    picture.convert("L").save(out, "PNG", bits=2)
    palette = Image.frombytes("P", (17, 13), indices.tobytes())
    palette.putpalette([200, 0, 0, 0, 200, 0, 0, 0, 200, 9, 9, 9])
    coded = io.BytesIO()
    palette.save(coded, "PNG")
    assert np.array_equal(labels(coded.getvalue()).array, indices)
    assert np.array_equal(labels(pillow_tiff(palette)).array, indices)
    rows = b"".join(
        b"\0" + np.packbits(np.unpackbits(row[:, None], axis=1)[:, 6:].ravel()).tobytes()
        for row in indices
    )
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 17, 13, 2, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    grey = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    assert np.array_equal(labels(grey).array, indices)
    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG")
    assert "loss" in refused(jpeg.getvalue(), "bad_labels", values="labels")


def test_images_are_spread_or_kept_and_it_is_said() -> None:
    unit = read(npy(np.array([[0.0, 0.5, 1.0]])), "i", role="image")
    assert unit.array.tolist() == [[0, 128, 255]]
    assert unit.assumptions == ("Values 0 to 1 are shown as 0 to 255",)
    wide = read(npy(np.array([[-1000, 0, 1000]], np.int16)), "i", role="image")
    assert wide.array.tolist() == [[0, 128, 255]]
    assert wide.assumptions == ("Values −1000 to 1000 are shown as 0 to 255",)
    same = read(npy(GREYS.astype(np.int64)), "i", role="image")
    assert np.array_equal(same.array, GREYS)
    assert same.assumptions == ()
    flat = read(npy(np.full((2, 2), -7.5)), "i", role="image")
    assert flat.array.max() == 0
    huge = read(npy(np.array([[-1.7e308, 1.7e308]])), "i", role="image")
    assert huge.array.tolist() == [[0, 255]]


# NPY and NPZ


def test_pickles_are_never_opened() -> None:
    objects = npy(np.array([{}], object), allow_pickle=True)
    assert "never opened" in refused(objects, "pickle")
    out = io.BytesIO()
    np.savez(out, allow_pickle=True, a=np.array([{}, 1], object))
    refused(out.getvalue(), "pickle")
    refused(npy(np.zeros(3, [("a", object)]), allow_pickle=True), "pickle")


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((3, 3), np.complex64),
        np.array([["a", "b"]]),
        np.array([[b"a"]]),
        np.zeros((2, 2), "M8[s]"),
        np.zeros((2, 2), [("r", "u1"), ("g", "u1")]),
        np.zeros((2, 2), np.longdouble),
    ],
)
def test_other_types_of_values_are_named_and_refused(array: np.ndarray) -> None:
    assert "bool, whole numbers and floats" in refused(npy(array), "bad_dtype")


def test_a_bool_array_of_other_bytes_is_read_as_true() -> None:
    data = bytearray(npy(MASK.astype(bool)))
    start = len(data) - MASK.size
    data[start:] = bytes(MASK.ravel() * 7)
    assert np.array_equal(target(bytes(data)).array, MASK)


def test_chance_bytes_in_the_values_make_no_pickle() -> None:
    assert np.array_equal(
        labels(npy(np.frombuffer(b"|O" * 8, np.uint8).reshape(4, 4))).array[0], [124, 79, 124, 79]
    )


def test_a_cut_or_lengthened_array_is_corrupt() -> None:
    data = npy(GREYS)
    assert "221 bytes of values, 218 are there" in refused(data[:-3], "corrupt")
    assert "goes on" in refused(data + npy(GREYS), "corrupt")
    refused(data[:9], "corrupt")
    refused(data[:40], "corrupt")
    refused(b"\x93NUMPY\x09\0" + data[8:], "corrupt")


def lying(shape: str, dtype: str = "|u1") -> bytes:
    """A header that states anything, with no values behind it."""
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}"
    text += " " * (118 - len(text) - 1) + "\n"
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(text)) + text.encode()


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        ("(20000, 15000)", "too_large"),
        ("(99999999999999, 99999999999999)", "too_large"),
        ("(-1, 5)", "corrupt"),
        ("(True, 5)", "corrupt"),
        ("(200, 1000, 1000)", "too_large"),
        ("(3000000000,)", "shape"),
    ],
)
def test_a_lying_header_reserves_nothing(shape: str, code: Code) -> None:
    tracemalloc.start()
    refused(lying(shape), code)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_one_array_of_an_archive_is_chosen_by_name() -> None:
    data = npz(mask=MASK, soft=SOFT)
    assert "`mask`, `soft`" in refused(data, "ambiguous")
    assert np.array_equal(target(data, member="mask").array, MASK)
    assert guess(data, member="soft").scale == "probability"
    assert "no array `depth`" in refused(data, "ambiguous", member="depth")
    assert np.array_equal(target(npz(only=MASK)).array, MASK)
    assert "no parts with names" in refused(npy(MASK), "ambiguous", member="mask")
    assert "and 12 more" in refused(npz(**{f"a{i}": MASK for i in range(20)}), "ambiguous")


def archive(members: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, body in members:
            file.writestr(name, body)
    return out.getvalue()


def test_archives_that_are_not_plain_are_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = archive([("a.npy", npy(MASK)), ("a.npy", npy(1 - MASK))])
    assert "two parts of one name" in refused(twice, "archive")
    refused(archive([("a.npy", npy(MASK))], zipfile.ZIP_BZIP2), "archive")
    refused(archive([("a.npy", npy(MASK)), ("b.txt", b"x")]), "archive", member="b.txt")
    refused(archive([(f"{i}.npy", b"") for i in range(1001)]), "archive")
    encrypted = bytearray(npz(a=MASK))
    directory = encrypted.rindex(b"PK\x01\x02")
    encrypted[directory + 8] |= 1
    refused(bytes(encrypted), "archive")
    damaged = bytearray(npz(a=GREYS))
    damaged[len(damaged) // 2 - 60] ^= 255
    refused(bytes(damaged), "corrupt")
    refused(npz(a=GREYS)[:-30], "corrupt")


def test_an_archive_that_unpacks_to_much_is_refused_from_its_header() -> None:
    bomb = archive([("a.npy", lying("(3, 60000, 1000)") + bytes(180_000_000))])
    tracemalloc.start()
    refused(bomb, "too_large")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000
    # A directory that states another size than the header of the array.
    refused(archive([("a.npy", lying("(40, 40)") + bytes(9))]), "corrupt")


# TIFF


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("dtype", ["u1", "i1", "u2", "i2", "u4", "i4", "i8", "f2", "f4", "f8"])
def test_tiffs_of_every_dtype_and_order(order: str, compression: str | None, dtype: str) -> None:
    array = RNG.integers(0, 100, (13, 17)).astype(dtype)
    data = tiff(array, byteorder=order, compression=compression)
    assert np.array_equal(labels(data).array, array)
    exact = (array / 7).astype(dtype)
    reading = guess(tiff(exact, byteorder=order, compression=compression), "logit")
    assert np.array_equal(reading.array, exact.astype(np.float32))


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate", "packbits"])
@pytest.mark.parametrize("deep", [False, True])
def test_tiffs_of_pillow(compression: str | None, deep: bool) -> None:
    array = GREYS.astype(np.uint16) * 257 if deep else GREYS
    data = pillow_tiff(array, compression=compression)
    assert np.array_equal(labels(data).array, array)


def test_tiffs_of_colours_tiles_and_planes() -> None:
    for options in ({}, {"compression": "zlib"}, {"bigtiff": True}, {"byteorder": ">"}):
        data = tiff(COLOURS, photometric="rgb", **options)
        assert np.array_equal(read(data, "c.tif", role="image").array, COLOURS)
    planes = tiff(COLOURS.transpose(2, 0, 1), photometric="rgb", planarconfig="separate")
    assert np.array_equal(read(planes, "c.tif", role="image").array, COLOURS)
    refused(planes, "bad_mode")
    large = np.tile(GREYS, (9, 8))
    tiles = tiff(large, tile=(32, 48), compression="zlib")
    assert np.array_equal(read(tiles, "t.tif", role="image").array, large)
    refused(
        tiff(np.zeros((13, 17, 7), np.uint8), planarconfig="contig", photometric="minisblack"),
        "bad_mode",
    )
    text = refused(tiff(np.zeros((4, 4), np.complex64)), "bad_dtype")
    assert "64-bit" in text


def test_pages_of_a_tiff_are_a_stack_never_the_first_silently() -> None:
    for data in (
        tiff(STACK * np.uint8(255), photometric="minisblack"),
        pillow_tiff(
            Image.fromarray(STACK[0] * np.uint8(255)),
            save_all=True,
            append_images=[Image.fromarray(page * np.uint8(255)) for page in STACK[1:]],
        ),
        tiff(STACK.astype(np.float64), photometric="minisblack"),
    ):
        whole = target(data, "s.tif")
        assert np.array_equal(whole.array, STACK)
        assert (whole.pages, whole.stacked) == (5, True)
        assert np.array_equal(target(data, "s.tif", page=3).array, STACK[3])
        assert "5 pages" in refused(data, "multiframe", page=5)


def test_pages_of_different_sizes_have_to_be_chosen() -> None:
    out = io.BytesIO()
    with tifffile.TiffWriter(out) as file:
        file.write(MASK, photometric="minisblack")
        file.write(MASK[:5], photometric="minisblack")
    text = refused(out.getvalue(), "multiframe")
    assert "17 × 13, 17 × 5" in text
    assert np.array_equal(target(out.getvalue(), "t.tif", page=1).array, MASK[:5])


def test_a_small_copy_inside_a_tiff_is_no_page() -> None:
    out = io.BytesIO()
    with tifffile.TiffWriter(out) as file:
        file.write(MASK, photometric="minisblack")
        file.write(MASK[::2, ::2], photometric="minisblack", subfiletype=1)
    reading = target(out.getvalue(), "t.tif")
    assert np.array_equal(reading.array, MASK)
    assert reading.pages == 1


def test_masks_whose_zero_is_white_are_read_as_stored() -> None:
    # tifffile writes bool so, ImageJ its masks.
    for array in (MASK.astype(bool), MASK * np.uint8(255)):
        data = tiff(array, photometric="miniswhite")
        reading = target(data, "m.tif")
        assert np.array_equal(reading.array, MASK)
        assert any("0 is white" in note for note in reading.assumptions)
        assert np.array_equal(read(data, "m.tif", role="image").array, (1 - MASK) * 255)
    deep = tiff(MASK.astype(np.uint16), photometric="miniswhite")
    assert np.array_equal(target(deep, "m.tif").array, MASK)
    fax = pillow_tiff(Image.fromarray(MASK.astype(bool)), compression="group4")
    assert np.array_equal(target(fax, "m.tif").array, MASK)


def test_a_tiff_of_loss_is_cut_at_half_with_a_badge() -> None:
    y, x = np.mgrid[:96, :120]
    disc = (((y - 48) / 30) ** 2 + ((x - 60) / 35) ** 2 < 1).astype(np.uint8)
    data = pillow_tiff(disc * np.uint8(255), compression="jpeg", quality=90)
    reading = target(data, "m.tif")
    assert float(np.mean(reading.array != disc)) < 0.002
    assert "cut at half" in reading.assumptions[0]


def test_tiffs_made_to_hurt_are_refused() -> None:
    data = bytearray(tiff(GREYS))
    (first,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, first)
    link = first + 2 + 12 * count
    struct.pack_into("<I", data, link, first)
    assert "circle" in refused(bytes(data), "corrupt")
    wide = bytearray(tiff(GREYS))
    for at in range(first + 2, link, 12):
        if struct.unpack_from("<H", wide, at)[0] in (256, 257):
            struct.pack_into("<HII", wide, at + 2, 4, 1, 20_000)
    assert "20,000 × 20,000" in refused(bytes(wide), "too_large")
    many = pillow_tiff(MASK, save_all=True, append_images=[Image.fromarray(MASK)] * 9)
    assert "5 pages" in refused(many, "too_large", limits=Limits(pages=5))
    refused(bytes(tiff(GREYS))[:-50], "corrupt")


# NIfTI


def test_slope_and_intercept_are_applied_or_unset() -> None:
    data = nifti(VOLUME, slope=0.5, intercept=0.25)
    reading = guess(data)
    expected = (VOLUME * 0.5 + 0.25).transpose(2, 1, 0)
    assert np.array_equal(reading.array, expected.astype(np.float32))
    assert "Values scaled as the header says: × 0.5 + 0.25" in reading.assumptions
    assert np.array_equal(expected, nibabel.Nifti1Image.from_bytes(data).get_fdata().T)
    for unset in (0.0, np.nan):
        raw = bytearray(nifti(VOLUME))
        struct.pack_into("<ff", raw, 112, unset, 3.0)
        assert np.array_equal(target(bytes(raw)).array, VOLUME.transpose(2, 1, 0))
    raw = bytearray(nifti(VOLUME))
    struct.pack_into("<ff", raw, 112, 2.0, np.nan)
    refused(bytes(raw), "corrupt")


@pytest.mark.parametrize("dtype", ["u1", "i2", "i4", "u2", "f4", "f8"])
@pytest.mark.parametrize("two", [False, True])
@pytest.mark.parametrize("big", [False, True])
def test_volumes_of_both_versions_and_orders(dtype: str, two: bool, big: bool) -> None:
    data = nifti(VOLUME.astype(dtype), two=two, big=big)
    for file in (data, gzip.compress(data), zipped(data, 4), gzip.compress(data) + bytes(512)):
        assert np.array_equal(target(file).array, VOLUME.transpose(2, 1, 0))
    flat = nifti(VOLUME[:, :, :1].astype(dtype), two=two, big=big)
    assert np.array_equal(target(flat).array, VOLUME[:, :, 0].T)


def test_orientations_are_told_so_that_two_files_can_be_compared() -> None:
    one = target(nifti(VOLUME, np.diag([-1, -1, 1, 1])))
    other = target(nifti(VOLUME, np.eye(4)))
    assert (one.orientation, other.orientation) == ("L P S", "R A S")
    assert any("L P S" in note for note in one.assumptions)
    assert target(npy(MASK)).orientation == ""


def test_slices_can_be_cut_along_another_axis() -> None:
    reading = target(nifti(VOLUME), axis=2, page=4)
    assert np.array_equal(reading.array, VOLUME[4].T)
    assert reading.pages == 17


def test_volumes_in_colour_and_in_time() -> None:
    rgb = np.zeros((17, 13, 5), [("R", "u1"), ("G", "u1"), ("B", "u1")])
    for channel in "RGB":
        rgb[channel] = RNG.integers(0, 256, rgb.shape)
    image = nibabel.Nifti1Image(rgb, np.eye(4)).to_bytes()
    reading = read(image, "c.nii", role="image")
    assert reading.array.shape == (5, 13, 17, 3)
    assert np.array_equal(reading.array[..., 1], rgb["G"].transpose(2, 1, 0))
    assert np.array_equal(read(image, "c.nii", role="image", page=2).array, reading.array[2])
    refused(image, "bad_mode")
    times = nifti(np.zeros((4, 5, 6, 3), np.int16))
    assert "4 × 5 × 6 × 3" in refused(times, "shape")
    assert target(nifti(np.ones((4, 5, 6, 1), np.int16))).array.shape == (6, 5, 4)
    refused(nifti(np.zeros((4, 5, 6), np.complex64)), "bad_dtype")


def test_broken_volumes_are_refused() -> None:
    data = nifti(VOLUME)
    assert "2,210 bytes of values, 2,200 are there" in refused(data[:-10], "corrupt")
    packed = gzip.compress(data)
    refused(packed[:-20], "corrupt")
    flipped = bytearray(packed)
    flipped[-6] ^= 1
    refused(bytes(flipped), "corrupt")
    refused(gzip.compress(b"hello" * 200), "unsupported")
    refused(b"\x1f\x8b\x08\0" + bytes(60), "corrupt")
    pair = bytearray(data)
    pair[344:348] = b"ni1\0"
    assert "half of a NIfTI pair" in refused(bytes(pair), "unsupported")
    low = bytearray(data)
    struct.pack_into("<f", low, 108, 100.0)
    refused(bytes(low), "corrupt")
    refused(data[:348], "corrupt")


def test_volumes_that_unpack_to_much_are_refused() -> None:
    large = bytearray(nifti(VOLUME)[:352])
    struct.pack_into("<8h", large, 40, 3, 3000, 3000, 30, 1, 1, 1, 1)
    started = time.process_time()
    refused(gzip.compress(bytes(large) + bytes(1_000_000)), "too_large")
    # A small volume with much behind it.
    refused(gzip.compress(nifti(VOLUME) + bytes(140_000_000), 1), "too_large")
    refused(gzip.compress(nifti(VOLUME)) + gzip.compress(b"") * 70_000, "too_large")
    assert time.process_time() - started < 4


# DICOM


def test_dicom_masks_and_frames() -> None:
    for syntax in ("1.2.840.10008.1.2.1", ImplicitVRLittleEndian, RLELossless):
        assert np.array_equal(target(dicom(MASK, syntax), "m.dcm").array, MASK)
        whole = target(dicom(STACK, syntax), "m.dcm")
        assert np.array_equal(whole.array, STACK)
        assert np.array_equal(target(dicom(STACK, syntax), "m.dcm", page=2).array, STACK[2])
        refused(dicom(STACK, syntax), "multiframe", page=5)


def test_dicom_values_are_rescaled_and_shown_through_their_window() -> None:
    stored = (np.arange(221).reshape(13, 17) * 10).astype(np.int16)
    tags = {"RescaleSlope": 2, "RescaleIntercept": -1024}
    logits = guess(dicom(stored, **tags), "logit")
    assert np.array_equal(logits.array, stored * 2.0 - 1024)
    for centre, width in ((40, 400), ([40, 9], [400, 9])):
        shown = read(
            dicom(stored, WindowCenter=centre, WindowWidth=width, **tags), "i.dcm", role="image"
        )
        linear = ((stored * 2.0 - 1024 - 39.5) / 399 + 0.5).clip(0, 1) * 255
        assert np.abs(shown.array - linear).max() <= 0.51
        assert shown.assumptions == (
            "Values rescaled as the file says: × 2 + −1024",
            "Shown through its window: centre 40, width 400",
        )
    plain = read(dicom(stored), "i.dcm", role="image")
    inverse = read(dicom(stored, PhotometricInterpretation="MONOCHROME1"), "i.dcm", role="image")
    assert np.abs(plain.array.astype(int) + inverse.array - 255).max() <= 1
    assert np.array_equal(
        target(dicom(MASK, PhotometricInterpretation="MONOCHROME1"), "m.dcm").array, MASK
    )


def test_segments_are_chosen_by_their_label() -> None:
    data = segmentation(STACK, [1, 2, 1, 2, 2], ["liver", "tumour"])
    assert "`liver`, `tumour`" in refused(data, "ambiguous")
    liver = target(data, "s.dcm", member="liver")
    assert np.array_equal(liver.array, STACK[[0, 2]])
    assert liver.class_names == ("liver",)
    assert np.array_equal(target(data, "s.dcm", member="tumour", page=1).array, STACK[3])
    alone = target(segmentation(STACK[:1], [1], ["liver"]), "s.dcm")
    assert np.array_equal(alone.array, STACK[0])
    refused(segmentation(STACK[:1], [1], ["liver", "tumour"]), "no_objects", member="tumour")
    codes = RNG.integers(0, 201, (1, 13, 17))
    soft = read(segmentation(codes, [1], ["liver"], most=200), "s.dcm", role="prediction")
    assert (soft.scale, soft.assumptions[:2]) == (
        "probability",
        ("Segment “liver”", "Fractions of 200"),
    )
    assert np.array_equal(soft.array, (codes[0].astype(np.float32) / 200))


def test_nothing_about_a_patient_is_shown_logged_or_kept(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    said = []
    good = dicom(GREYS.astype(np.int16))
    at = good.index(b"1.2.3")
    broken = good[:at] + b"x.y.z" + good[at + 5 :]
    odd = good.replace(b"1.2.840.10008.5.1.4.1.1.2\0", b"Secret.10008.5.1.4.1.1.2x\0")
    assert odd != good
    with caplog.at_level(logging.DEBUG):
        for data in (good, broken, good[:-9], good[:300], odd):
            for role in ("image", "target", "prediction"):
                try:
                    said.append(repr(read(data, "a.dcm", role=role)))
                except ReadError as error:
                    said.append(str(error) + repr(error.__context__ and error.__suppress_context__))
    out, err = capfd.readouterr()
    text = " ".join([*said, caplog.text, out, err])
    assert len(said) == 15
    assert PATIENT.split("^")[0] not in text
    assert "ID-77" not in text
    assert "x.y.z" not in text


def test_other_dicom_files_are_refused() -> None:
    deflated = dicom(MASK, DeflatedExplicitVRLittleEndian)
    assert "deflated" in refused(deflated, "unsupported")
    jpeg = dicom(MASK).replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.4\0")
    assert "compressed" in refused(jpeg, "unsupported")
    report = dicom(MASK)
    report = report[: report.index(b"\xe0\x7f\x10\x00")]
    assert "without pixels" in refused(report, "unsupported")
    refused(dicom(MASK)[:-20], "corrupt")
    for photometric in ("RGB", "YBR_FULL"):
        colours = dicom(
            COLOURS,
            PhotometricInterpretation=photometric,
            PlanarConfiguration=0,
            SamplesPerPixel=3,
            NumberOfFrames=1,
            Rows=13,
            Columns=17,
        )
        refused(colours, "bad_mode")
        if photometric == "RGB":
            assert np.array_equal(read(colours, "c.dcm", role="image").array, COLOURS)
        else:
            assert "YBR_FULL" in refused(colours, "bad_mode", "image")
    rows = bytearray(dicom(MASK))
    at = rows.index(b"\x28\x00\x10\x00US")
    struct.pack_into("<H", rows, at + 8, 60_000)
    at = rows.index(b"\x28\x00\x11\x00US")
    struct.pack_into("<H", rows, at + 8, 60_000)
    assert "60,000 × 60,000" in refused(bytes(rows), "too_large")


def test_a_dicom_file_of_a_million_tags_is_refused_in_time() -> None:
    head = dicom(MASK)
    tags = b"".join(
        struct.pack("<HH2sH", 0x0009, 0x1000 + i % 60_000, b"UN", 0)[:4] + b"LO\0\0"
        for i in range(1_000_000)
    )
    at = head.index(b"\x10\x00\x10\x00PN")
    started = time.process_time()
    refused(head[:at] + tags + head[at:], "too_large")
    assert time.process_time() - started < 4


# Whole


def test_the_optional_packages_are_imported_only_when_needed() -> None:
    code = (
        "import sys; from segloss_core.readers import read, ReadError\n"
        "assert not {'nibabel', 'pydicom', 'tifffile'} & set(sys.modules)\n"
        "sys.modules['pydicom'] = sys.modules['tifffile'] = None\n"
        "for name in sys.argv[1:]:\n"
        "    try: read(open(name, 'rb').read(), 'f', role='image')\n"
        "    except ReadError as error: print(error.code, error)\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        files = {"a.dcm": dicom(MASK), "a.tif": tiff(SOFT)}
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        done = subprocess.run(
            [sys.executable, "-c", code, *(str(Path(folder) / name) for name in files)],
            capture_output=True,
            text=True,
            check=True,
        )
    first, second = done.stdout.splitlines()
    assert first.startswith("unsupported")
    assert "segloss-core[dicom]" in first
    assert "segloss-core[tiff]" in second


def test_a_name_that_disagrees_with_the_content_is_said() -> None:
    assert target(npy(MASK), "m.png").assumptions == (
        "The name ends in .png, the content is a NumPy array; the content is read",
    )
    assert target(zipped(nifti(VOLUME)), "v.nii.gz").array.shape == (5, 13, 17)


LARGE = {
    "float64.npy": lambda: npy(RNG.random((2500, 2400))),
    "deep.npz": lambda: npz(a=np.tile(np.arange(4096, dtype=np.uint16), (4096, 1))),
    "stack.npz": lambda: npz(a=np.zeros((128, 512, 512), np.float32)),
    "volume.nii.gz": lambda: gzip.compress(nifti(np.ones((512, 512, 128), np.int16), slope=0.5), 1),
    "plane.tif": lambda: tiff(np.zeros((4096, 4096), np.float64), compression="zlib"),
    "frames.dcm": lambda: dicom(np.zeros((95, 512, 512), np.int16), RescaleSlope=2),
}


@pytest.mark.parametrize("name", LARGE)
def test_the_largest_files_are_read_in_time_and_memory(name: str) -> None:
    data = LARGE[name]()
    assert len(data) <= 50_000_000
    for role in ("image", "prediction"):
        tracemalloc.start()
        started = time.process_time()
        read(data, name, role=role)  # type: ignore[arg-type]
        took = time.process_time() - started
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 500_000_000
        # The promise is 2 s on a free core; the test allows for a busy machine.
        assert took < 6


def test_every_valid_file_is_read_for_some_role() -> None:
    for name, data in valid_arrays().items():
        member = {"two.npz": "mask", "seg.dcm": "liver"}.get(name)
        reading = read(data, name, role="image", member=member)
        check(reading, "image")
        assert reading.digest


def test_six_hundred_broken_files_end_in_a_reading_or_a_read_error() -> None:
    tracemalloc.start()
    outcomes = run(600, 20240229)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert outcomes["read"] > 50
    assert outcomes["corrupt"] > 100
    assert len(outcomes) > 8
    assert peak < 500_000_000


def test_what_has_to_be_chosen_comes_with_the_error_and_answers_it() -> None:
    two = io.BytesIO()
    Image.fromarray(MASK).save(
        two, "TIFF", save_all=True, append_images=[Image.fromarray(MASK[:5])]
    )
    files = {
        "member": npz(first=MASK, second=1 - MASK),
        "axis": npy(np.zeros((4, 9, 4), np.uint8)),
        "page": two.getvalue(),
    }
    for argument, data in files.items():
        with pytest.raises(ReadError) as caught:
            read(data, "some.file", role="target")
        asks = caught.value.asks
        assert asks is not None and asks.argument == argument
        assert len(asks.choices) == len(asks.says) == 2
        for choice in asks.choices:
            assert read(data, "some.file", role="target", **{argument: choice}).array.size


def test_numbers_of_instances_are_kept_whatever_their_size() -> None:
    ids = np.zeros((9, 9), np.uint16)
    ids[1:3], ids[5:8] = 24001, 26002
    labels = read(npy(ids), "ids.npy", role="target", values="labels").array
    np.testing.assert_array_equal(labels, ids)
    one = read(npy(ids), "ids.npy", role="target", class_=24001)
    np.testing.assert_array_equal(one.array, ids == 24001)
    assert "Class `24001` against everything else" in one.assumptions
    both = read(npy(np.stack([ids] * 20)), "ids.npy", role="prediction", class_=26002)
    assert both.stacked and both.pages == 20 and both.scale == "hard"
    with pytest.raises(ReadError) as caught:
        read(npy(np.arange(900, dtype=np.uint16).reshape(30, 30)), "a.npy", role="target", class_=1)
    assert caught.value.code == "bad_labels"


def test_sizes_of_voxels_are_told() -> None:
    volume = np.zeros((9, 8, 7), np.uint8)
    reading = read(nifti(volume, affine=np.diag([0.5, 0.75, 3, 1])), "v.nii", role="target", page=1)
    assert reading.voxel == (0.5, 0.75, 3.0)
    assert reading.axes == (7, 8, 9) and reading.axis == 0
