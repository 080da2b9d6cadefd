"""The contract of inputs, row by row: what a file gets, with its error's code and its sentence.

Details and edges of each format have tests of their own; here every rule stands once.
"""

from __future__ import annotations

import io
import json
import logging
import pickle
import zipfile
from dataclasses import dataclass, field
from typing import Any, get_args

import numpy as np
import pytest
from PIL import Image

from segloss_core.readers import Code, Limits, ReadError, Role, read

from .fuzz_polygons import HOLED, SIZE, YOLO, coco, dumped, labelme, shape, street
from .reader_files import dicom, jpeg_dicom, nifti, npy, npz, segmentation, tiff, zipped

MASK = np.zeros((24, 32), np.uint8)
MASK[4:15, 6:20] = 1
GREYS = np.arange(24 * 32).reshape(24, 32).astype(np.uint8)
COLOURS = np.random.default_rng(0).integers(0, 256, (24, 32, 3), dtype=np.uint8)
SOFT = np.random.default_rng(1).random((24, 32)).astype(np.float32)
CLASSES = MASK * np.uint8(3) + np.roll(MASK, 12, 1)


def png(array: np.ndarray | Image.Image, fmt: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    (array if isinstance(array, Image.Image) else Image.fromarray(array)).save(out, fmt, **options)
    return out.getvalue()


def palette(array: np.ndarray) -> Image.Image:
    picture = Image.fromarray(array, "P")
    picture.putpalette([200, 30, 30, 30, 30, 200, 9, 9, 9, 90, 90, 90])
    return picture


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, data in parts.items():
            file.writestr(f"{name}.npy", data)
    return out.getvalue()


def changed(array: np.ndarray, value: float, dtype: str = "f4") -> np.ndarray:
    other = array.astype(dtype)
    other[3, 5] = value
    return other


@dataclass(frozen=True)
class Rule:
    """A file, how it is read, and either an error (code and words) or a badge that is shown."""

    says: str
    data: bytes = field(repr=False)
    role: Role
    code: str | None
    words: tuple[str, ...]
    how: dict[str, Any] = field(default_factory=dict)


def rule(says: str, data: bytes, role: Role, code: str | None, *words: str, **how: Any) -> Rule:
    return Rule(says, data, role, code, words, how)


TWO = [Image.fromarray(MASK * np.uint8(255)), Image.fromarray(GREYS)]
DEEP = b'{"shapes": ' + b"[" * 80 + b"]" * 80 + b"}"
STREET = dumped(street())
PICTURES = [{"id": n, "file_name": f"{n}.jpg", "height": 24, "width": 32} for n in (7, 8)]
LINE = street(objects=[{"label": "road", "polygon": [[1, 1], [5, 5], [9, 9]]}])
AWAY = street(objects=[{"label": "road", "polygon": [[90, 90], [95, 90], [95, 95]]}])
MANY = street(objects=[{"label": "a", "polygon": [[n % 32, n % 24] for n in range(300_000)]}])
RULES = [
    # the file as such
    rule("empty", b"", "image", "empty", "0 bytes", "Save it again"),
    rule("50 MB a file", png(MASK) + bytes(50_000_000), "image", "too_large", "50 MB"),
    rule("nothing known", b"Dear reader", "image", "unsupported", "no known picture type"),
    rule("pickles", pickle.dumps([1]), "image", "pickle", "never opened here"),
    rule("pickled arrays", npy(np.array([{}])), "target", "pickle", "pickled NumPy array"),
    rule("SVG", b"<svg><script>1</script></svg>", "image", "unsupported", "an SVG drawing"),
    rule("GIF", b"GIF89a" + bytes(40), "image", "unsupported", "a GIF picture", "one frame"),
    rule("PostScript", b"%!PS-Adobe", "image", "unsupported", "PostScript or PDF"),
    rule("a ZIP of pictures in one box", b"PK\3\4" + bytes(40),
         "image", "unsupported", "a ZIP archive", "one by one"),
    rule("content decides, the name is said", npy(MASK), "target", None, "name ends in .png"),
    # pictures
    rule("cut short", png(COLOURS)[:900], "image", "corrupt", "cut off or damaged"),
    rule("animations", png(TWO[0], save_all=True, append_images=TWO[1:]), "image", "multiframe",
         "animation of 2 frames"),
    rule("a mask's palette by index", png(palette(MASK)), "target", None, "by index"),
    rule("colours are no mask", png(COLOURS), "target", "bad_mode", "colour picture"),
    rule("both colour and alpha vary", png(np.dstack([COLOURS, MASK * np.uint8(255)])), "image",
         "bad_mode", "two readings"),
    rule("constant colour: alpha is the mask",
         png(np.dstack([np.full_like(COLOURS, 9), MASK * np.uint8(255)])), "target", None,
         "transparency is read as the mask"),
    rule("a lossy mask is cut at half", png(MASK * np.uint8(255), "JPEG"), "target", None,
         "cut at half"),
    rule("16-bit greys", png(GREYS.astype(np.uint16) * 257), "prediction", None, "/65536"),
    rule("pixels are counted first", png(MASK), "image", "too_large", "32 × 24", "768 in all",
         limits=Limits(pixels=767)),
    # TIFF
    rule("pages of different sizes", png(TWO[0], "TIFF", save_all=True,
         append_images=[TWO[1].crop((0, 0, 9, 9))]), "image", "multiframe", "Choose one page"),
    rule("no such page", tiff(MASK), "image", "multiframe", "page 4 was asked for", page=4),
    rule("float TIFF", tiff(SOFT), "prediction", None, "read as probabilities"),
    # arrays
    rule("dtype", npy(SOFT.astype(complex)), "prediction", "bad_dtype", "complex128", "astype"),
    rule("one axis", npy(np.zeros(9)), "target", "shape", "height and a width"),
    rule("five axes", npy(np.zeros((2, 2, 2, 5, 5))), "target", "shape", "5 axes"),
    rule("C × H × W or H × W × C", npy(np.zeros((4, 9, 4), np.uint8)), "target", "ambiguous",
         "axis 0 or axis 2"),
    rule("different channels", npy(COLOURS), "target", "ambiguous", "channels that differ"),
    rule("a cut array", npy(MASK)[:-9], "target", "corrupt", "cut off"),
    rule("several members", npz(a=MASK, b=MASK), "target", "ambiguous", "`a`", "`b`", "Choose"),
    rule("no such member", npz(a=MASK), "target", "ambiguous",
         "no array `c`", member="c"),
    rule("no array inside", b"PK\3\4" + bytes(22) + b"\5\0\0\0a.npy", "target", "corrupt",
         "archive that is cut off or damaged"),
    rule("very many members", npz(**{f"a{n}": np.zeros(1) for n in range(5)}), "target",
         "archive", "5 parts", "up to 4", limits=Limits(members=4)),
    rule("what it unpacks to", npz(a=np.zeros((64, 64))), "prediction", "too_large",
         "unpacks to", limits=Limits(unpacked_bytes=1000)),
    # volumes
    rule("a cut volume", zipped(nifti(np.zeros((5, 6, 7), np.uint8)))[:-20], "target", "corrupt",
         "gzip data is cut off"),
    rule("gzip of something else", zipped(b"hello" * 200), "image", "unsupported",
         "no NIfTI volume"),
    rule("time series", nifti(np.zeros((5, 6, 7, 3), np.uint8)), "target", "shape", "three axes"),
    rule("orientation", nifti(np.zeros((5, 6, 7), np.uint8)), "target", None, "R A S"),
    # DICOM
    rule("JPEG in DICOM", jpeg_dicom([MASK[:16, :16] * np.uint8(255)]), "prediction", None,
         "near the true ones"),
    rule("other compression", dicom(MASK).replace(b"1.2.840.10008.1.2.1\0",
         b"1.2.840.10008.1.2.4\0"), "target", "unsupported", "pixels are compressed"),
    rule("rescaled", dicom(GREYS, RescaleSlope=2, RescaleIntercept=-7), "image", None,
         "Values rescaled", "× 2 + −7"),
    rule("its window", dicom(GREYS, WindowCenter=100, WindowWidth=50), "image", None,
         "centre 100, width 50"),
    rule("its palette", dicom(MASK, PhotometricInterpretation="PALETTE COLOR"), "target", None,
         "by index"),
    rule("several segments", segmentation(np.stack([MASK, MASK]), [1, 2], ["liver", "tumour"]),
         "target", "ambiguous", "`liver`", "`tumour`"),
    rule("one segment", segmentation(np.stack([MASK, MASK]), [1, 2], ["liver", "tumour"]),
         "target", None, "liver", member="liver"),
    # outlines
    rule("broken JSON", STREET[:-9], "target", "json", "broken JSON (line"),
    rule("nested deep", DEEP, "target", "json", "nested 8", "up to 64"),
    rule("unknown JSON", b'{"a": 1}', "target", "schema", "of no known kind", "LabelMe"),
    rule("outlines are no picture", STREET, "image", "schema", "no picture"),
    rule("several classes", STREET, "target", "ambiguous", "4 classes", "Choose one"),
    rule("one class", STREET, "target", None, "Class `road` against everything", class_="road"),
    rule("no such class", STREET, "target", "bad_labels", "no class of the chosen name",
         class_="bus"),
    rule("unknown labels are listed", STREET, "target", None, "no class", "`sky`",
         values="labels", classes=("road",)),
    rule("a line is no object", dumped(LINE), "target", "no_objects", "lie on one line"),
    rule("wholly outside", dumped(AWAY), "target", "geometry", "wholly outside", "32 × 24"),
    rule("very many points", json.dumps(MANY).encode(), "target", "too_large", "300,000",
         "up to 250,000"),
    rule("no size anywhere", dumped(labelme(imageHeight=None, imageWidth=None)), "target",
         "ambiguous", "how large its picture is", values="labels"),
    rule("another picture's outlines", STREET, "target", "size_mismatch", "32 × 24", "9 × 9",
         size=(9, 9)),
    rule("LabelMe's points", dumped(labelme([shape("a", [[5, 5]], "point")])), "target", None,
         "point"),
    rule("COCO of two pictures", dumped(coco([{"category_id": 3, "segmentation": HOLED}],
         images=PICTURES)), "target", "ambiguous", "2 pictures", "`7.jpg`", "file name"),
    rule("run lengths of another size", dumped(coco([{"category_id": 3, "segmentation":
         {"size": [9, 9], "counts": [81]}}])), "target", "size_mismatch", "9 × 9"),
    rule("YOLO without a picture", YOLO, "target", "ambiguous", "picture's size",
         "Choose the picture first"),
    rule("YOLO in pixels", b"0 10 10 50 10 50 60\n", "target", "range", "fractions", size=SIZE),
    # values
    rule("three values", png(CLASSES), "target", "not_binary", "(0, 1, 3", "several classes?"),
    rule("a label of −1", npy(MASK.astype(np.int8) - 1), "target", "bad_labels", "−1 as ignore",
         values="labels"),
    rule("−1 chosen", npy(MASK.astype(np.int8) - 1), "target", None, "kept as 255",
         values="labels", ignore=-1),
    rule("halves are no labels", npy(MASK * 0.5), "target", "bad_labels", "no whole numbers",
         values="labels"),
    rule("257 labels", npy(np.arange(768).reshape(24, 32)), "target", "bad_labels",
         "more than 256 different", values="labels"),
    rule("outside [0, 1]", npy(changed(SOFT, 1.5)), "prediction", "range", "1.5"),
    rule("NaN", npy(changed(SOFT, np.nan)), "prediction", "nonfinite", "1 "),
    rule("infinite logits", npy(changed(SOFT * 9 - 4, np.inf)), "prediction", "nonfinite",
         "1 ", scale="logit"),
    rule("guessed logits", npy(SOFT * 9 - 4), "prediction", None, "read as logits"),
    rule("guessed probabilities", npy(SOFT), "prediction", None, "read as probabilities"),
    rule("guessed hard", png(MASK * np.uint8(255)), "prediction", None, "read as a hard mask"),
    rule("8-bit greys", png(GREYS), "prediction", None, "(g + ½)/256"),
    rule("another size", png(MASK), "target", "size_mismatch", "32 × 24", "64 × 48", "resized",
         size=(48, 64)),
]  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.says)
def test_a_rule_of_the_contract(rule: Rule) -> None:
    if rule.code is None:
        reading = read(rule.data, "scan.png", role=rule.role, **rule.how)
        said = "\n".join(reading.assumptions)
    else:
        with pytest.raises(ReadError) as caught:
            read(rule.data, "scan.png", role=rule.role, **rule.how)
        said = caught.value.message
        assert caught.value.code == rule.code, said
        assert said.startswith("`scan.png` ") and said[-1] in ".?"
        assert len(said) < 420 and "Traceback" not in said and "\n" not in said
    for word in rule.words:
        assert word in said, said


def test_every_code_has_a_rule() -> None:
    assert {rule.code for rule in RULES} - {None} == set(get_args(Code))


def test_what_a_tiff_says_is_not_logged(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    data = tiff(SOFT, software="SECRET-Person")
    broken = data.replace(b"SECRET-Person", b"SECRET\xff\x9d\x81rson")
    assert broken != data
    with caplog.at_level(logging.DEBUG):
        read(broken, "scan.tif", role="prediction")
    out, err = capfd.readouterr()
    assert "SECRET" not in caplog.text + out + err
