"""Arguments of the compiled part: what is refused, with which exception, and that the argument is named."""

import numpy as np
import pytest

from umklapp import _native

CELL = {
    "lattice": 4.0 * np.eye(3),
    "positions": np.array([[0.0, 0, 0], [0.5, 0.5, 0.5]]),
    "symbols": "Cs Cl",
    "masses": np.array([132.9, 35.45]),
    "supercell_matrix": None,
    "phonon_supercell_matrix": None,
    "primitive_matrix": None,
    "primitive_axes": "P",
    "primitive_masses": None,
    "charges": None,
    "dielectric": None,
    "factor": 0.0,
    "reciprocal_cutoff": 0.0,
    "ewald_lambda": 0.0,
    "independent": False,
    "tolerance": 1e-5,
    "symmetry": True,
}


@pytest.fixture
def context():
    return _native.context_create(1)


def create(context, **changes):
    return _native.crystal_create(context, **{**CELL, **changes})


def test_what_is_good_is_taken(context):
    view = _native.crystal_view(create(context))
    assert view["space_group_number"] == 221
    np.testing.assert_array_equal(view["primitive"]["positions"], CELL["positions"])
    assert view["primitive"]["symbols"] == ["Cs", "Cl"]


@pytest.mark.parametrize(
    ("change", "exception", "message"),
    [
        ({"lattice": np.eye(3, dtype=np.float32)}, TypeError, "lattice: an array of float64 expected"),
        ({"lattice": np.eye(3).astype(">f8")}, TypeError, "lattice: .*foreign byte order"),
        ({"lattice": [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}, TypeError, "lattice: a NumPy array expected, not list"),
        ({"lattice": np.eye(4)}, ValueError, "lattice: size of axis 0 is 4, expected 3"),
        ({"lattice": np.ones(9)}, TypeError, r"lattice: 2 dimensions expected \(3 3\), not 1"),
        ({"lattice": np.asfortranarray(np.arange(9.0).reshape(3, 3))}, ValueError, "lattice: not C-contiguous"),
        ({"lattice": None}, TypeError, "lattice: a NumPy array expected, not NoneType"),
        ({"positions": np.zeros((3, 3))}, ValueError, "masses: size of axis 0 is 2, expected 3 .atom, as in positions"),
        ({"positions": np.zeros((0, 3)), "masses": np.zeros(0)}, ValueError, "positions: no atoms"),
        ({"symbols": "Cs"}, ValueError, "symbols: 1 symbols for 2 atoms"),
        ({"symbols": "Cs Cl\0"}, ValueError, "symbols: .*null character"),
        ({"symbols": "Cs " + 16 * "C"}, ValueError, "symbols: one is longer"),
        ({"symbols": b"Cs Cl"}, TypeError, "symbols: a str expected, not bytes"),
        ({"supercell_matrix": np.eye(3)}, TypeError, "supercell_matrix: an array of int64 expected"),
        ({"tolerance": "small"}, TypeError, "tolerance: a number expected, not str"),
        ({"tolerance": True}, TypeError, "tolerance: a number expected, not bool"),
        ({"tolerance": np.nan}, ValueError, "tolerance: nan is not finite"),
        ({"symmetry": 1}, TypeError, "symmetry: a bool expected, not int"),
        ({"charges": np.zeros((2, 3, 3))}, ValueError, "charges: charges and a dielectric tensor go together"),
        ({"primitive_masses": np.ones(3)}, ValueError, "primitive_masses: 3 masses for 2 atoms"),
        ({"primitive_axes": "X"}, ValueError, "X"),
        ({"masses": np.array([1.0, -1.0])}, ValueError, "mass"),
        ({"no_such": 1}, TypeError, "there is no argument no_such"),
    ],
)
def test_what_is_wrong_is_named(context, change, exception, message):
    with pytest.raises(exception, match=message):
        create(context, **change)


def test_scalars_of_numpy_are_taken(context):
    create(context, tolerance=np.float64(1e-4), symmetry=np.bool_(False), factor=np.int64(0))


def test_unaligned_arrays_are_refused(context):
    room = np.zeros(73, dtype=np.int8)[1:].view(np.float64).reshape(3, 3)
    if room.flags.aligned:
        pytest.skip("this NumPy aligned it")
    with pytest.raises(ValueError, match="lattice: not aligned"):
        create(context, lattice=room)


def test_too_many_twice_and_missing(context):
    with pytest.raises(TypeError, match="1 arguments at most, 2 given"):
        _native.standard_mass("Si", "Si")
    with pytest.raises(TypeError, match="argument symbol was given twice"):
        _native.standard_mass("Si", symbol="Si")
    with pytest.raises(TypeError, match="argument symbol is missing"):
        _native.standard_mass()
    with pytest.raises(TypeError, match="argument threads: an integer expected, not float"):
        _native.context_create(1.0)
    with pytest.raises(TypeError, match="argument threads: an integer expected, not bool"):
        _native.context_create(True)
    with pytest.raises(ValueError, match="threads: .*does not fit 64 bits"):
        _native.context_create(2**64)
    assert _native.context_threads(_native.context_create(np.int64(2))) == 2


def test_capsules_are_told_apart(context):
    with pytest.raises(TypeError, match="argument crystal: umk_crystal expected, not PyCapsule"):
        _native.crystal_view(context)
    with pytest.raises(TypeError, match="argument context: umk_context expected, not str"):
        _native.input_read("context", "path")


def test_paths(context, tmp_path):
    with pytest.raises(TypeError, match="argument path: a path expected, not int"):
        _native.input_read(context, 3)
    for path in (tmp_path / "none.yaml", str(tmp_path / "none.yaml"), bytes(tmp_path / "none.yaml")):
        with pytest.raises(OSError, match=r"none\.yaml"):
            _native.input_read(context, path)


def test_nothing_leaks(context):
    """References to arrays are given back, after success and after failure."""
    import sys

    lattice = CELL["lattice"].copy()
    before = sys.getrefcount(lattice)
    create(context, lattice=lattice)
    with pytest.raises(TypeError):
        create(context, lattice=lattice, symmetry=1)
    assert sys.getrefcount(lattice) == before
