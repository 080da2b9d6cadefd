"""A bundle gives back the pair to the bit, and any other file a sentence."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import struct
import zipfile
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from segloss_core import bundle, export
from segloss_core.pair import Pair, Prediction
from segloss_core.readers import LIMITS, Code, ReadError
from segloss_core.scenes import SCENES

RNG = np.random.default_rng(11)
CODES = RNG.integers(0, 256, (7, 9), dtype=np.uint8)
MASK = (CODES > 99).astype(np.uint8)
LOGITS = (RNG.normal(size=(7, 9)) * 5).astype(np.float32)
LOGITS[0, :3] = [-0.0, 0.0, np.float32(1e-42)]
P = RNG.random((7, 9))
P[2, :4] = [0.0, 1.0, 1.0, 5e-324]
STATE = {
    "v": "1",
    "loss": "tversky",
    "tversky.alpha": "0.3",
    "mix": "1.0*dice+0.5*bce",
    "px": "3,4",
}

PREDICTIONS = {
    "codes": Prediction.coded(CODES),
    "hard": Prediction.hard(MASK),
    "hard at 0.51": Prediction.hard(MASK, 0.51),
    "hard at another confidence": Prediction.hard(MASK).with_confidence(0.8),
    "hard with greys as codes": replace(Prediction.hard(MASK, 0.7), codes=CODES),
    "float16": Prediction.floating(P.astype(np.float16)),
    "float32": Prediction.floating(P.astype(np.float32)),
    "float64": Prediction.floating(P),
    "logits of 32 bits": Prediction.from_logits(LOGITS),
    "logits of 64 bits": Prediction.from_logits(LOGITS.astype(np.float64) / 3),
    "logits from columns": Prediction.from_logits(np.asfortranarray(LOGITS)),
}
IMAGES = {"none": None, "grey": CODES, "colours": np.stack([CODES, 255 - CODES, MASK], -1)}


def pair(**changes: Any) -> Pair:
    fields: dict[str, Any] = {
        "image": IMAGES["colours"],
        "target": MASK,
        "prediction": PREDICTIONS["codes"],
        "name": "größe & “Ωμ” 🙂.png",
        "origin": "upload",
        "names": {"target": "m`<b>.png", "prediction": "p.npy"},
        "notes": ("Prediction: 8-bit greys read as probabilities (g + ½)/256", "a\nb"),
    }
    return Pair(**{**fields, **changes})


def same(a: Pair, b: Pair) -> None:
    """Assert that nothing at all tells two pairs apart."""
    assert a.digest == b.digest
    for field in dataclasses.fields(Pair):
        if field.name not in ("image", "target", "prediction", "ignored"):
            assert getattr(a, field.name) == getattr(b, field.name), field.name
    for field in dataclasses.fields(Prediction):
        one, other = getattr(a.prediction, field.name), getattr(b.prediction, field.name)
        if isinstance(one, np.ndarray):
            assert (one.dtype, one.shape, one.tobytes()) == (
                other.dtype,
                other.shape,
                other.tobytes(),
            )
        else:
            assert one == other and type(one) is type(other), field.name
    assert (a.image is None) == (b.image is None)
    assert (a.ignored is None) == (b.ignored is None)
    if a.ignored is not None and b.ignored is not None:
        assert a.ignored.dtype == b.ignored.dtype
        np.testing.assert_array_equal(a.ignored, b.ignored)
    for one, other in ((a.image, b.image), (a.target, b.target)):
        assert one is other is None or (one.shape, one.tobytes()) == (other.shape, other.tobytes())
        assert other is None or not other.flags.writeable


def repacked(data: bytes, **changed: Any) -> bytes:
    """The bundle with parts replaced (bytes), added, or left out (None); digests follow."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(parts[bundle.MANIFEST])
    for name, value in changed.items():
        if name in ("digests", "manifest"):
            continue
        file = name.replace("__", ".")
        parts.pop(file, None)
        manifest["sha256"].pop(file, None)
        if value is not None:
            parts[file] = value
            manifest["sha256"][file] = hashlib.sha256(value).hexdigest()
    for path, value in changed.get("manifest", {}).items():
        *way, last = path.split("/")
        place = manifest
        for step in way:
            place = place[step]
        if value is KeyError:
            del place[last]
        else:
            place[last] = value
    if bundle.MANIFEST in parts:
        parts[bundle.MANIFEST] = json.dumps(manifest).encode()
    return zipped(parts)


