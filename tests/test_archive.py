"""Pairs in a ZIP are found by the names of their files, unpacked one by one, within bounds."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from dataclasses import replace
from typing import get_args

import numpy as np
import pytest

from segloss_core.readers import LIMITS, Code, ReadError, png, read
from segloss_core.readers.archive import pairs_in, part, shown_path

from .fuzz_readers import run_archives


def zipped(*names: str, data: bytes = b"x" * 10, how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name in names:
            archive.writestr(name, data)
    return out.getvalue()


def pairs(*names: str) -> dict[str, dict[str, str]]:
    return {pair.name: dict(pair.paths) for pair in pairs_in(zipped(*names), "z.zip").pairs}


def refused(data: bytes, code: Code, *said: str, **options) -> None:
    with pytest.raises(ReadError) as found:
        pairs_in(data, "z.zip", **options)
    message = found.value.message
    assert found.value.code == code, message
    assert message.startswith("`z.zip`") and message.endswith(".")
    for words in said:
        assert words in message, message


# ---- which files make a pair --------------------------------------------------------------------


def test_folders_say_the_roles():
    found = pairs("images/a.jpg", "masks/a.png", "predictions/a.npy")
    assert found == {
        "a": {"image": "images/a.jpg", "target": "masks/a.png", "prediction": "predictions/a.npy"}
    }


@pytest.mark.parametrize(
    "target", ["masks", "labels", "gt", "Targets", "annotations", "ground_truth", "MASK"]
)
@pytest.mark.parametrize("prediction", ["predictions", "preds", "pred", "probs", "Logits"])
def test_folders_have_many_names(target, prediction):
    assert len(pairs(f"set/{target}/7.png", f"set/{prediction}/7.png")) == 1


@pytest.mark.parametrize(
    "names",
    [
        ("7_image.png", "7_mask.png", "7_pred.png"),
        ("img-7.png", "gt-7.png", "prediction-7.png"),
        ("7.png", "7.label.png", "7.prob.npy"),
        ("case/image.png", "case/mask.nii.gz", "case/pred.nii"),
        ("images/7_img.png", "masks/7_mask.png", "preds/7.png"),
        ("images/train/7.png", "train/masks/7.png", "preds/train/7_pred.png"),
        ("leftImg8bit/f_7_leftImg8bit.png", "gtFine/f_7_gtFine_polygons.json", "pred/f_7.png"),
    ],
)
def test_ends_of_names_say_the_roles(names):
    (found,) = pairs(*names).values()
    assert list(map(found.get, ("image", "target", "prediction"))) == list(names)


def test_one_stem_in_two_folders_is_two_pairs_named_by_them():
    names = [f"set/{part}/{role}/1.png" for part in ("train", "val") for role in ("masks", "preds")]
    assert list(pairs(*names)) == ["train/1", "val/1"]


def test_pairs_come_in_natural_order():
    names = [f"{role}/cell{n}.png" for n in (10, 2, 1) for role in ("masks", "preds")]
    assert list(pairs(*names)) == ["cell1", "cell2", "cell10"]


def test_files_that_make_no_pair_are_named_and_litter_is_not():
    data = zipped(
        "masks/a.png", "preds/a.png", "masks/b.png", "preds/c.png", "readme.txt", "d.png",
        "masks/a.npy", "__MACOSX/masks/._a.png", "masks/.DS_Store", "preds/Thumbs.db", "empty/",
    )  # fmt: skip
    found = pairs_in(data, "z.zip")
    assert [pair.name for pair in found.pairs] == ["a"]
    assert len(found.unmatched) == 5
    assert set(found.unmatched) > {"masks/b.png", "preds/c.png", "readme.txt", "d.png"}
    spare = (set(found.unmatched) & {"masks/a.png", "masks/a.npy"}).pop()
    assert found.pairs[0].paths["target"] != spare


def test_names_are_made_safe_to_show():
    assert shown_path("a\x00b/\u202ec.png") == "ab/c.png"


def test_nothing_is_unpacked_to_list_pairs():
    """A part whose content is destroyed is met when it is chosen, not before."""
    data = bytearray(zipped("masks/a.png", "preds/a.png", "masks/b.png", "preds/b.png",
                            data=np.random.default_rng(0).bytes(5000)))  # fmt: skip
    at = data.find(b"masks/b.png") + 200
    data[at : at + 50] = bytes(50)
    whole = bytes(data)
    found = pairs_in(whole, "z.zip")
    assert len(found.pairs) == 2
    assert len(part(whole, "z.zip", "preds/b.png")) == 5000
    with pytest.raises(ReadError, match=r"damaged in its part `b\.png`") as error:
        part(whole, "z.zip", "masks/b.png")
    assert error.value.code == "corrupt"


def test_forty_pairs_are_listed_without_their_pixels_and_read_one_by_one():
    rng = np.random.default_rng(1)
    mask = (rng.random((1024, 1024)) > 0.5).astype(np.uint8) * 255
    picture = png(mask)
    names = [f"{role}/{n}.png" for n in range(40) for role in ("masks", "preds")]
    data = zipped(*names, data=picture, how=zipfile.ZIP_STORED)
    tracemalloc.start()
    found = pairs_in(data, "z.zip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found.pairs) == 40
    assert peak < len(data) + 2_000_000, "the archive once, and its directory"
    path = found.pairs[7].paths["target"]
    reading = read(part(data, "z.zip", path), path, role="target")
    np.testing.assert_array_equal(reading.array, mask > 0)


# ---- what is refused ----------------------------------------------------------------------------


def test_an_archive_without_pairs_says_what_is_missing():
    refused(zipped("masks/1.png"), "archive", "1 file but no pair", "no predictions")
    refused(zipped("preds/1.png", "images/1.png"), "archive", "no target masks")
    refused(zipped("a.png", "b.png"), "archive", "no names say which", "masks and predictions")
    refused(zipped("masks/1.png", "preds/2.png"), "archive", "have the same name")
    refused(zipped(), "archive", "0 files but no pair")


def test_other_files_are_refused():
    refused(b"", "empty")
    refused(b"\x89PNG\r\n\x1a\n", "unsupported", "no ZIP archive")
    refused(zipped("masks/a.png", "preds/a.png")[:-30], "corrupt", "cut off or damaged")


@pytest.mark.parametrize(
    "name", ["../masks/a.png", "/masks/a.png", "masks/../../a.png", "C:\\masks\\a.png"]
)
def test_names_that_lead_out_are_refused(name):
    refused(zipped("masks/a.png", "preds/a.png", name), "archive", "leads out of the archive")


def test_amounts_are_bounded():
    many = [f"{role}/{n}.png" for n in range(201) for role in ("masks", "preds")]
    refused(zipped(*many), "archive", "holds 201 pairs; up to 200 are read")
    assert len(pairs_in(zipped(*many[2:]), "z.zip").pairs) == 200
    refused(zipped(*map(str, range(1001))), "archive", "1,001 parts")
    bomb = zipped("masks/a.png", "preds/a.png", data=bytes(300_000_000))
    refused(bomb, "archive", "600.0 MB")
    large = zipped("masks/a.png", "preds/a.png", data=bytes(51_000_000))
    assert len(pairs_in(large, "z.zip").pairs) == 1, "each may be too large, which is said of it"
    with pytest.raises(ReadError, match=r"unpacks to 51\.0 MB") as error:
        part(large, "z.zip", "masks/a.png")
    assert error.value.code == "too_large"
    refused(zipped("masks/a.png", "preds/a.png"), "too_large", limits=replace(LIMITS, file_bytes=9))


def test_sizes_that_lie_are_refused():
    """The directory says that a part unpacks to more, or to less, than it does."""
    for said in (5, 5000):
        data = bytearray(zipped("masks/a.png", "preds/a.png", data=b"y" * 1000))
        first = data.find(b"PK\x01\x02")
        data[first + 24 : first + 28] = said.to_bytes(4, "little")
        with pytest.raises(ReadError) as error:
            part(bytes(data), "z.zip", "masks/a.png")
        assert error.value.code == "corrupt"


def test_a_byte_turned_anywhere_gives_pairs_or_an_error():
    whole = zipped("images/a.png", "masks/a.png", "preds/a.png", "masks/b.png", "preds/b.png")
    rng = np.random.default_rng(4)
    outcomes = set()
    for _ in range(300):
        data = bytearray(whole)
        data[int(rng.integers(len(data)))] ^= int(rng.integers(1, 256))
        try:
            found = pairs_in(bytes(data), "z.zip")
            unpacked = [
                part(bytes(data), "z.zip", path)
                for pair in found.pairs
                for path in pair.paths.values()
            ]
        except ReadError as error:
            assert error.code in get_args(Code) and error.message.startswith("`z.zip`")
            outcomes.add("refused")
        else:
            assert set(unpacked) == {b"x" * 10}
            outcomes.add("read")
    assert outcomes == {"read", "refused"}


def test_broken_archives_by_the_hundred_end_in_pairs_or_an_error():
    outcomes = run_archives(600, 7)
    assert outcomes["read"] and outcomes["corrupt"] and sum(outcomes.values()) == 600
