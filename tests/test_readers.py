"""Every file is read rightly or refused with one typed error that says what to do."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import pickle
import struct
import time
import tracemalloc
import zipfile
import zlib
from typing import Any, get_args

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from segloss_core.readers import LIMITS, Code, Limits, ReadError, Reading, Role, read, resized
from segloss_core.readers.modes import turned
from segloss_core.readers.names import clean_name

RNG = np.random.default_rng(11)
GREYS = RNG.integers(0, 256, (13, 17), dtype=np.uint8)
COLOURS = RNG.integers(0, 256, (13, 17, 3), dtype=np.uint8)
MASK = (GREYS > 128).astype(np.uint8)
ROLES: tuple[Role, ...] = ("image", "target", "prediction")


def disc(height: int = 96, width: int = 120) -> np.ndarray:
    """A filled ellipse as a 0/1 mask: a shape that survives compression."""
    y, x = np.mgrid[:height, :width]
    inside = ((y - height / 2) / (height / 3)) ** 2 + ((x - width / 2) / (width / 4)) ** 2 < 1
    return inside.astype(np.uint8)


def encoded(array: np.ndarray | Image.Image, fmt: str = "PNG", **options: Any) -> bytes:
    """Write an array or picture with Pillow."""
    picture = array if isinstance(array, Image.Image) else Image.fromarray(array)
    out = io.BytesIO()
    picture.save(out, fmt, **options)
    return out.getvalue()


def refused(data: bytes, role: Role = "image", name: str = "scan.png", **options: Any) -> ReadError:
    """Read and give the error, checking what holds for every message."""
    with pytest.raises(ReadError) as caught:
        read(data, name, role=role, **options)
    error = caught.value
    text = str(error)
    assert error.code in get_args(Code)
    assert text.startswith(f"`{clean_name(name)}`".replace("``", "`"))
    assert text.endswith((".", "?"))
    assert "Traceback" not in text
    assert "/usr" not in text
    assert ".py" not in text
    assert "object at" not in text
    assert len(text) < 420
    return error


# Images


@pytest.mark.parametrize("fmt", ["PNG", "BMP", "WEBP"])
@pytest.mark.parametrize("array", [GREYS, COLOURS])
def test_lossless_images_come_back_as_they_were(fmt: str, array: np.ndarray) -> None:
    options = {"lossless": True, "exact": True} if fmt == "WEBP" else {}
    data = encoded(array, fmt, **options)
    reading = read(data, f"a.{fmt.lower()}", role="image")
    expected = np.stack([array] * 3, -1) if fmt == "WEBP" and array.ndim == 2 else array
    assert np.array_equal(reading.array, expected)
    assert reading.array.dtype == np.uint8
    assert (reading.kind, reading.scale, reading.class_names) == ("image", None, ())
    assert reading.assumptions == ()
    assert reading.digest == hashlib.sha256(data).hexdigest()
    assert reading.size == (13, 17)


def test_a_jpeg_image_is_near_what_was_written() -> None:
    smooth = (disc()[..., None] * np.array([200, 90, 40])).astype(np.uint8)
    reading = read(encoded(smooth, "JPEG", quality=95), "a.jpg", role="image")
    assert reading.array.shape == smooth.shape
    assert float(np.abs(reading.array.astype(int) - smooth).mean()) < 4


def test_files_of_opencv_are_read() -> None:
    ok, data = cv2.imencode(".png", COLOURS[:, :, ::-1])
    assert ok
    assert np.array_equal(read(data.tobytes(), "cv.png", role="image").array, COLOURS)
    deep = GREYS.astype(np.uint16) * 257
    ok, data = cv2.imencode(".png", deep)
    assert ok
    reading = read(data.tobytes(), "cv16.png", role="prediction")
    assert np.array_equal(reading.array, ((deep + 0.5) / 65536).astype(np.float32))


def test_a_one_bit_image_is_black_and_white() -> None:
    reading = read(encoded(MASK.astype(bool)), "a.png", role="image")
    assert np.array_equal(reading.array, MASK * 255)


def test_a_sixteen_bit_image_is_stretched_and_says_so() -> None:
    deep = (GREYS.astype(np.uint16) + 1000).copy()
    deep[0, 0], deep[0, 1] = 1000, 1255
    reading = read(encoded(deep), "ct.png", role="image")
    assert np.array_equal(reading.array, deep - 1000)
    assert reading.array.dtype == np.uint8
    assert reading.assumptions == ("16-bit greys 1000 to 1255 are shown as 0 to 255",)
    flat = read(encoded(np.full((4, 4), 700, np.uint16)), "ct.png", role="image")
    assert flat.array.max() == 0


def test_sixteen_bit_colours_are_seen_but_not_computed_with() -> None:
    deep = np.repeat(GREYS[..., None], 3, 2).astype(np.uint16) * 257
    ok, coded = cv2.imencode(".png", deep)
    assert ok
    reading = read(coded.tobytes(), "deep.png", role="image")
    assert np.array_equal(reading.array[..., 0], GREYS)
    assert reading.assumptions == ("16-bit colours are shown with 8 bits",)
    error = refused(coded.tobytes(), "prediction")
    assert error.code == "bad_mode"
    assert "16-bit" in str(error)


# Palettes and alpha


def palette_picture(indices: np.ndarray, colours: list[tuple[int, int, int]]) -> Image.Image:
    picture = Image.fromarray(indices)
    picture = picture.convert("P") if picture.mode != "P" else picture
    picture = Image.frombytes("P", (indices.shape[1], indices.shape[0]), indices.tobytes())
    picture.putpalette([value for colour in colours for value in colour])
    return picture


def test_a_palette_mask_is_read_by_index_and_a_palette_image_by_colour() -> None:
    # White background and black object: by colour the mask would come out inverted.
    data = encoded(palette_picture(MASK, [(255, 255, 255), (0, 0, 0)]))
    target = read(data, "m.png", role="target")
    assert np.array_equal(target.array, MASK)
    assert target.assumptions == (
        "Palette picture read by index, not by colour: 0 is #ffffff, 1 is #000000",
    )
    image = read(data, "m.png", role="image")
    assert np.array_equal(image.array[..., 0], (1 - MASK) * 255)
    hard = read(data, "m.png", role="prediction")
    assert hard.scale == "hard"
    assert np.array_equal(hard.array, MASK * 255)


def test_a_palette_prediction_of_greys_is_read_by_grey_and_of_colours_refused() -> None:
    indices = (GREYS // 64).astype(np.uint8)
    greys = encoded(palette_picture(indices, [(v, v, v) for v in (250, 3, 90, 140)]))
    reading = read(greys, "p.png", role="prediction")
    assert np.array_equal(reading.array, np.array([250, 3, 90, 140], np.uint8)[indices])
    jet = encoded(palette_picture(indices, [(0, 0, 255), (0, 255, 0), (255, 255, 0), (255, 0, 0)]))
    error = refused(jet, "prediction")
    assert error.code == "bad_mode"
    assert "4 colours" in str(error)


def test_a_transparent_palette_image_keeps_its_colours_where_opaque() -> None:
    picture = palette_picture(MASK, [(10, 20, 30), (40, 50, 60)])
    reading = read(encoded(picture, transparency=7), "p.png", role="image")
    assert np.array_equal(reading.array, np.array([[10, 20, 30], [40, 50, 60]], np.uint8)[MASK])


def test_opaque_alpha_is_dropped() -> None:
    opaque = np.full((13, 17, 1), 255, np.uint8)
    rgba = read(encoded(np.concatenate([COLOURS, opaque], 2)), "a.png", role="image")
    assert np.array_equal(rgba.array, COLOURS)
    assert rgba.assumptions == ()
    grey = read(encoded(np.concatenate([GREYS[..., None], opaque], 2)), "a.png", role="prediction")
    assert np.array_equal(grey.array, GREYS)


def test_a_constant_alpha_below_full_is_dropped_with_a_badge() -> None:
    alpha = np.full((13, 17, 1), 90, np.uint8)
    reading = read(encoded(np.concatenate([COLOURS, alpha], 2)), "a.png", role="image")
    assert np.array_equal(reading.array, COLOURS)
    assert reading.assumptions == ("Constant transparency (alpha 90) ignored",)


@pytest.mark.parametrize("under", [255, 0])
def test_one_colour_with_varying_alpha_is_a_mask_in_the_alpha(under: int) -> None:
    # `under` is the colour that editors leave below fully transparent pixels.
    rgba = np.full((13, 17, 4), 255, np.uint8)
    rgba[..., 3] = MASK * 255
    rgba[..., :3][MASK == 0] = under
    reading = read(encoded(rgba), "a.png", role="target")
    assert np.array_equal(reading.array, MASK)
    assert "transparency is read as the mask" in reading.assumptions[0]


def test_colour_and_alpha_both_varying_is_refused_for_every_role() -> None:
    data = encoded(np.concatenate([COLOURS, GREYS[..., None]], 2))
    for role in ROLES:
        error = refused(data, role)
        assert error.code == "bad_mode"
        assert "alpha 0 to 255" in str(error) or "both vary" in str(error)


def test_other_colour_modes_are_refused_by_name() -> None:
    error = refused(encoded(Image.new("CMYK", (9, 9), (10, 60, 3, 0)), "JPEG"), name="print.jpg")
    assert error.code == "bad_mode"
    assert "CMYK" in str(error)


# Orientation


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turning_agrees_with_pillow(orientation: int) -> None:
    picture = Image.fromarray(COLOURS)
    exif = picture.getexif()
    exif[0x0112] = orientation
    data = encoded(picture, exif=exif)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    reading = read(data, "photo.png", role="image")
    assert np.array_equal(reading.array, expected)
    assert np.array_equal(turned(COLOURS, orientation), expected)
    assert bool(reading.assumptions) == (orientation > 1)


def test_image_and_mask_are_turned_alike() -> None:
    for role, array in (("image", COLOURS), ("target", MASK), ("prediction", GREYS)):
        picture = Image.fromarray(array)
        exif = picture.getexif()
        exif[0x0112] = 6
        reading = read(encoded(picture, exif=exif), "photo.png", role=role, size=(17, 13))  # type: ignore[arg-type]
        assert reading.size == (17, 13)
        assert np.array_equal(reading.array, np.rot90(array, -1))


def test_a_broken_exif_block_does_not_spoil_the_picture() -> None:
    reading = read(encoded(COLOURS, exif=b"Exif\0\0MM\0*\xff\xff\xff"), "p.png", role="image")
    assert np.array_equal(reading.array, COLOURS)


# Targets


@pytest.mark.parametrize("top", [1, 255])
@pytest.mark.parametrize("fmt", ["PNG", "BMP"])
def test_binary_targets_of_both_spellings(top: int, fmt: str) -> None:
    reading = read(encoded(MASK * np.uint8(top), fmt), f"m.{fmt.lower()}", role="target")
    assert np.array_equal(reading.array, MASK)
    assert reading.array.dtype == np.uint8
    assert (reading.kind, reading.scale, reading.assumptions) == ("mask", None, ())


@pytest.mark.parametrize("top", [1, 255, 65535])
def test_sixteen_bit_targets(top: int) -> None:
    reading = read(encoded(MASK.astype(np.uint16) * np.uint16(top)), "m.png", role="target")
    assert np.array_equal(reading.array, MASK)


def test_bool_grey_rgb_and_webp_targets() -> None:
    assert np.array_equal(read(encoded(MASK.astype(bool)), "m.png", role="target").array, MASK)
    three = np.stack([MASK * np.uint8(255)] * 3, -1)
    assert np.array_equal(read(encoded(three), "m.png", role="target").array, MASK)
    webp = encoded(three, "WEBP", lossless=True)
    assert np.array_equal(read(webp, "m.webp", role="target", values="binary").array, MASK)


@pytest.mark.parametrize(("value", "expected"), [(0, 0), (1, 1), (255, 1)])
def test_one_value_alone_is_a_binary_mask(value: int, expected: int) -> None:
    reading = read(encoded(np.full((5, 6), value, np.uint8)), "m.png", role="target")
    assert np.array_equal(reading.array, np.full((5, 6), expected))
    alone = read(encoded(np.full((5, 6), 65535, np.uint16)), "m.png", role="target")
    assert alone.array.all()


@pytest.mark.parametrize("depth", [2, 4])
def test_a_grey_png_of_few_bits_keeps_its_zero_and_one(depth: int) -> None:
    height, width = MASK.shape
    bits = (MASK[..., None] >> np.arange(depth - 1, -1, -1) & 1).reshape(height, -1)
    rows = b"".join(b"\0" + np.packbits(row).tobytes() for row in bits)
    data = png(struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0), zlib.compress(rows))
    assert np.array_equal(read(data, "m.png", role="target").array, MASK)


@pytest.mark.parametrize(
    ("values", "listed"),
    [
        ([0, 1, 2], "3 different values (0, 1, 2)"),
        ([0, 1, 255], "3 different values (0, 1, 255)"),
        ([0, 128], "2 different values (0, 128)"),
        ([7], "1 value (7)"),
        (list(range(20)), "20 different values (0, 1, 2, 3, 4, 5, 6, 7 and 12 more)"),
    ],
)
def test_other_values_are_refused_and_listed(values: list[int], listed: str) -> None:
    array = np.resize(np.array(values, np.uint8), (8, 8))
    error = refused(encoded(array), "target")
    assert error.code == "not_binary"
    assert listed in str(error)
    assert "several classes?" in str(error)


def test_a_colour_mask_is_refused_with_the_share_of_coloured_pixels() -> None:
    red = np.zeros((10, 10, 3), np.uint8)
    red[:5, :5, 0] = 255
    error = refused(encoded(red), "target")
    assert error.code == "bad_mode"
    assert "25 pixels (25 %)" in str(error)


@pytest.mark.parametrize("quality", [60, 75, 90, 95])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_jpeg_mask_is_cut_at_half_with_a_badge(quality: int, mode: str) -> None:
    mask = disc()
    picture = Image.fromarray(mask * np.uint8(255)).convert(mode)
    reading = read(encoded(picture, "JPEG", quality=quality), "m.jpg", role="target")
    assert np.mean(reading.array != mask) < 0.002
    assert len(reading.assumptions) == 1
    assert "cut at half" in reading.assumptions[0]


def test_a_lossy_webp_mask_is_cut_at_half_with_a_badge() -> None:
    mask = disc()
    picture = Image.fromarray(mask * np.uint8(255)).convert("RGB")
    reading = read(encoded(picture, "WEBP", quality=80), "m.webp", role="target")
    assert np.mean(reading.array != mask) < 0.002
    assert "cut at half" in reading.assumptions[0]


@pytest.mark.parametrize("fmt", ["PNG", "JPEG"])
def test_five_greys_are_never_taken_for_a_mask(fmt: str) -> None:
    stripes = np.repeat(np.array([0, 64, 128, 192, 255], np.uint8), 16)[None].repeat(60, 0)
    assert refused(encoded(stripes, fmt), "target", "five.png").code == "not_binary"


def test_a_small_middle_class_in_a_jpeg_is_noticed() -> None:
    mask = disc() * np.uint8(255)
    mask[4:12, 4:12] = 128
    error = refused(encoded(mask, "JPEG", quality=90), "target", "three.jpg")
    assert error.code == "not_binary"
    assert "PNG" in str(error)


def test_a_jpeg_of_zero_and_one_is_refused_rather_than_read_as_empty() -> None:
    noisy = disc().copy()
    noisy[0, 0] = 2
    assert refused(encoded(noisy, "JPEG", quality=100), "target").code == "not_binary"


# Predictions


def test_eight_bit_greys_are_codes_of_probabilities() -> None:
    reading = read(encoded(GREYS), "p.png", role="prediction")
    assert np.array_equal(reading.array, GREYS)
    assert (reading.kind, reading.scale) == ("prediction", "probability")
    assert reading.assumptions == ("8-bit greys read as probabilities (g + ½)/256",)


@pytest.mark.parametrize("top", [1, 255])
def test_two_values_are_guessed_hard_and_the_guess_is_said(top: int) -> None:
    reading = read(encoded(MASK * np.uint8(top)), "p.png", role="prediction")
    assert reading.scale == "hard"
    assert np.array_equal(reading.array, MASK * 255)
    assert reading.assumptions == (f"Only 0 and {top} occur: read as a hard mask",)


@pytest.mark.parametrize(("value", "code"), [(0, 0), (1, 255), (255, 255)])
def test_one_value_alone_is_guessed_hard(value: int, code: int) -> None:
    reading = read(encoded(np.full((4, 4), value, np.uint8)), "p.png", role="prediction")
    assert reading.scale == "hard"
    assert set(reading.array.ravel().tolist()) == {code}
    assert reading.assumptions == (f"Only {value} occurs: read as a hard mask",)


def test_the_scale_can_be_forced_both_ways() -> None:
    mask = encoded(MASK * np.uint8(255))
    soft = read(mask, "p.png", role="prediction", scale="probability")
    assert soft.scale == "probability"
    assert np.array_equal(soft.array, MASK * 255)
    hard = read(mask, "p.png", role="prediction", scale="hard")
    assert hard.assumptions == ()
    one = read(encoded(MASK), "p.png", role="prediction", scale="probability")
    assert np.array_equal(one.array, MASK * 255)
    assert one.assumptions == ("0 and 1 read as black and white",)
    error = refused(encoded(GREYS), "prediction", scale="hard")
    assert error.code == "not_binary"
    assert "a hard prediction" in str(error)


def test_sixteen_bit_greys_are_float_probabilities() -> None:
    deep = np.array([[0, 1, 32768, 65534, 65535]], np.uint16)
    reading = read(encoded(deep), "p.png", role="prediction")
    assert reading.array.dtype == np.float32
    assert np.array_equal(reading.array, ((deep + 0.5) / 65536).astype(np.float32))
    assert reading.array.min() > 0
    assert reading.array.max() < 1
    assert reading.scale == "probability"
    assert "65536" in reading.assumptions[0]
    hard = read(encoded(MASK.astype(np.uint16) * np.uint16(65535)), "p.png", role="prediction")
    assert (hard.scale, hard.array.dtype) == ("hard", np.uint8)


def test_a_jpeg_prediction_says_that_it_is_lossy() -> None:
    smooth = cv2.GaussianBlur(disc() * np.uint8(255), (0, 0), 5)
    reading = read(encoded(smooth, "JPEG"), "p.jpg", role="prediction")
    assert reading.scale == "probability"
    assert any("JPEG" in sentence for sentence in reading.assumptions)


def test_a_coloured_prediction_is_refused() -> None:
    assert refused(encoded(COLOURS), "prediction").code == "bad_mode"


# Size


def test_another_size_is_refused_naming_both() -> None:
    assert read(encoded(GREYS), "p.png", role="prediction", size=(13, 17)).size == (13, 17)
    error = refused(encoded(GREYS), "prediction", size=(17, 13))
    assert error.code == "size_mismatch"
    assert "17 × 13" in str(error)
    assert "13 × 17" in str(error)
    assert "resized" in str(error)


def test_resizing_keeps_masks_hard_and_probabilities_smooth() -> None:
    mask = disc()
    bigger = resized(mask, (201, 333), "target")
    assert bigger.shape == (201, 333)
    assert set(np.unique(bigger)) == {0, 1}
    hard = resized(mask * np.uint8(255), (50, 31), "prediction")
    assert set(np.unique(hard)) == {0, 255}
    soft = resized(cv2.GaussianBlur(mask * np.uint8(255), (0, 0), 3), (50, 31), "prediction")
    assert len(np.unique(soft)) > 20
    ramp = np.array([[10, 20]], np.uint8)
    assert resized(ramp, (1, 4), "prediction").tolist() == [[10, 13, 18, 20]]
    floats = resized(np.array([[0.25, 0.75]], np.float32), (1, 4), "prediction")
    assert floats.dtype == np.float32
    np.testing.assert_allclose(floats, [[0.25, 0.375, 0.625, 0.75]])
    assert resized(COLOURS, (5, 6), "image").shape == (5, 6, 3)
    assert np.array_equal(resized(GREYS, (13, 17), "image"), GREYS)


def test_resizing_refuses_what_it_cannot_do() -> None:
    with pytest.raises(ValueError, match="at least 1 x 1"):
        resized(GREYS, (0, 4), "image")
    with pytest.raises(ValueError, match="cannot be resized"):
        resized(GREYS.astype(np.float64), (3, 4), "image")


# What the file is


def npy(array: np.ndarray, **options: Any) -> bytes:
    out = io.BytesIO()
    np.save(out, array, **options)
    return out.getvalue()


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return out.getvalue()


FOREIGN: list[tuple[str, bytes, str, str]] = [
    ("a.gif", encoded(GREYS, "GIF"), "unsupported", "a GIF picture"),
    ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "unsupported", "an SVG drawing"),
    ("b.svg", b'<?xml version="1.0"?>\n<svg/>', "unsupported", "an SVG drawing"),
    ("a.eps", b"%!PS-Adobe-3.0 EPSF-3.0\n", "unsupported", "PostScript or PDF"),
    ("a.pdf", b"%PDF-1.7\n", "unsupported", "PostScript or PDF"),
    ("a.pkl", pickle.dumps({"mask": [0, 1]}), "pickle", "a Python pickle"),
    ("a.npy", npy(np.array([{}], object), allow_pickle=True), "pickle", "a pickled NumPy array"),
    ("a.pt", zipped(**{"archive/data.pkl": b"\x80\x02."}), "pickle", "a pickled PyTorch file"),
    ("a.zip", zipped(**{"a.png": b"x"}), "unsupported", "a ZIP archive"),
    ("a.html", b"<!DOCTYPE html><html></html>", "unsupported", "a web page"),
    ("a.heic", b"\0\0\0\x18ftypheic" + b"\0" * 16, "unsupported", "a HEIC or AVIF picture"),
    ("a.psd", b"8BPS\0\x01" + b"\0" * 30, "unsupported", "a Photoshop document"),
    ("a.txt", b"hello, this is no picture at all", "unsupported", "no known picture type"),
]


@pytest.mark.parametrize(("name", "data", "code", "called"), FOREIGN)
def test_other_files_are_named_and_refused(name: str, data: bytes, code: str, called: str) -> None:
    for role in ROLES:
        # The ending does not help: content decides.
        for shown in (name, "mask.png"):
            error = refused(data, role, shown)
            assert error.code == code
            assert called in str(error)
            assert "PNG" in str(error)


def test_an_empty_file_is_empty() -> None:
    assert refused(b"").code == "empty"


@pytest.mark.parametrize("fmt", ["PNG", "JPEG", "WEBP", "BMP"])
def test_a_truncated_file_is_corrupt(fmt: str) -> None:
    data = encoded(cv2.GaussianBlur(COLOURS, (0, 0), 1), fmt)
    for keep in (0.9, 0.6, 0.3):
        error = refused(data[: int(len(data) * keep)])
        assert error.code == "corrupt"
    assert refused(data[:14]).code in ("corrupt", "unsupported")


@pytest.mark.parametrize("fmt", ["PNG", "WEBP"])
def test_an_animation_is_refused_with_its_number_of_frames(fmt: str) -> None:
    frames = [Image.fromarray(np.roll(COLOURS, shift, 0)) for shift in range(3)]
    data = encoded(frames[0], fmt, save_all=True, append_images=frames[1:])
    error = refused(data)
    assert error.code == "multiframe"
    assert "3 frames" in str(error)


def test_a_camera_file_with_a_preview_gives_its_main_picture() -> None:
    main, preview = Image.new("RGB", (40, 30), (200, 40, 40)), Image.new("RGB", (8, 6))
    data = encoded(main, "MPO", save_all=True, append_images=[preview])
    reading = read(data, "camera.jpg", role="image")
    assert reading.size == (30, 40)
    assert reading.array[..., 0].mean() > 150
    assert reading.assumptions == ("This JPEG holds 2 pictures; the main one is read",)


def test_the_content_decides_and_a_wrong_ending_is_said() -> None:
    reading = read(encoded(COLOURS), "photo.jpg", role="image")
    assert np.array_equal(reading.array, COLOURS)
    assert reading.assumptions == (
        "The name ends in .jpg, the content is a PNG picture; the content is read",
    )
    for name in ("photo.PNG", "photo", ".png", "archive.t*r"):
        assert read(encoded(COLOURS), name, role="image").assumptions == ()


def test_a_call_that_makes_no_sense_is_a_plain_value_error() -> None:
    for options in ({"role": "x"}, {"role": "target", "values": "x"}):
        with pytest.raises(ValueError, match="must be") as caught:
            read(encoded(MASK), "m.png", **options)  # type: ignore[arg-type]
        assert not isinstance(caught.value, ReadError)
    with pytest.raises(ValueError, match="scale must be"):
        read(encoded(MASK), "m.png", role="prediction", scale="percent")  # type: ignore[arg-type]


def test_a_reading_is_frozen() -> None:
    reading = read(encoded(MASK), "m.png", role="target")
    assert isinstance(reading, Reading)
    with pytest.raises(dataclasses.FrozenInstanceError):
        reading.name = "x"  # type: ignore[misc]


# Limits


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(header: bytes, pixels: bytes, extra: bytes = b"") -> bytes:
    signature = b"\x89PNG\r\n\x1a\n"
    parts = (chunk(b"IHDR", header), extra, chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    return signature + b"".join(parts)


def bombs() -> dict[str, bytes]:
    """Small files whose headers state 300 megapixels (WebP: what its header can hold)."""
    wide, high = 20_000, 15_000
    header = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    jpeg = bytearray(encoded(COLOURS, "JPEG"))
    frame = jpeg.index(b"\xff\xc0")
    struct.pack_into(">HH", jpeg, frame + 5, high, wide)
    bmp = bytearray(encoded(COLOURS, "BMP"))
    struct.pack_into("<ii", bmp, 18, wide, -high)
    body = b"VP8X" + struct.pack("<IIHBHB", 10, 0, wide - 1, 0, high - 1, 0)
    webp = b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body
    return {
        "bomb.png": png(header, zlib.compress(bytes(2_000_000))),
        "bomb.jpg": bytes(jpeg),
        "bomb.bmp": bytes(bmp),
        "bomb.webp": webp,
    }


@pytest.mark.parametrize("name", ["bomb.png", "bomb.jpg", "bomb.bmp", "bomb.webp"])
def test_a_bomb_is_refused_from_its_header(name: str) -> None:
    data = bombs()[name]
    tracemalloc.start()
    started = time.process_time()
    error = refused(data, name=name)
    took = time.process_time() - started
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert error.code == "too_large"
    assert "20,000 × 15,000" in str(error)
    assert "300,000,000" in str(error)
    assert "16,777,216" in str(error)
    assert peak < 2_000_000
    assert took < 0.5


def test_the_limits_can_be_changed() -> None:
    data = encoded(GREYS)
    assert refused(data, limits=Limits(pixels=13 * 17 - 1)).code == "too_large"
    assert read(data, "a.png", role="image", limits=Limits(pixels=13 * 17)).size == (13, 17)
    error = refused(data, limits=Limits(file_bytes=len(data) - 1))
    assert error.code == "too_large"
    assert "MB" in str(error)
    assert LIMITS.pixels == 4096**2
    assert LIMITS.file_bytes == 50_000_000


def test_a_file_over_fifty_megabytes_is_refused_at_once() -> None:
    started = time.process_time()
    error = refused(encoded(GREYS) + bytes(50_000_000))
    assert error.code == "too_large"
    assert time.process_time() - started < 0.5


def slow_files() -> dict[str, bytes]:
    """Files that are small in pixels but would keep a decoder busy for many seconds."""
    header = struct.pack(">IIBBBBB", 17, 13, 8, 0, 0, 0, 0)
    jpeg = encoded(COLOURS, "JPEG", progressive=True)
    scan = jpeg.index(b"\xff\xda")
    # Run-length codes of single pixels: Pillow decodes them one by one in Python.
    runs = struct.pack("<IiiHHIIiiII", 40, 4096, 4096, 1, 8, 1, 0, 0, 0, 256, 0) + bytes(1024)
    return {
        "chunks.png": png(header, b"", chunk(b"IDAT", b"") * 1_000_000),
        "segments.jpg": b"\xff\xd8" + b"\xff\xe1\0\x02" * 1_000_000,
        "padding.jpg": b"\xff\xd8" + b"\xff" * 5_000_000,
        "scans.jpg": jpeg[:scan] + jpeg[scan:-2] * 400 + b"\xff\xd9",
        "chunks.webp": b"RIFF\xff\xff\0\0WEBP" + b"JUNK\0\0\0\0" * 1_000_000,
        "runs.bmp": b"BM" + struct.pack("<IHHI", 0, 0, 0, 1078) + runs + b"\1\7" * 2_000_000,
    }


@pytest.mark.parametrize(
    "name",
    ["chunks.png", "segments.jpg", "padding.jpg", "scans.jpg", "chunks.webp", "runs.bmp"],
)
def test_files_made_to_be_slow_are_refused_fast(name: str) -> None:
    data = slow_files()[name]
    started = time.process_time()
    assert refused(data, name=name).code == "too_large"
    assert time.process_time() - started < 1


def test_a_small_run_length_bmp_is_read() -> None:
    pixels = b"\4\7\0\0" + b"\4\3\0\0" + b"\0\1"
    palette = b"".join(bytes((v, v, v, 0)) for v in range(256))
    head = struct.pack("<IiiHHIIiiII", 40, 4, 2, 1, 8, 1, len(pixels), 0, 0, 256, 0)
    data = b"BM" + struct.pack("<IHHI", 14 + 40 + 1024 + len(pixels), 0, 0, 1078)
    reading = read(data + head + palette + pixels, "r.bmp", role="image")
    assert reading.array.reshape(2, 4, -1)[..., 0].tolist() == [[3] * 4, [7] * 4]


@pytest.mark.parametrize("fmt", ["PNG", "JPEG"])
def test_the_largest_picture_is_read_in_time(fmt: str) -> None:
    coarse = RNG.integers(0, 256, (128, 128, 3), dtype=np.uint8)
    large = cv2.resize(coarse, (4096, 4096), interpolation=cv2.INTER_LINEAR)
    data = encoded(large, fmt, **({"compress_level": 1} if fmt == "PNG" else {}))
    del large
    started = time.process_time()
    assert read(data, "large", role="image").array.shape == (4096, 4096, 3)
    # The promise is 2 s on a free core; the test allows for a busy machine.
    assert time.process_time() - started < 6


# Names


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("mask.png", "mask.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\mask.png", "mask.png"),
        ("a\x00b\x1b[31m\r\nc.png", "ab[31mc.png"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("zero\u200bwidth\u2028line.png", "zerowidthline.png"),
        ("", "unnamed file"),
        ("///", "unnamed file"),
        ("\u202e\n", "unnamed file"),
        ("lone\ud800.png", "lone.png"),
        ("שלום 标签 é.png", "שלום 标签 é.png"),
    ],
)
def test_names_are_cleaned(given: str, shown: str) -> None:
    assert read(encoded(MASK), given, role="target").name == shown


def test_a_long_name_loses_its_middle() -> None:
    name = clean_name("a" * 5000 + "_case_0042_mask.png")
    assert len(name) == 80
    assert name.endswith("_case_0042_mask.png")
    assert name.startswith("aaa")
    assert "…" in name


def test_a_crafted_name_stays_inert_in_a_message() -> None:
    crafted = "![x](http:evil.example)<img src=x onerror=alert(1)>`$x$` :red[hi]\n# head\u202e.png"
    with pytest.raises(ReadError) as caught:
        read(b"nothing", crafted, role="target")
    text = str(caught.value)
    # The whole name sits inside one Markdown code span: one backtick before it, one after it.
    assert text.count("`") == 2
    inside = text.split("`")[1]
    assert inside == clean_name(crafted).replace("`", "'")
    assert "<img" in inside
    assert "<" not in text.replace(inside, "")
    assert "\n" not in text
    assert "\u202e" not in text


# Anything at all


def mutated(data: bytes, rng: np.random.Generator, other: bytes) -> bytes:
    """Flip bytes, cut a piece out, cut the end off or splice another file in."""
    buffer = bytearray(data)
    kind = rng.integers(0, 5)
    if kind == 0:
        for _ in range(int(rng.integers(1, 12))):
            buffer[int(rng.integers(len(buffer)))] = int(rng.integers(256))
    elif kind == 1:
        start, stop = sorted(int(v) for v in rng.integers(0, len(buffer) + 1, 2))
        del buffer[start:stop]
    elif kind == 2:
        del buffer[int(rng.integers(len(buffer))) :]
    elif kind == 3:
        start = int(rng.integers(len(buffer)))
        buffer[start:start] = other[int(rng.integers(len(other))) :][: int(rng.integers(1, 400))]
    else:
        # Headers are where decoders are steered from.
        buffer[int(rng.integers(min(60, len(buffer))))] ^= 1 << int(rng.integers(8))
    return bytes(buffer)


def seeds() -> list[bytes]:
    smooth = cv2.GaussianBlur(COLOURS, (0, 0), 2)
    alpha = np.dstack([COLOURS, MASK * np.uint8(255)])
    frames = [Image.fromarray(np.roll(COLOURS, shift, 0)) for shift in range(2)]
    exif = frames[0].getexif()
    exif[0x0112] = 6
    return [
        encoded(GREYS),
        encoded(COLOURS, exif=exif),
        encoded(alpha),
        encoded(GREYS.astype(np.uint16) * 200),
        encoded(MASK.astype(bool)),
        encoded(palette_picture(MASK, [(9, 9, 9), (200, 9, 9)])),
        encoded(frames[0], save_all=True, append_images=frames[1:]),
        encoded(smooth, "JPEG", exif=exif),
        encoded(smooth, "JPEG", progressive=True),
        encoded(Image.new("CMYK", (9, 9)), "JPEG"),
        encoded(smooth, "WEBP"),
        encoded(alpha, "WEBP", lossless=True),
        encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:]),
        encoded(GREYS, "BMP"),
        encoded(COLOURS, "BMP"),
        npy(GREYS),
        pickle.dumps([1, 2]),
    ]


def test_fifteen_hundred_broken_files_end_in_a_reading_or_a_read_error() -> None:
    rng = np.random.default_rng(20240229)
    files = seeds()
    outcomes = {"read": 0, "refused": 0}
    slowest = 0.0
    for index in range(1500):
        source = files[index % len(files)]
        data = mutated(source, rng, files[int(rng.integers(len(files)))])
        role = ROLES[max(0, int(rng.integers(-2, 3)))]
        started = time.process_time()
        try:
            reading = read(data, f"case {index}.png", role=role)
        except ReadError as error:
            outcomes["refused"] += 1
            assert error.code in get_args(Code)
            assert str(error).startswith(f"`case {index}.png`") or not data
        else:
            outcomes["read"] += 1
            array = reading.array
            assert array.size > 0
            assert array.flags.c_contiguous
            if role == "image":
                assert array.dtype == np.uint8
                assert array.ndim == 2 or array.shape[2:] == (3,)
            elif role == "target":
                assert array.dtype == np.uint8
                assert array.ndim == 2
                assert int(array.max()) <= 1
            else:
                assert array.ndim == 2
                assert array.dtype in (np.uint8, np.float32)
                if array.dtype == np.float32 and reading.scale == "probability":
                    assert 0 < float(array.min()) <= float(array.max()) < 1
                if reading.scale == "hard":
                    assert set(np.unique(array)) <= {0, 255}
        slowest = max(slowest, time.process_time() - started)
    assert min(outcomes.values()) > 100
    assert slowest < 2