def zipped(parts: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def refused(
    data: bytes, code: Code, *said: str, name: str = "a.segloss.zip", **options: Any
) -> None:
    with pytest.raises(ReadError) as found:
        bundle.read(data, name, **options)
    message = found.value.message
    assert found.value.code == code, message
    assert message.startswith(f"`{name}`") and message.endswith(".")
    for words in said:
        assert words in message, message


WHOLE = bundle.write(pair(), STATE, "inspect_pixels")


# ---- there and back -----------------------------------------------------------------------------


@pytest.mark.parametrize("image", IMAGES)
@pytest.mark.parametrize("kind", PREDICTIONS)
def test_every_kind_of_pair_comes_back_to_the_bit(kind, image):
    before = pair(prediction=PREDICTIONS[kind], image=IMAGES[image])
    after = bundle.read(bundle.write(before, STATE, "draw"), "x.segloss.zip")
    same(before, after.pair)
    assert dict(after.state) == STATE and after.page == "draw"


def test_clipped_probabilities_are_still_counted():
    assert PREDICTIONS["float64"].clipped == 3
    after = bundle.read(bundle.write(pair(prediction=PREDICTIONS["float64"]), {}), "x").pair
    assert after.prediction.clipped == 3


@pytest.mark.parametrize("scene", SCENES)
def test_samples_come_back_to_the_bit(scene):
    before = SCENES[scene].draw(64)
    same(before, bundle.read(bundle.write(before, {}), "x").pair)


TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
SHAPE = st.tuples(st.integers(1, 9), st.integers(1, 9))


@st.composite
def pairs(draw: Any) -> Pair:
    shape = draw(SHAPE)
    codes = draw(arrays.arrays(np.uint8, shape))
    kind = draw(st.sampled_from(["codes", "hard", "logits", "floats"]))
    if kind == "codes":
        prediction = Prediction.coded(codes)
    elif kind == "hard":
        sure = draw(st.floats(0.5, 1, exclude_min=True, exclude_max=True))
        prediction = Prediction.hard(codes > 100, sure)
    else:
        dtype = draw(st.sampled_from([np.float32, np.float64]))
        width = 8 * np.dtype(dtype).itemsize
        ends = {"min_value": 0, "max_value": 1} if kind == "floats" else {}
        values = st.floats(width=width, allow_nan=False, allow_infinity=False, **ends)
        plane = draw(arrays.arrays(dtype, shape, elements=values))
        make = Prediction.floating if kind == "floats" else Prediction.from_logits
        prediction = make(plane)
    image = draw(st.sampled_from([None, codes, np.stack([codes, codes[::-1], codes[:, ::-1]], -1)]))
    return Pair(
        image=image,
        target=draw(arrays.arrays(np.uint8, shape, elements=st.integers(0, 1))),
        prediction=prediction,
        ignored=draw(st.none() | arrays.arrays(np.bool_, shape)),
        name=draw(TEXT),
        origin=draw(st.sampled_from(["sample", "upload"])),
        names=draw(st.dictionaries(TEXT, TEXT, max_size=3)),
        notes=tuple(draw(st.lists(TEXT, max_size=3))),
    )


@settings(max_examples=150, deadline=None)
@given(pairs(), st.dictionaries(TEXT, TEXT, max_size=4), TEXT)
def test_any_pair_comes_back_to_the_bit(before, state, page):
    written = bundle.write(before, state, page)
    assert written == bundle.write(before, state, page)
    after = bundle.read(written, "x.segloss.zip")
    same(before, after.pair)
    assert dict(after.state) == state and after.page == page


def test_equal_bundles_are_equal_bytes_and_nothing_in_them_says_when():
    again = bundle.write(pair(), dict(reversed(STATE.items())), "inspect_pixels")
    assert again == WHOLE
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist() == ["segloss.json", "image.png", "target.png", "prediction.png"]


def test_the_arrays_can_be_had_without_this_library():
    data = bundle.write(pair(prediction=PREDICTIONS["logits of 32 bits"]), {})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = np.load(io.BytesIO(archive.read("prediction.npy")), allow_pickle=False)
    np.testing.assert_array_equal(found, LOGITS)


def test_everything_that_a_pair_has_is_in_its_bundle():
    """Whoever gives a pair another field has to give it a place in the bundle."""
    assert {f.name for f in dataclasses.fields(Pair)} == {
        "image", "target", "prediction", "name", "origin", "names", "notes", "ignored",
    }  # fmt: skip
    assert {f.name for f in dataclasses.fields(Prediction)} == {
        "codes", "table", "plane", "kind", "confidence", "clipped",
    }  # fmt: skip


# ---- what is refused ----------------------------------------------------------------------------


def test_a_newer_version_says_what_to_do():
    for version in (2, 10**400):
        data = repacked(WHOLE, manifest={"version": version})
        refused(data, "unsupported", "newer SegLoss Lab", "opens version 1", "Update")


@pytest.mark.parametrize("version", [0, -1, True, 1.0, "1", None, []])
def test_a_version_that_is_none_is_refused(version):
    refused(repacked(WHOLE, manifest={"version": version}), "corrupt", "names no version")


def test_a_part_that_is_not_known_is_of_a_newer_one():
    data = repacked(WHOLE, weights__png=bundle.png(CODES))
    refused(data, "unsupported", "`weights.png`", "Update")


def test_other_files_are_refused_by_name():
    refused(b"", "empty")
    refused(b"Dear reader", "unsupported", "no ZIP archive")
    refused(zipped({"a_mask.png": b"1", "a_pred.png": b"2"}), "archive", "no bundle of SegLoss Lab")
    refused(repacked(WHOLE, manifest={"format": "other"}), "archive", "another format")
    refused(WHOLE[:-40], "corrupt", "cut off or damaged")
    refused(WHOLE[: len(WHOLE) // 2], "corrupt", "cut off or damaged")


def test_missing_parts_are_refused():
    refused(repacked(WHOLE, target__png=None), "corrupt", "do not belong together")
    refused(repacked(WHOLE, prediction__png=None), "corrupt", "do not belong together")
    for name in (
        "format",
        "sha256",
        "pair",
        "prediction",
        "state",
        "page",
        "pair/notes",
        "pair/origin",
    ):
        code = "archive" if name == "format" else "corrupt"
        refused(repacked(WHOLE, manifest={name: KeyError}), code)
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name != "image.png"}
    refused(zipped(parts), "corrupt", "not those that its manifest lists")
    refused(zipped({**parts, "image.png": b"", "x.png": b""}), "corrupt", "not those")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("pair", []), ("pair/name", 3), ("pair/name", "\ud800"), ("pair/origin", "moon"),
        ("pair/names", [["a", "b"]]), ("pair/names", {"a": 1}), ("pair/notes", "abc"),
        ("pair/notes", [1]), ("state", {"a": 1}), ("state", "x"), ("page", None), ("sha256", []),
        ("sha256", {}), ("prediction", 7), ("prediction/kind", "soft"), ("prediction/kind", "hard"),
        ("prediction/kind", "float"), ("prediction/kind", []), ("prediction/confidence", 0.7),
        ("prediction/clipped", -1), ("prediction/clipped", True), ("prediction/clipped", "0"),
    ],
)  # fmt: skip
def test_a_manifest_that_does_not_fit_is_refused(path, value):
    refused(repacked(WHOLE, manifest={path: value}), "corrupt")


