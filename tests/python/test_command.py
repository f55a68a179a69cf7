"""The program that the package installs: the same as the one that CMake builds."""

import filecmp
import importlib.metadata
import os
import signal
import subprocess
import sys

import pytest
from conftest import INPUTS, program

import umklapp
from umklapp import _native

OWN = [sys.executable, "-m", "umklapp"]


def run(*words, cwd=None, command=OWN):
    return subprocess.run([*command, *map(str, words)], cwd=cwd, capture_output=True, text=True, check=False)


def test_version():
    assert run("--version").stdout == f"umklapp {_native.version()}\n"
    assert umklapp.__version__ in (_native.version(), "unknown")


def test_exit_status_and_messages():
    for words in ([], ["frobnicate"], ["rta"], ["rta", "none.yaml"], ["rta", "none.yaml", "--mesh", "5"]):
        own, other = run(*words), run(*words, command=program())
        assert (own.returncode, own.stdout, own.stderr) == (other.returncode, other.stdout, other.stderr)
        assert own.returncode in (1, 2) and own.stderr.startswith("umklapp: ")


def test_the_same_files(tmp_path):
    for name, command in (("own", OWN), ("other", program())):
        (tmp_path / name).mkdir()
        done = run("rta", INPUTS["silicon"], "--mesh", 5, 5, 5, "--ts", 300, cwd=tmp_path / name, command=command)
        assert done.returncode == 0 and "Thermal conductivity (W/m-K)" in done.stdout
    for name in ("kappa-m555.hdf5", "phono3py.yaml"):
        assert filecmp.cmp(tmp_path / "own" / name, tmp_path / "other" / name, shallow=False)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_interrupt(tmp_path):
    words = ["rta", str(INPUTS["silicon"]), "--mesh", "61", "61", "61", "--ts", "300", "--threads", "1"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    child = subprocess.Popen([*OWN, *words], cwd=tmp_path, **pipes)
    while not child.stdout.readline().startswith("Estimated memory"):
        assert child.poll() is None
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=60)
    assert child.returncode == 130 and errors == "umklapp: error: interrupted: nothing more was written\n"
    assert list(tmp_path.iterdir()) == []


def test_entry_point():
    try:
        scripts = importlib.metadata.distribution("umklapp").entry_points
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("the package is on PYTHONPATH, not installed")
    (script,) = [entry for entry in scripts if entry.group == "console_scripts"]
    assert (script.name, script.value) == ("umklapp", "umklapp.__main__:main")
    path = os.path.join(os.path.dirname(sys.executable), "umklapp")
    assert run("--version", command=[path]).stdout == f"umklapp {_native.version()}\n"
