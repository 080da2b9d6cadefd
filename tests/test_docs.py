"""What the documents say is true."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .refresh_readme import README, fresh

ROOT = README.parent


def test_the_table_of_losses_is_fresh():
    text = README.read_text(encoding="utf-8")
    assert fresh(text) == text, "run python -m tests.refresh_readme"


def test_the_code_in_the_readme_runs():
    for code in re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.S):
        exec(compile(code, "README.md", "exec"), {})


def test_every_file_that_the_documents_link_is_there():
    for document in ROOT.glob("*.md"):
        prose = re.sub(r"```.*?```|`[^`]*`", "", document.read_text(encoding="utf-8"), flags=re.S)
        for link in re.findall(r"\]\(([^)#]+)\)", prose):
            if "://" not in link:
                assert (ROOT / link).exists(), f"{document.name} links {link}"


def test_every_make_target_that_is_named_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for document in ROOT.glob("*.md"):
        for target in re.findall(r"`?make (\w+)`", document.read_text(encoding="utf-8")):
            assert re.search(rf"^{target}:", makefile, re.M), target


def test_contributing_is_short():
    assert len((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()) < 50


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The library alone, installed from the repository without its dependencies."""
    folder, source = tmp_path_factory.mktemp("installed"), tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "segloss_core", source / "segloss_core")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
    ]
    done = subprocess.run(
        [*command, "--target", str(folder), str(source)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return folder


def test_pip_install_gives_the_core_alone(installed):
    top = {p.name for p in installed.iterdir() if not p.name.endswith(".dist-info")}
    assert top - {"__pycache__"} == {"segloss_core"}
    assert (installed / "segloss_core" / "py.typed").exists()
    code = (
        "import torch; from segloss_core import LOSSES, maps; import segloss_core; "
        f"assert segloss_core.__file__.startswith({str(installed)!r}); assert len(LOSSES) >= 16"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=installed,
        env={"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
