"""Results: files both ways, what they show, and that reading and drawing need no compiled part."""

import dataclasses
import filecmp
import os
import subprocess
import sys

import numpy as np
import pytest
from conftest import EXAMPLES, INPUTS, ROOT

import umklapp

ARRAYS = [field.name for field in dataclasses.fields(umklapp.ThermalConductivity) if field.name != "timings"]


def assert_same(a, b):
    for name in ARRAYS:
        x, y = getattr(a, name), getattr(b, name)
        assert (x is None) == (y is None), name
        if x is not None:
            np.testing.assert_array_equal(x, y, err_msg=name)


@pytest.fixture(scope="module")
def rich(nacl):
    """A result with all that a file can hold, on a generalized grid."""
    options = {"isotope": True, "normal_umklapp": True, "full_strength": True, "boundary_mfp": 10}
    return nacl.rta(np.array([[-4, 4, 4], [4, -4, 4], [4, 4, -4]]), temperatures=[100, 300], **options)


def test_shapes_and_types(rich):
    t, (p, b) = 2, rich.frequencies.shape
    assert b == 6 and rich.kappa.shape == (t, 6) and rich.mode_kappa.shape == (t, p, b, 6)
    for name in ARRAYS:
        value = getattr(rich, name)
        if isinstance(value, np.ndarray):
            assert value.dtype in (np.float64, np.int64) and value.flags.c_contiguous and value.flags.writeable
    assert rich.weights.sum() == round(abs(np.linalg.det(rich.grid_matrix)))
    np.testing.assert_array_equal(rich.p_matrix @ rich.grid_matrix @ rich.q_matrix, np.diag(rich.mesh))


def test_physics_of_the_parts(rich):
    np.testing.assert_allclose(rich.gamma_normal + rich.gamma_umklapp, rich.gamma, rtol=1e-10, atol=1e-16)
    np.testing.assert_allclose(
        rich.mode_kappa.sum(axis=(1, 2)) / rich.weights.sum(), rich.kappa, rtol=1e-12, atol=1e-12
    )
    total = rich.gamma + rich.gamma_isotope
    scattered = total > 0
    np.testing.assert_allclose(rich.lifetimes[scattered], 1 / (4 * np.pi * total[scattered]))


@pytest.mark.parametrize("name", ["rich", "small"])
def test_round_trip(name, request, tmp_path):
    result = request.getfixturevalue(name)
    path = result.to_hdf5(tmp_path)
    again = umklapp.read(path)
    assert_same(result, again)
    second = again.to_hdf5(tmp_path / "copy.hdf5")
    assert second == str(tmp_path / "copy.hdf5")
    assert filecmp.cmp(path, second, shallow=False)
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(["copy.hdf5", path.rpartition("/")[2]])


def test_both_readers_agree(rich, tmp_path, monkeypatch):
    pytest.importorskip("h5py")
    path = rich.to_hdf5(tmp_path)
    with_h5py = umklapp.read(path)
    monkeypatch.setitem(sys.modules, "h5py", None)
    assert_same(umklapp.read(path), with_h5py)


def test_files_of_phono3py():
    folder = ROOT / "tests" / "data" / "reference"
    if not folder.exists():
        pytest.skip("the reference data are not part of a source distribution")
    for path in sorted(folder.glob("*/*/kappa-m*.hdf5")):
        if "reducible" in path.parent.name and "irreducible" not in path.parent.name:
            with pytest.raises(ValueError, match="frequencies"):
                umklapp.read(path)
            continue
        result = umklapp.read(path)
        assert (result.kappa_rta is None) == ("lbte" not in path.parent.name)
        assert result.kappa.shape == (len(result.temperatures), 6) and repr(result)


def test_compression(silicon, tmp_path):
    small = silicon.rta((7, 7, 7))
    plain = tmp_path / "plain.hdf5"
    small.to_hdf5(plain, compression="none")
    small.to_hdf5(tmp_path / "packed.hdf5", compression=9)
    assert (tmp_path / "packed.hdf5").stat().st_size < plain.stat().st_size
    with pytest.raises(ValueError, match="lzf"):
        small.to_hdf5(plain, compression="lzf")
    assert_same(umklapp.read(plain), small)  # a failure leaves what was there


