"""Crystals and the program for the tests of the Python package.

UMKLAPP_PROGRAM is the program to compare with; without it the one that the package installs.
"""

import os
import pathlib
import subprocess
import sys

import pytest

import umklapp

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
INPUTS = {
    "silicon": EXAMPLES / "si-pbesol" / "phono3py_disp.yaml",
    "nacl": EXAMPLES / "nacl" / "phono3py_params_NaCl222.yaml.xz",
    "wurtzite": EXAMPLES / "wurtzite-model" / "phono3py_disp.yaml",
}


@pytest.fixture(scope="session")
def silicon():
    return umklapp.load(INPUTS["silicon"])


@pytest.fixture(scope="session")
def nacl():
    return umklapp.load(INPUTS["nacl"])


@pytest.fixture(scope="session")
def small(silicon):
    """A quick result."""
    return silicon.rta((5, 5, 5), temperatures=(100, 300, 800))


def program():
    path = os.environ.get("UMKLAPP_PROGRAM")
    return [path] if path else [sys.executable, "-m", "umklapp"]


@pytest.fixture
def run_program(tmp_path):
    """Run the program in an empty folder; returns the folder with its files."""

    def run(*words, check=True):
        folder = tmp_path / "program"
        folder.mkdir(exist_ok=True)
        done = subprocess.run([*program(), *map(str, words)], cwd=folder, capture_output=True, text=True, check=False)
        assert not check or done.returncode == 0, done.stderr
        return folder if check else done

    return run
