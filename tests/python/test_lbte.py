"""The full Boltzmann equation against the program, bit for bit; its physics, its states, and what options refuse."""

import dataclasses
import filecmp
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from conftest import INPUTS

import umklapp

#: Crystal, options of the program, keywords of lbte.
CASES = {
    "iterative": ("silicon", ["--mesh", 5, 5, 5], {"mesh": (5, 5, 5)}),
    "direct": ("silicon", ["--mesh", 5, 5, 5, "--solver", "direct"], {"mesh": (5, 5, 5), "solver": "direct"}),
    "relaxons": ("nacl", ["--mesh", 3, 3, 3, "--relaxons"], {"mesh": (3, 3, 3), "relaxons": True}),
    "reducible": ("silicon", ["--mesh", 3, 3, 3, "--reducible-colmat"], {"mesh": (3, 3, 3), "reducible": True}),
    "pseudo-inverse": (
        "silicon",
        ["--mesh", 3, 3, 3, "--pinv-cutoff", 1e-3, "--pinv-method", 1],
        {"mesh": (3, 3, 3), "pinv_cutoff": 1e-3, "pinv_method": 1},
    ),
    "no stars": ("silicon", ["--mesh", 3, 3, 3, "--noks"], {"mesh": (3, 3, 3), "kappa_stars": False}),
    "sets": (
        "silicon",
        ["--mesh", 5, 5, 5, "--whole-degenerate-sets", "--tolerance", 1e-4, "--max-iterations", 30],
        {"mesh": (5, 5, 5), "whole_degenerate_sets": True, "tolerance": 1e-4, "max_iterations": 30},
    ),
    "isotopes and pairs": (
        "nacl",
        ["--mesh", 5, 5, 5, "--isotope", "--bmfp", 1, "--transport", "wigner"],
        {"mesh": (5, 5, 5), "isotope": True, "boundary_mfp": 1, "transport": "wigner"},
    ),
    "generalized": ("wurtzite", ["--mesh", 15, "--grg"], {"mesh": 15, "generalized": True}),
    "smearing": (
        "silicon",
        ["--mesh", 3, 3, 3, "--sigma", 0.2, "--sigma-cutoff", 3],
        {"mesh": (3, 3, 3), "sigma": 0.2, "sigma_cutoff": 3},
    ),
    "memory": ("silicon", ["--mesh", 5, 5, 5, "--memory", "1G"], {"mesh": (5, 5, 5), "memory": 1}),
}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", CASES)
def test_program_and_package_agree_bit_for_bit(name, run_program, tmp_path):
    crystal, words, options = CASES[name]
    folder = run_program("lbte", INPUTS[crystal], *words, "--ts", 100, 300, "-q")
    result = umklapp.load(INPUTS[crystal]).lbte(**options, temperatures=[100, 300])
    made = [result.to_hdf5(tmp_path)]
    if result.eigenvalues is not None:
        made += result.spectrum_to_hdf5(tmp_path)
    assert {os.path.basename(path) for path in made} == {path.name for path in folder.glob("*.hdf5")}
    for path in made:
        assert filecmp.cmp(path, folder / os.path.basename(path), shallow=False)


@pytest.fixture(scope="module")
def direct(silicon):
    return silicon.lbte((5, 5, 5), temperatures=(100, 300), relaxons=True)


@pytest.fixture(scope="module")
def iterative(silicon):
    return silicon.lbte((5, 5, 5), temperatures=(100, 300), tolerance=1e-10)


def test_both_solvers_agree(direct, iterative):
    np.testing.assert_allclose(iterative.kappa[:, 0], direct.kappa[:, 0], rtol=1e-8)
    np.testing.assert_array_equal(iterative.kappa_rta, direct.kappa_rta)
    for result in (direct, iterative):
        assert [solution.state for solution in result.solutions] == ["solved", "solved"]
    assert all(solution.n_iterations > 1 and solution.residual < 1e-3 for solution in iterative.solutions)
    assert all(solution.n_iterations == 0 for solution in direct.solutions)
    assert iterative.eigenvalues is None and iterative.relaxation_times is None