def test_a_file_that_is_none(tmp_path, monkeypatch):
    path = tmp_path / "kappa.hdf5"
    path.write_text("no")
    with pytest.raises(OSError):
        umklapp.read(path)
    with pytest.raises(OSError):
        umklapp.read(tmp_path / "missing.hdf5")
    with pytest.raises(ValueError, match=r"fc2\.hdf5: the result has no"):
        umklapp.read(EXAMPLES / "si-pbesol" / "fc2.hdf5")


def test_changed_arrays_are_written_and_wrong_ones_refused(small, tmp_path):
    half = dataclasses.replace(small, kappa=small.kappa[::-1].astype(np.float32)[::-1] / 2)
    again = umklapp.read(half.to_hdf5(tmp_path))
    np.testing.assert_allclose(again.kappa, small.kappa / 2, rtol=1e-6)
    with pytest.raises(ValueError, match=r"gamma: shape \(1, "):
        dataclasses.replace(small, gamma=small.gamma[:1])


@pytest.mark.parametrize(
    ("path", "exception", "message"),
    [
        (None, TypeError, "path: a path expected, not None"),
        (3, TypeError, "path: a path expected, not 3"),
        (b"x.hdf5", TypeError, "path: a path expected, not b'x.hdf5'"),
        ("/no/dir/x.hdf5", FileNotFoundError, "path: there is no folder .*dir'"),
    ],
)
def test_paths(small, path, exception, message):
    with pytest.raises(exception, match=f"^{message}"):
        small.to_hdf5(path)
    if exception is TypeError:
        for function in (small.to_html, umklapp.read):
            with pytest.raises(exception, match=f"^{message}"):
                function(path)


@pytest.mark.skipif(os.name == "nt", reason="links of POSIX")
def test_a_link_stays_a_link(small, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    for target in ("there.hdf5", "new.hdf5"):
        (tmp_path / "b" / "link.hdf5").unlink(missing_ok=True)
        (tmp_path / "b" / "link.hdf5").symlink_to(f"../a/{target}")
        (tmp_path / "a" / "there.hdf5").write_text("earlier")
        assert small.to_hdf5(tmp_path / "b" / "link.hdf5") == str(tmp_path / "b" / "link.hdf5")
        assert (tmp_path / "b" / "link.hdf5").is_symlink() and not (tmp_path / "a" / target).is_symlink()
        assert_same(umklapp.read(tmp_path / "a" / target), small)
    assert sorted(file.name for file in tmp_path.rglob("*.*")) == ["link.hdf5", "new.hdf5", "there.hdf5"]


@pytest.mark.skipif(os.name == "nt", reason="files of POSIX")
def test_what_is_no_file_is_not_replaced(small, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="^path: .*pipe' is no file"):
        small.to_hdf5(tmp_path / "pipe")
    assert (tmp_path / "pipe").is_fifo()


def test_a_failure_tells_the_path_that_was_given(small, tmp_path, monkeypatch):
    """Not that of the folder where the file is made."""

    def refuse(source, target):
        raise PermissionError(13, "Permission denied", source)

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PermissionError, match=r"Permission denied: '[^']*mine\.hdf5'$"):
        small.to_hdf5(tmp_path / "mine.hdf5")
    assert list(tmp_path.iterdir()) == []


def test_at(small):
    tensor = small.at(310)
    np.testing.assert_array_equal(tensor, tensor.T)
    assert tensor[0, 0] == small.kappa[1, 0]
    for wrong, exception in ((float("nan"), ValueError), ("300", TypeError), (None, TypeError), (True, TypeError)):
        for function in (small.at, lambda temperature: small.plot("linewidths", temperature=temperature)):
            with pytest.raises(exception, match="^temperature: "):
                function(wrong)


