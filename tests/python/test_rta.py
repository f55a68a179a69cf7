"""Runs against the program, option by option, bit for bit; and what options refuse."""

import filecmp
import inspect
import os
from fractions import Fraction

import numpy as np
import pytest
from conftest import INPUTS

import umklapp

#: Crystal, options of the program, keywords of load, of rta.
CASES = {
    "three numbers": ("silicon", ["--mesh", 5, 5, 5], {}, {"mesh": (5, 5, 5)}),
    "length": ("silicon", ["--mesh", 20], {}, {"mesh": 20}),
    "matrix": (
        "silicon",
        ["--gm", -4, 4, 4, 4, -4, 4, 4, 4, -4],
        {},
        {"mesh": 4 * (np.ones((3, 3), dtype=int) - 2 * np.eye(3, dtype=int))},
    ),
    "generalized": ("wurtzite", ["--mesh", 20, "--grg"], {}, {"mesh": 20.0, "generalized": True}),
    "charges": ("nacl", ["--mesh", 5, 5, 5], {}, {"mesh": [5, 5, 5]}),
    "wang": ("nacl", ["--mesh", 5, 5, 5, "--nac-method", "wang"], {}, {"mesh": (5, 5, 5), "nac_method": "wang"}),
    "no charges": ("nacl", ["--mesh", 5, 5, 5, "--nonac"], {"nac": False}, {"mesh": (5, 5, 5)}),
    "isotopes": ("nacl", ["--mesh", 5, 5, 5, "--isotope"], {}, {"mesh": (5, 5, 5), "isotope": True}),
    "variances": (
        "silicon",
        ["--mesh", 5, 5, 5, "--mv", 1e-3, 2e-3],
        {},
        {"mesh": (5, 5, 5), "mass_variances": [1e-3, 2e-3]},
    ),
    "no symmetry": ("silicon", ["--mesh", 3, 3, 3, "--nosym"], {"symmetry": False}, {"mesh": (3, 3, 3)}),
    "unreduced": (
        "silicon",
        ["--mesh", 3, 3, 3, "--nomeshsym", "--noks"],
        {},
        {"mesh": (3, 3, 3), "mesh_symmetry": False, "kappa_stars": False},
    ),
    "masses": ("silicon", ["--mesh", 3, 3, 3, "--mass", 28, 30], {"masses": [28, 30]}, {"mesh": (3, 3, 3)}),
    "primitive cell": ("silicon", ["--mesh", 3, 3, 3, "--pa", "F"], {"primitive_matrix": "F"}, {"mesh": (3, 3, 3)}),
    "smearing": (
        "silicon",
        ["--mesh", 5, 5, 5, "--sigma", 0.2, "--sigma-cutoff", 3],
        {},
        {"mesh": (5, 5, 5), "sigma": 0.2, "sigma_cutoff": 3},
    ),
    "phono3py's weights": (
        "silicon",
        ["--mesh", 5, 5, 5, "--no-average-degenerate-weights", "--no-symmetrize-tetrahedra"],
        {},
        {"mesh": (5, 5, 5), "average_degenerate_weights": False, "symmetrize_tetrahedra": False},
    ),
    "parts": (
        "silicon",
        ["--mesh", 5, 5, 5, "--nu", "--bmfp", 0.1, "--cutoff-freq", 0.5],
        {},
        {"mesh": (5, 5, 5), "normal_umklapp": True, "boundary_mfp": 0.1, "cutoff_frequency": 0.5},
    ),
    "strengths": ("silicon", ["--mesh", 5, 5, 5, "--full-pp"], {}, {"mesh": (5, 5, 5), "full_strength": True}),
    "average strength": ("silicon", ["--mesh", 5, 5, 5, "--ave-pp"], {}, {"mesh": (5, 5, 5), "average_strength": True}),
    "constant strength": (
        "silicon",
        ["--mesh", 5, 5, 5, "--const-ave-pp", 1e-10],
        {},
        {"mesh": (5, 5, 5), "constant_strength": 1e-10},
    ),
    "cut-off of fc3": ("silicon", ["--mesh", 5, 5, 5, "--cutoff-fc3", 4], {"fc3_cutoff": 4}, {"mesh": (5, 5, 5)}),
    "home atom": ("silicon", ["--mesh", 5, 5, 5, "--v2"], {}, {"mesh": (5, 5, 5), "r0_average": False}),
    "order of phonons": (
        "silicon",
        ["--mesh", 3, 3, 3, "--sym-fc3q"],
        {},
        {"mesh": (3, 3, 3), "symmetrize_fc3q": True},
    ),
    "acoustic": (
        "silicon",
        ["--mesh", 3, 3, 3, "--exclude-gamma-acoustic"],
        {},
        {"mesh": (3, 3, 3), "exclude_gamma_acoustic": True},
    ),
}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", CASES)
def test_program_and_package_agree_bit_for_bit(name, run_program, tmp_path):
    crystal, words, loaded, options = CASES[name]
    folder = run_program("rta", INPUTS[crystal], *words, "--ts", 100, 300, "-q")
    (expected,) = folder.glob("kappa-*.hdf5")
    result = umklapp.load(INPUTS[crystal], **loaded).rta(**options, temperatures=[100, 300])
    made = result.to_hdf5(tmp_path)
    assert os.path.basename(made) == expected.name
    assert filecmp.cmp(made, expected, shallow=False)


