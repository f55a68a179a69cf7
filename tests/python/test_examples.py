"""The examples run, and what they print is what the documents say."""

import re
import subprocess
import sys

import pytest
from conftest import ROOT


def run(name, folder):
    path = ROOT / "examples" / "python" / name
    done = subprocess.run([sys.executable, str(path)], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def number(pattern, text):
    return float(re.search(pattern, text)[1])


def test_every_example_is_tested():
    known = set(re.findall(r'run\("(\w+\.py)"', open(__file__).read()))
    assert known == {path.name for path in (ROOT / "examples" / "python").glob("*.py")}


def test_conductivity(tmp_path):
    text = run("conductivity.py", tmp_path)
    # Less than the 109 W/(m K) without isotopes.
    assert 95 < number(r"300.0 K +([0-9.]+) W", text) < 109
    assert (tmp_path / "kappa-m111111.hdf5").exists()
    if "no pictures" not in text:
        assert len(list(tmp_path.glob("silicon-*.png"))) == 3


def test_arrays(tmp_path):
    text = run("arrays.py", tmp_path)
    with_charges, without = number(r"frequency: ([0-9.]+) THz", text), number(r"charges ([0-9.]+)\n", text)
    assert with_charges > 1.1 * without  # the longitudinal branch is lifted
    assert number(r"300 K: ([0-9.]+)", text) == pytest.approx(8.0, rel=0.02)


def test_convergence(tmp_path):
    rows = run("convergence.py", tmp_path).splitlines()
    last, previous = (float(row.split()[-3]) for row in (rows[-1], rows[-2]))
    assert abs(last - previous) < 0.03 * last and last == pytest.approx(7.824, abs=0.01)