@pytest.mark.parametrize("confidence", [None, 0.5, 1.0, 0.7, "0.7", 10**400, [], float("1e308")])
def test_a_confidence_off_its_grid_is_refused(confidence):
    data = bundle.write(pair(prediction=PREDICTIONS["hard"]), {})
    refused(repacked(data, manifest={"prediction/confidence": confidence}), "corrupt")


def test_arrays_that_do_not_fit_are_refused():
    png = bundle.png
    refused(repacked(WHOLE, target__png=png(CODES)), "corrupt", "do not belong together")
    refused(repacked(WHOLE, target__png=png(CODES[1:] * 0)), "corrupt", "do not belong together")
    refused(repacked(WHOLE, image__png=png(CODES[1:])), "corrupt", "do not belong together")
    refused(repacked(WHOLE, prediction__png=png(IMAGES["colours"])), "corrupt")
    refused(repacked(WHOLE, target__png=b"no picture"), "corrupt", "`target.png`", "no")
    whole = bundle.write(pair(prediction=PREDICTIONS["logits of 32 bits"]), {})
    for wrong in (
        LOGITS[None], np.where(LOGITS > 3, np.nan, LOGITS), LOGITS.astype(np.float16),
        LOGITS.astype(np.int32), LOGITS.astype(complex), LOGITS[1:], LOGITS.ravel(),
    ):  # fmt: skip
        out = io.BytesIO()
        np.save(out, wrong)
        refused(repacked(whole, prediction__npy=out.getvalue()), "corrupt")
    out = io.BytesIO()
    np.save(out, np.array([[{}]], dtype=object), allow_pickle=True)
    refused(repacked(whole, prediction__npy=out.getvalue()), "corrupt")


def test_a_part_that_was_exchanged_is_refused():
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["target.png"] = bundle.png((1 - MASK) * 255)
    refused(zipped(parts), "corrupt", "`target.png`", "not the one that was saved")