def test_several_widths(silicon, run_program, tmp_path):
    folder = run_program("rta", INPUTS["silicon"], "--mesh", 5, 5, 5, "--sigma", 0.1, 0.2, "--thm", "--ts", 300, "-q")
    results = silicon.rta((5, 5, 5), temperatures=300, sigma=[0.1, 0.2], tetrahedra=True)
    assert [result.sigma for result in results] == [0, 0.1, 0.2]
    for result in results:
        made = result.to_hdf5(tmp_path)
        assert filecmp.cmp(made, folder / os.path.basename(made), shallow=False)
    (alone,) = silicon.rta((5, 5, 5), temperatures=300, sigma=[0.1])
    np.testing.assert_array_equal(alone.kappa, results[1].kappa)
    one = silicon.rta((5, 5, 5), temperatures=300, sigma=0.1)
    np.testing.assert_array_equal(one.gamma, alone.gamma)


def test_one_way_to_integrate_is_one_result(silicon, small):
    """The tetrahedron method alone is no list; a sequence of one width is one, also as an array."""
    alone = silicon.rta((5, 5, 5), temperatures=small.temperatures, tetrahedra=True)
    np.testing.assert_array_equal(alone.kappa, small.kappa)
    listed = silicon.rta((5, 5, 5), temperatures=300, sigma=np.array([0.1]))
    both = silicon.rta((5, 5, 5), temperatures=300, sigma=np.array(0.1), tetrahedra=True)
    assert [result.sigma for result in listed] == [0.1] and [result.sigma for result in both] == [0, 0.1]


def test_threads_and_flights_change_no_bit(silicon, small):
    for threads, flight in ((1, 1), (2, 3), (3, 0)):
        again = silicon.rta((5, 5, 5), temperatures=(100, 300, 800), threads=threads, grid_points_in_flight=flight)
        np.testing.assert_array_equal(again.gamma, small.gamma)
        np.testing.assert_array_equal(again.kappa, small.kappa)


def test_default_temperatures(silicon):
    result = silicon.rta((2, 2, 2), constant_strength=1e-10)
    np.testing.assert_array_equal(result.temperatures, np.arange(0, 1001, 10))


def test_grid_points_one_by_one_make_the_whole(silicon, small, tmp_path):
    for half in np.array_split(small.grid_points, 2):
        part = silicon.linewidths(half, (5, 5, 5), temperatures=small.temperatures, write_gamma=tmp_path)
        assert not hasattr(part, "kappa")
        at = np.searchsorted(small.grid_points, half)
        np.testing.assert_array_equal(part.gamma, small.gamma[:, at])
    assert len(list(tmp_path.glob("kappa-m555-g*.hdf5"))) == len(small.grid_points)
    again = silicon.rta((5, 5, 5), temperatures=small.temperatures, read_gamma=tmp_path)
    np.testing.assert_array_equal(again.kappa, small.kappa)