def test_relaxation_times_are_those_of_rta(silicon, iterative):
    rta = silicon.rta((5, 5, 5), temperatures=(100, 300))
    np.testing.assert_array_equal(iterative.gamma, rta.gamma)
    np.testing.assert_allclose(iterative.kappa_rta, rta.kappa, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(iterative.mode_kappa_rta, rta.mode_kappa, rtol=1e-10, atol=1e-10)
    assert (np.abs(iterative.kappa - rta.kappa)[:, 0] > 0.01 * rta.kappa[:, 0]).all()  # what the other modes feed back


def test_relaxons_carry_kappa(direct):
    """Their shares are kappa, but for differences within degenerate sets."""
    share = np.array([solution.degenerate_share for solution in direct.solutions])
    np.testing.assert_allclose(direct.relaxon_kappa.sum(axis=1)[:, 0], direct.kappa[:, 0] * (1 - share), rtol=1e-8)
    assert (np.diff(direct.eigenvalues, axis=1) >= 0).all()
    assert direct.eigenvalues.shape == (2, 3 * direct.frequencies.size)
    carry = direct.eigenvalues > 1e-6
    np.testing.assert_allclose(direct.relaxation_times[carry], 1 / (4 * np.pi * direct.eigenvalues[carry]))


def test_several_widths(silicon):
    results = silicon.lbte((3, 3, 3), temperatures=300, sigma=[0.2, 0.3], tetrahedra=True, isotope=True)
    assert [result.sigma for result in results] == [0, 0.2, 0.3]
    alone = silicon.lbte((3, 3, 3), temperatures=300, sigma=0.3, isotope=True)
    np.testing.assert_array_equal(alone.kappa, results[2].kappa)


def test_threads_change_no_bit(silicon, iterative):
    again = silicon.lbte((5, 5, 5), temperatures=(100, 300), tolerance=1e-10, threads=3, grid_points_in_flight=2)
    np.testing.assert_array_equal(again.kappa, iterative.kappa)
    np.testing.assert_array_equal(again.mode_kappa, iterative.mode_kappa)


# ---- pairs of bands


def test_pairs_of_bands_beside_the_full_equation(nacl, tmp_path):
    result = nacl.lbte((5, 5, 5), temperatures=[300], transport="SMM19")
    np.testing.assert_array_equal(result.kappa_intra_exact, result.kappa)
    np.testing.assert_array_equal(result.kappa_intra_rta, result.kappa_rta)
    rta = nacl.rta((5, 5, 5), temperatures=[300], transport="wigner")
    np.testing.assert_allclose(result.kappa_inter, rta.kappa_inter, rtol=1e-12, atol=1e-14)
    again = umklapp.read(result.to_hdf5(tmp_path))
    np.testing.assert_array_equal(again.kappa_inter, result.kappa_inter)
    np.testing.assert_array_equal(again.mode_kappa_rta, result.mode_kappa_rta)


@pytest.mark.parametrize("transport", ["wigner", "njc23", "ibdb19"])
def test_transport_of_relaxation_times(transport, nacl, run_program, tmp_path):
    words = ["--mesh", 5, 5, 5, "--ts", 300, "--transport", transport, "-q"]
    folder = run_program("rta", INPUTS["nacl"], *words)
    result = nacl.rta((5, 5, 5), temperatures=300, transport=transport)
    made = result.to_hdf5(tmp_path)
    assert filecmp.cmp(made, folder / os.path.basename(made), shallow=False)
    np.testing.assert_array_equal(result.kappa, result.kappa_intra + result.kappa_inter)
    assert result.kappa_inter[0, 0] > 0
    assert nacl.rta((5, 5, 5), temperatures=300).kappa_inter is None


# ---- states


def test_an_operator_that_is_not_positive(nacl):
    with pytest.warns(UserWarning, match="10 K: the collision operator is not positive") as told:
        result = nacl.lbte((9, 9, 9), temperatures=[10, 300])
    assert [warning.filename for warning in told] == [__file__]
    assert [solution.state for solution in result.solutions] == ["not positive", "solved"]
    assert np.isnan(result.kappa[0]).all() and np.isfinite(result.kappa[1]).all()
    assert np.isfinite(result.kappa_rta).all()
    table = result._repr_html_()
    assert "full Boltzmann equation" in table and "<td>not positive</td>" in table and "<td>nan</td>" in table
    pytest.importorskip("matplotlib").use("Agg")
    solved, rta = result.plot("kappa").lines
    np.testing.assert_array_equal(solved.get_xdata(), [300])
    np.testing.assert_array_equal(rta.get_ydata(), result.kappa_rta[:, 0])
    with pytest.raises(ValueError, match="no solution at 10 K"):
        result.plot("accumulation", temperature=10)


def test_too_few_iterations_and_a_checkpoint(silicon, iterative, tmp_path):
    """The checkpoint stays for more iterations, and goes when all is solved; the bits are those of one run."""
    path = tmp_path / "run.checkpoint"
    options = {"mesh": (5, 5, 5), "temperatures": (100, 300), "tolerance": 1e-10, "checkpoint": path}
    with pytest.warns(UserWarning, match="not converged after 2 iterations"):
        early = silicon.lbte(**options, max_iterations=2)
    assert {solution.state for solution in early.solutions} == {"not converged"}
    assert (early.kappa[:, 0] <= iterative.kappa[:, 0]).all() and path.exists()
    with pytest.raises(ValueError, match=r"run\.checkpoint"):
        silicon.lbte(**{**options, "temperatures": 200})
    assert path.exists()
    late = silicon.lbte(**options)
    np.testing.assert_array_equal(late.kappa, iterative.kappa)
    assert not path.exists()


SCRIPT = """
import sys, umklapp
crystal = umklapp.load(sys.argv[1])
print("ready", flush=True)
try:
    crystal.lbte((19, 19, 19), temperatures=300, threads=1, checkpoint=sys.argv[2])
except KeyboardInterrupt:
    print("stopped", flush=True)
print(crystal.lbte((3, 3, 3), temperatures=300).kappa.shape, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_interrupt(tmp_path):
    path = tmp_path / "run.checkpoint"
    words = [sys.executable, "-c", SCRIPT, str(INPUTS["silicon"]), str(path)]
    child = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "ready\n"
    time.sleep(1)
    sent = time.monotonic()
    child.send_signal(signal.SIGINT)
    assert child.stdout.readline() == "stopped\n"
    assert time.monotonic() - sent < 15
    assert child.stdout.readline() == "(1, 6)\n"
    assert child.wait() == 0 and path.exists()


def test_progress(silicon):
    told = []
    silicon.lbte((5, 5, 5), temperatures=300, progress=told.append)
    assert told == sorted(told) and told[-1] == 1


# ---- files


@pytest.mark.parametrize("name", ["direct", "iterative"])
def test_round_trip(name, request, tmp_path, monkeypatch):
    result = request.getfixturevalue(name)
    path = result.to_hdf5(tmp_path)
    for _ in range(2):
        again = umklapp.read(path)
        assert type(again) is umklapp.ThermalConductivity and "full Boltzmann" in again._repr_html_()
        for field in dataclasses.fields(again):
            if field.name != "timings":
                np.testing.assert_array_equal(getattr(again, field.name), getattr(result, field.name))
        monkeypatch.setitem(sys.modules, "h5py", None)  # with the compiled part, once more


def test_html(iterative, tmp_path, run_program):
    iterative.to_html(tmp_path / "own.html", title="Silicon")
    path = iterative.to_hdf5(tmp_path)
    run_program("report", path, "-o", tmp_path / "program.html", "--title", "Silicon")
    assert filecmp.cmp(tmp_path / "own.html", tmp_path / "program.html", shallow=False)


def test_no_spectrum(iterative, tmp_path):
    with pytest.raises(ValueError, match='no eigenvalues: compute it with solver="direct"'):
        iterative.spectrum_to_hdf5(tmp_path)


def test_a_spectrum_of_another_shape(direct):
    with pytest.raises(ValueError, match="eigenvalues: shape"):
        dataclasses.replace(direct, eigenvalues=direct.eigenvalues[:1])


# ---- what is refused


@pytest.mark.parametrize(
    ("options", "exception", "message"),
    [
        ({"solver": "cholesky"}, ValueError, "solver: 'cholesky' is none of iterative, direct"),
        ({"solver": "iterative", "relaxons": True}, ValueError, 'need solver="direct"'),
        ({"solver": "iterative", "pinv_cutoff": 0.1}, ValueError, 'need solver="direct"'),
        ({"reducible": True, "relaxons": True}, ValueError, "reducible excludes relaxons"),
        ({"tolerance": 0}, ValueError, "tolerance: 0 is not a number above 0"),
        ({"tolerance": 0.2}, ValueError, "tolerance: 0.2 is above 0.1"),
        ({"tolerance": "small"}, TypeError, "tolerance: a number expected"),
        ({"max_iterations": 0}, ValueError, "max_iterations: 0 is not 1 or above"),
        ({"max_iterations": "many"}, TypeError, "max_iterations: an integer expected"),
        ({"max_iterations": 2.5}, TypeError, "max_iterations: an integer expected"),
        ({"pinv_cutoff": -1}, ValueError, "pinv_cutoff: -1 is not 0 or above"),
        ({"pinv_method": True}, TypeError, "pinv_method: an integer expected, not True"),
        ({"pinv_method": 2}, ValueError, "pinv_method: 2 is neither"),
        ({"relaxons": 1}, TypeError, "relaxons: True or False expected"),
        ({"transport": "phonons"}, ValueError, "transport: 'phonons' is none of boltzmann"),
        ({"transport": 1}, TypeError, "transport: a str expected"),
        ({"normal_umklapp": True}, TypeError, "there is no option 'normal_umklapp'"),
        ({"checkpoint": "no such folder/file"}, OSError, "no such folder/file"),
        ({"checkpoint": 3}, TypeError, "checkpoint: a path expected"),
        ({"mesh": 0}, ValueError, "mesh"),
    ],
)
def test_what_is_wrong_is_named(silicon, options, exception, message):
    with pytest.raises(exception, match=message):
        silicon.lbte(**{"mesh": (3, 3, 3), "temperatures": 300, **options})


def test_an_input_is_no_checkpoint(silicon, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("precious")
    with pytest.raises(ValueError, match=r"notes\.txt"):
        silicon.lbte((3, 3, 3), temperatures=300, checkpoint=path)
    assert path.read_text() == "precious"


def test_a_crystal_without_fc3(silicon):
    harmonic = umklapp.Crystal(silicon.unit_cell, silicon.supercell_matrix, silicon.fc2)
    with pytest.raises(ValueError, match="no third-order force constants"):
        harmonic.lbte((3, 3, 3), temperatures=300)


def test_memory_limit(silicon):
    with pytest.raises(MemoryError):
        silicon.lbte((19, 19, 19), temperatures=300, solver="direct", memory=1e-2)


def test_estimate(silicon):
    mesh, options = (9, 9, 9), {"temperatures": 300}
    few, many = (silicon.estimate_lbte(mesh, solver=solver, **options) for solver in ("iterative", "direct"))
    assert few.n_points == many.n_points == len(silicon.rta(mesh, constant_strength=1e-10, **options).grid_points)
    assert many.bytes > few.bytes > 0 and few.n_triplets > few.n_points


def test_signature_is_spelled_out(silicon):
    import inspect

    names = inspect.signature(silicon.lbte).parameters
    assert names["max_iterations"].default == 500 and "options" not in names and "constant_strength" not in names