def test_words_and_tables(small):
    assert repr(small).startswith("ThermalConductivity(5x5x5, tetrahedron method, 10 grid points")
    table = small._repr_html_()
    assert table.count("<tr>") == 4 and f"<td>{small.kappa[1, 0]:.3f}</td>" in table
    many = dataclasses.replace(
        small, **{name: np.repeat(getattr(small, name), 20, axis=0) for name in TEMPERATURE_AXIS}
    )
    assert many._repr_html_().count("<tr>") <= 13 and "of 60 temperatures" in many._repr_html_()


TEMPERATURE_AXIS = ["temperatures", "heat_capacities", "gamma", "kappa", "mode_kappa"]


@pytest.mark.parametrize("what", ["kappa", "linewidths", "accumulation"])
def test_plot(small, what):
    pytest.importorskip("matplotlib").use("Agg")
    axes = small.plot(what)
    (line,) = axes.get_lines()  # silicon is cubic: one component
    x, y = line.get_data()
    assert len(x) > 0 and axes.get_xlabel() and axes.get_ylabel()
    if what == "kappa":
        np.testing.assert_array_equal(y, small.kappa[:, 0])
    if what == "accumulation":
        assert (np.diff(x) >= 0).all() and y[-1] == pytest.approx(small.kappa[1, 0])
    assert small.plot(what, axes=axes) is axes


def test_plot_of_something_else(small):
    with pytest.raises(ValueError, match="'gamma' is none of kappa"):
        small.plot("gamma")


def test_plot_of_nothing(silicon):
    """At 0 K nothing carries heat; no empty figure is made."""
    pytest.importorskip("matplotlib").use("Agg")
    from matplotlib import pyplot

    cold, before = silicon.rta((3, 3, 3), temperatures=0), pyplot.get_fignums()
    with pytest.raises(ValueError, match="no kappa to draw: no temperature above 0 K"):
        cold.plot()
    with pytest.raises(ValueError, match="no kappa to accumulate at 0 K"):
        cold.plot("accumulation")
    with pytest.raises(ValueError, match="no linewidths to draw at 0 K"):
        dataclasses.replace(cold, gamma=0 * cold.gamma).plot("linewidths")
    assert pyplot.get_fignums() == before
    assert cold.plot("linewidths").get_lines()


def test_html(small, tmp_path, run_program):
    small.to_html(tmp_path / "own.html", title="Silicon & more")
    path = small.to_hdf5(tmp_path)
    run_program("report", path, "-o", tmp_path / "program.html", "--title", "Silicon & more")
    assert filecmp.cmp(tmp_path / "own.html", tmp_path / "program.html", shallow=False)


def test_reading_and_drawing_without_the_compiled_part(small, tmp_path):
    pytest.importorskip("matplotlib")
    pytest.importorskip("h5py")
    path = small.to_hdf5(tmp_path)
    code = f"""
import sys
sys.modules["umklapp._native"] = None
import matplotlib
matplotlib.use("Agg")
import umklapp
result = umklapp.read({str(path)!r})
result.plot("accumulation").figure.savefig({str(tmp_path / "figure.png")!r})
print(result.kappa[1, 0].hex(), umklapp.Cell([[4, 0, 0], [0, 4, 0], [0, 0, 4]], [[0, 0, 0]], ["Po"], [209]))
try:
    umklapp.load({str(INPUTS["silicon"])!r})
except ImportError as error:
    print("no load")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [float(small.kappa[1, 0]).hex(), "Cell(Po,", "64.000", "A^3)", "no", "load"]
    assert (tmp_path / "figure.png").stat().st_size > 1000


def test_import_is_lazy():
    code = "import sys, umklapp; print([m for m in sys.modules if m in ('umklapp._native', 'h5py', 'matplotlib')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert "load" in dir(umklapp) and "Crystal" in dir(umklapp)
    with pytest.raises(AttributeError, match="no_such"):
        umklapp.no_such  # noqa: B018