def test_estimate(silicon):
    found = silicon.estimate((9, 9, 9), temperatures=300)
    result = silicon.rta((9, 9, 9), temperatures=300)
    assert found.n_points == len(result.grid_points)
    assert found.bytes > result.gamma.nbytes
    assert found.n_triplets > found.n_points


def test_memory_limit(silicon):
    with pytest.raises(MemoryError):
        silicon.rta((60, 60, 60), memory=1e-3)


def test_timings(small):
    stages = sum(seconds for name, seconds in small.timings.items() if name != "total")
    assert stages == pytest.approx(small.timings["total"], rel=0.05)
    assert small.timings["strengths"] > 0


@pytest.mark.parametrize(
    ("options", "exception", "message"),
    [
        ({"mesh": 0}, ValueError, "mesh: the length 0 is not above 0"),
        ({"mesh": (5, 5)}, ValueError, "mesh: .* is neither a length"),
        ({"mesh": (5, 5, 2.5)}, ValueError, "mesh"),
        ({"mesh": (5, 5, 0)}, ValueError, "mesh"),
        ({"mesh": np.zeros((3, 3))}, ValueError, "singular|grid"),
        ({"temperatures": -1}, ValueError, "temperatures"),
        ({"temperatures": []}, ValueError, "temperatures"),
        ({"sigma": 0}, ValueError, "sigma"),
        ({"sigma_cutoff": 3}, ValueError, "sigma_cutoff needs sigma"),
        ({"nac_method": "ewald"}, ValueError, "nac_method"),
        ({"boundary_mfp": 0}, ValueError, "boundary_mfp"),
        ({"boundary_mfp": "far"}, TypeError, "boundary_mfp: a number expected, not 'far'"),
        ({"constant_strength": 1, "full_strength": True}, ValueError, "constant_strength excludes"),
        ({"read_gamma": "no such folder"}, FileNotFoundError, "no such folder"),
        ({"mass_variances": [1e-3]}, ValueError, "mass_variances: 1 values for 2 atoms"),
        ({"mass_variances": [-1e-3, 0]}, ValueError, "variance"),
        ({"threads": 0}, ValueError, "threads: 0 is not between"),
        ({"isotope": 1}, TypeError, "isotope: True or False expected, not 1"),
        ({"cutoff_frequency": -1}, ValueError, "cutoff_frequency: -1 is not 0 or above"),
        ({"compression": "lzf", "write_gamma": "."}, ValueError, "lzf"),
        ({"isotopes": True}, TypeError, "there is no option 'isotopes'"),
        ({"mesh": "5 5 5"}, TypeError, "^mesh: numbers expected, not '5 5 5'"),
        ({"mesh": "5"}, TypeError, "^mesh: numbers expected, not '5'"),
        ({"mesh": True}, TypeError, "^mesh: numbers expected, not True"),
        ({"mesh": [True, 5, 5]}, TypeError, r"^mesh: numbers expected, not \[True, 5, 5"),
        ({"mesh": [5j, 5, 5]}, TypeError, r"^mesh: numbers expected, not \[5j, 5, 5"),
        ({"mesh": [[1, 2], [3]]}, ValueError, "^mesh: its rows have different lengths"),
        ({"mesh": np.inf}, ValueError, "^mesh: inf is not finite"),
        ({"mesh": [1e300, 1, 1]}, ValueError, "^mesh: .* is neither a length"),
        ({"temperatures": "300"}, TypeError, "^temperatures: numbers expected, not '300'"),
        ({"temperatures": [300, np.nan]}, ValueError, "^temperatures: not all of it is finite"),
        ({"temperatures": [300 + 1j]}, TypeError, "^temperatures: numbers expected"),
        ({"temperatures": np.array([300 + 1j])}, TypeError, "^temperatures: .* not an array of complex128"),
        ({"temperatures": [[300]]}, ValueError, r"^temperatures: .* not shape \(1, 1\)"),
        ({"sigma": [0.1, -0.1]}, ValueError, "^sigma: -0.1 is not a number above 0"),
        ({"boundary_mfp": [1.0]}, TypeError, "^boundary_mfp: a number expected"),
        ({"boundary_mfp": 10**400}, ValueError, "^boundary_mfp: a number in it is too large"),
        ({"memory": 1e300}, ValueError, r"^memory: 1e\+300 GB"),
        ({"grid_points_in_flight": -5}, ValueError, "^grid_points_in_flight: -5 is not 0 or above"),
        ({"grid_points_in_flight": 2.0}, TypeError, "^grid_points_in_flight: an integer expected"),
        ({"progress": "yes"}, TypeError, "^progress: True, False or a function expected, not 'yes'"),
        ({"write_gamma": 5}, TypeError, "^write_gamma: a path expected, not 5"),
        ({"write_gamma": b"."}, TypeError, "^write_gamma: a path expected"),
        ({"read_gamma": "a\0b"}, ValueError, "^read_gamma: .* is no path"),
        ({"compression": 2.5, "write_gamma": "."}, TypeError, "^compression: a str or an integer expected"),
    ],
)
def test_what_is_wrong_is_named(silicon, options, exception, message):
    with pytest.raises(exception, match=message):
        silicon.rta(**{"mesh": (3, 3, 3), "temperatures": 300, **options})