@pytest.mark.parametrize(
    ("name", "code"),
    [("../target.png", "archive"), ("/target.png", "archive"), ("C:/x.png", "archive"),
     ("a/../../b", "archive"), ("..\\up.png", "archive"), ("line\nend.png", "archive")],
)  # fmt: skip
def test_names_that_lead_out_are_refused(name, code):
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    refused(zipped({**parts, name: b"x"}), code, "leads out of the archive")


def test_two_parts_of_one_name_are_refused():
    out = io.BytesIO(WHOLE)
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("target.png", b"other")
    refused(out.getvalue(), "archive", "two parts called `target.png`")


def test_hostile_json_is_refused_in_one_sentence():
    def with_manifest(said: bytes) -> bytes:
        return zipped({bundle.MANIFEST: said, "target.png": b""})

    refused(with_manifest(b"[" * 5000), "json", "nested")
    refused(with_manifest(b"{" + b'"a":' * 3), "json")
    refused(with_manifest(b"[]"), "archive", "another format")
    refused(with_manifest(b'{"version": NaN}'), "json")
    refused(with_manifest(b"\xff\xfe{}"), "json", "UTF-8")
    refused(with_manifest(b'{"version": ' + b"9" * 9000 + b"}"), "json")
    refused(with_manifest(b" " * 300_000), "too_large", "`segloss.json`")
    refused(with_manifest(b""), "json")


def test_amounts_are_bounded():
    refused(zipped({f"{n}": b"" for n in range(1001)}), "archive", "1,001 parts")
    tight = replace(LIMITS, file_bytes=100)
    refused(WHOLE, "too_large", "are read", limits=tight)
    refused(WHOLE, "archive", "unpacks to", limits=replace(LIMITS, archive_bytes=500))
    refused(WHOLE, "too_large", limits=replace(LIMITS, pixels=10))
    bomb = zipped({bundle.MANIFEST: b"{}", "image.png": bytes(600_000_000)})
    refused(bomb, "archive", "600.0 MB")
    # Two parts that lie over each other, so that few bytes unpack to many.
    data = bytearray(zipped({"a": b"x" * 100, "b": b"y" * 100}, zipfile.ZIP_STORED))
    second = data.rfind(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 0)
    refused(bytes(data), "corrupt")


def test_a_password_is_refused():
    data = bytearray(WHOLE)
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    refused(bytes(data), "archive", "password")


def test_a_bundle_that_could_not_be_opened_again_is_not_written():
    with pytest.raises(ValueError, match="crop the pair"):
        bundle.write(pair(), {}, limits=replace(LIMITS, file_bytes=300))
    with pytest.raises(ValueError, match="longer than a bundle"):
        bundle.write(pair(notes=("x" * 300_000,)), {})
    with pytest.raises(UnicodeEncodeError):
        bundle.write(pair(name="\ud800"), {})


@pytest.mark.parametrize("kind", ["codes", "hard", "float64"])
def test_a_byte_turned_anywhere_gives_the_same_pair_or_an_error(kind):
    before = pair(prediction=PREDICTIONS[kind])
    whole = bundle.write(before, STATE, "tune")
    rng = np.random.default_rng(3)
    outcomes = set()
    for _ in range(300):
        data = bytearray(whole)
        at = int(rng.integers(len(data)))
        data[at] ^= int(rng.integers(1, 256))
        try:
            after = bundle.read(bytes(data), "x.segloss.zip")
        except ReadError as error:
            assert error.code in get_args(Code)
            assert error.message.startswith("`x.segloss.zip`")
            outcomes.add("refused")
        else:
            same(before, after.pair)
            assert dict(after.state) == STATE and after.page == "tune"
            outcomes.add("read")
    assert outcomes == {"read", "refused"}


@pytest.mark.parametrize("confidence", [None, 0.7])
def test_the_script_that_opens_a_bundle_runs(tmp_path, confidence):
    ignored = CODES < 20
    before = pair(prediction=PREDICTIONS["hard" if confidence else "codes"], ignored=ignored)
    file = tmp_path / "it's.segloss.zip"
    file.write_bytes(bundle.write(before, STATE))
    found: dict[str, Any] = {}
    exec(export.from_bundle(str(file), confidence, ignoring=True), found)
    np.testing.assert_array_equal(found["target"], before.target)
    np.testing.assert_array_equal(found["ignored"], ignored)
    now = before.prediction if confidence is None else before.prediction.with_confidence(confidence)
    assert found["prediction"].state_digest == now.state_digest