@pytest.mark.parametrize("calculate", ["rta", "lbte"])
def test_each_option_names_itself(silicon, calculate):
    """An object is neither a number nor a word nor a path; True and "1" are no numbers."""
    numbers = {"cutoff_frequency", "boundary_mfp", "threads", "grid_points_in_flight", "max_iterations", "tolerance"}
    numbers |= {"temperatures", "sigma", "sigma_cutoff", "mass_variances", "memory", "constant_strength"}
    numbers |= {"pinv_cutoff", "pinv_method"}
    run = getattr(silicon, calculate)
    options = set(inspect.signature(run).parameters) - {"mesh"}
    assert len(numbers & options) >= 10
    for name in options:
        for wrong in (object(), *((True, np.True_, "1") if name in numbers else ())):
            with pytest.raises(TypeError, match=f"^{name}: "):
                run((3, 3, 3), **{name: wrong})


def test_numbers_of_other_types_are_taken(silicon, small):
    temperatures = np.array([100, Fraction(300), np.float32(800)], dtype=object)
    again = silicon.rta(np.full(3, 5, dtype=np.int8), temperatures=temperatures, boundary_mfp=np.array(10**6))
    np.testing.assert_array_equal(again.kappa, small.kappa)


def test_grid_points_that_do_not_exist(silicon):
    with pytest.raises(ValueError, match="grid point 100000"):
        silicon.linewidths(100000, (3, 3, 3), temperatures=300)
    for wrong, exception in ((1.5, ValueError), ([0, 1.5], ValueError), ("1", TypeError), (True, TypeError)):
        with pytest.raises(exception, match=r"^grid_points: .* expected, not"):
            silicon.linewidths(wrong, (3, 3, 3), temperatures=300)


def test_signature_is_spelled_out(silicon):
    names = inspect.signature(silicon.rta).parameters
    assert "sigma" in names and names["boundary_mfp"].default == 1e6 and "options" not in names


def test_a_crystal_without_fc3(tmp_path):
    crystal = umklapp.load(INPUTS["silicon"])
    harmonic = umklapp.Crystal(crystal.unit_cell, crystal.supercell_matrix, crystal.fc2)
    with pytest.raises(ValueError, match="no third-order force constants"):
        harmonic.rta((3, 3, 3), temperatures=300)
    assert harmonic.rta((3, 3, 3), temperatures=300, constant_strength=1e-10).kappa[0, 0] > 0
