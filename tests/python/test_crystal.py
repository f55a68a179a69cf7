"""Crystals from files, from arrays, and from and to objects of phonopy, phono3py and ASE."""

import filecmp
import os
import pathlib
import pickle
import shutil
import subprocess
import sys
from copy import deepcopy

import numpy as np
import pytest
from conftest import EXAMPLES, INPUTS

import umklapp

RUN = {"mesh": (4, 4, 4), "temperatures": 300}


def kappa(crystal):
    return crystal.rta(**RUN).kappa


def copy(crystal, **changes):
    """The same crystal from its arrays."""
    options = {
        "fc2": crystal.fc2,
        "fc3": crystal.fc3,
        "phonon_supercell_matrix": crystal.phonon_supercell_matrix,
        "primitive_matrix": crystal.primitive_matrix,
        "born": crystal.born,
        **changes,
    }
    return umklapp.Crystal(crystal.unit_cell, crystal.supercell_matrix, **options)


@pytest.mark.parametrize("name", INPUTS)
def test_arrays_are_as_good_as_files(name):
    crystal = umklapp.load(INPUTS[name])
    np.testing.assert_array_equal(kappa(copy(crystal)), kappa(crystal))


def test_what_a_crystal_tells(silicon, nacl):
    assert silicon.space_group == ("Fd-3m", 227)
    assert len(silicon.unit_cell) == 8 and len(silicon.primitive) == 2 and len(silicon.supercell) == 64
    assert silicon.supercell.volume == pytest.approx(32 * silicon.primitive.volume)
    assert silicon.born is None and nacl.born.charges.shape == (2, 3, 3)
    assert repr(nacl) == "Crystal(Na Cl, Fm-3m (225), 64 atoms in the supercell)"
    np.testing.assert_array_equal(silicon.supercell_matrix, 2 * np.eye(3))


def full_of_compact(crystal):
    """Full force constants by lattice translations: phi(i + T, j + T) = phi(i, j)."""
    cell, primitive = crystal.supercell, crystal.primitive
    n, n_p = len(cell), len(primitive)
    kind = np.rint((cell.positions @ cell.lattice) @ np.linalg.inv(primitive.lattice) * 1e4) / 1e4
    start = np.rint(primitive.positions * 1e4) / 1e4
    difference = kind[:, None] - start[None]
    sublattice = np.abs(difference - np.rint(difference)).max(axis=2).argmin(axis=1)
    first = [int(np.flatnonzero(sublattice == s)[0]) for s in range(n_p)]
    moved = np.empty((n, n), dtype=int)  # atom that j becomes when the first atom of a sublattice moves to i
    for i in range(n):
        to = cell.positions + cell.positions[i] - cell.positions[first[sublattice[i]]]
        apart = to[:, None] - cell.positions[None]
        moved[i] = np.abs(apart - np.rint(apart)).max(axis=2).argmin(axis=1)
    fc2 = np.zeros((n, n, 3, 3))
    fc3 = np.zeros((n, n, n, 3, 3, 3))
    for i in range(n):
        fc2[i][moved[i]] = crystal.fc2[sublattice[i]]
        fc3[i][np.ix_(moved[i], moved[i])] = crystal.fc3[sublattice[i]]
    return fc2, fc3


def test_full_force_constants_are_as_good_as_compact_ones(silicon):
    fc2, fc3 = full_of_compact(silicon)
    np.testing.assert_array_equal(kappa(copy(silicon, fc2=fc2, fc3=fc3)), kappa(silicon))


def test_arrays_in_other_layouts_and_types(silicon):
    fc2 = np.asfortranarray(silicon.fc2)
    np.testing.assert_array_equal(kappa(copy(silicon, fc2=fc2, fc3=silicon.fc3.tolist())), kappa(silicon))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fc2": np.zeros((2, 3, 3, 3))}, "fc2 is given for 2 x 3 atoms"),
        ({"fc3": np.zeros((2, 64, 32, 3, 3, 3))}, "fc3: size of axis 2 is 32, expected 64"),
        ({"fc2": np.full((2, 64, 3, 3), np.nan)}, "fc2: not all of it is finite"),
        ({"primitive_matrix": "X"}, "'X' is none of auto, P, F"),
        ({"primitive_matrix": np.zeros((3, 3))}, "primitive"),
        ({"phonon_supercell_matrix": np.eye(2)}, "phonon_supercell_matrix: three integers"),
        ({"masses": [1.0]}, "1 masses for 2 atoms"),
        ({"fc3_cutoff": 0}, "fc3_cutoff: 0 is not a number above 0"),
        ({"symmetry_tolerance": -1e-5}, "symmetry_tolerance: -1e-05 is not a number above 0"),
        ({"born": umklapp.Born(np.zeros((5, 3, 3)), np.eye(3))}, "5"),
    ],
)
def test_what_does_not_fit_is_told(silicon, changes, message):
    with pytest.raises(ValueError, match=message):
        copy(silicon, **changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"fc2": object()}, "fc2: numbers expected, not object"),
        ({"fc2": np.zeros((2, 64, 3, 3), dtype=complex)}, "fc2: numbers expected, not an array of complex128"),
        ({"fc2": None}, "fc2: numbers expected, not None"),
        ({"fc3": b"fc3.hdf5"}, "fc3: numbers expected, not b'fc3.hdf5'"),
        ({"born": 5}, "born: a Born expected, not 5"),
        ({"symmetry": "no"}, "symmetry: True or False expected, not 'no'"),
        ({"symmetry_tolerance": True}, "symmetry_tolerance: a number expected, not True"),
        ({"masses": "28 28"}, "masses: numbers expected, not '28 28'"),
        ({"phonon_supercell_matrix": "2 2 2"}, "phonon_supercell_matrix: numbers expected, not '2 2 2'"),
    ],
)
def test_what_is_of_a_wrong_type_is_told(silicon, changes, message):
    with pytest.raises(TypeError, match=f"^{message}"):
        copy(silicon, **changes)


def test_a_cell_that_is_none(silicon):
    with pytest.raises(TypeError, match="^unit_cell: .* expected, not NoneType"):
        umklapp.Crystal(None, (2, 2, 2), silicon.fc2)


def test_the_array_that_was_given_may_change(silicon):
    """The crystal keeps a copy, and what it gives is one."""
    fc2 = silicon.fc2
    crystal = copy(silicon, fc2=fc2)
    fc2[:] = 0
    crystal.fc2[:] = 1
    np.testing.assert_array_equal(crystal.fc2, silicon.fc2)


def test_cells():
    cell = umklapp.Cell(5.43 * np.eye(3), [[0, 0, 0], [0.25, 0.25, 0.25]], ["Si1", "Ge"])
    np.testing.assert_array_equal(cell.masses, [28.0855, 72.64])
    assert len(cell) == 2 and cell.volume == pytest.approx(5.43**3)
    for arguments, message in [
        ((np.eye(2), [[0, 0, 0]], ["Si"]), "lattice: shape"),
        ((np.eye(3), [[0, 0, 0]], ["Si", "Si"]), "positions: shape"),
        ((np.eye(3), [[0, 0, 0]], ["Xx"]), "no standard atomic weight of 'Xx'"),
        ((np.eye(3), [[0, 0, 0]], ["Si"], [0]), "masses are above 0"),
        ((np.eye(3), np.zeros((0, 3)), []), "one atom at least"),
    ]:
        with pytest.raises(ValueError, match=message):
            umklapp.Cell(*arguments)
    with pytest.raises(TypeError, match="^cell: .*not dict"):
        umklapp.Cell.of({})
    for wrong in ("Si", [14], None):
        with pytest.raises(TypeError, match="^symbols: a sequence of str expected"):
            umklapp.Cell(np.eye(3), [[0, 0, 0]], wrong)
    for options, exception, message in [
        ({"method": "ewald"}, ValueError, "method: 'ewald' is none of gonze, wang"),
        ({"factor": "14"}, TypeError, "factor: a number expected, not '14'"),
        ({"independent": 1}, TypeError, "independent: True or False expected"),
    ]:
        with pytest.raises(exception, match=message):
            umklapp.Born(np.zeros((2, 3, 3)), np.eye(3), **options)


# ---- pickle -------------------------------------------------------------------------------------------------------

PICKLED = {
    **{name: (name, {}) for name in INPUTS},
    "changed": ("nacl", {"masses": [20, 30], "symmetry": False, "fc3_cutoff": 4.0, "symmetry_tolerance": 1e-4}),
    "without charges": ("nacl", {"nac": False, "primitive_matrix": "F"}),
}


@pytest.mark.filterwarnings("ignore:fc3 has a drift")
@pytest.mark.parametrize("name", PICKLED)
def test_pickle_and_copy(name, tmp_path):
    source, options = PICKLED[name]
    crystal = umklapp.load(INPUTS[source], **options)
    expected = kappa(crystal)
    crystal.to_yaml(tmp_path / "first.yaml")
    for again in (pickle.loads(pickle.dumps(crystal)), deepcopy(crystal)):
        np.testing.assert_array_equal(kappa(again), expected)
        again.to_yaml(tmp_path / "second.yaml")
        assert filecmp.cmp(tmp_path / "first.yaml", tmp_path / "second.yaml", shallow=False)


def test_pickle_in_another_process(silicon, tmp_path):
    (tmp_path / "crystal").write_bytes(pickle.dumps(silicon))
    code = "import pickle, sys; print(pickle.load(open(sys.argv[1], 'rb')).rta(20, temperatures=300).kappa[0, 0].hex())"
    words = [sys.executable, "-c", code, str(tmp_path / "crystal")]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == float(silicon.rta(20, temperatures=300).kappa[0, 0]).hex()


def test_pickle_of_a_crystal_without_fc3(silicon):
    harmonic = umklapp.Crystal(silicon.unit_cell, silicon.supercell_matrix, silicon.fc2)
    again = pickle.loads(pickle.dumps(harmonic))
    assert again.fc3 is None
    np.testing.assert_array_equal(again.fc2, harmonic.fc2)


def test_files_that_changed_are_not_taken_for_the_crystal(silicon, tmp_path, monkeypatch):
    shutil.copy(INPUTS["silicon"].parent / "fc2.hdf5", tmp_path)
    monkeypatch.chdir(tmp_path)
    crystal = umklapp.Crystal(silicon.unit_cell, silicon.supercell_matrix, "fc2.hdf5")
    monkeypatch.chdir(tmp_path.parent)
    np.testing.assert_array_equal(crystal.fc2, silicon.fc2)
    os.utime(tmp_path / "fc2.hdf5", (0, 0))
    for ask in (lambda: crystal.fc2, lambda: pickle.dumps(crystal)):
        with pytest.raises(ValueError, match=r"^fc2: .*fc2\.hdf5' has changed"):
            ask()


# ---- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keywords", "exception", "message"),
    [
        ({"path": None}, TypeError, "path: a path expected, not None"),
        ({"path": b"phono3py.yaml"}, TypeError, "path: a path expected, not b'phono3py.yaml'"),
        ({"path": ""}, ValueError, "path: '' is no path"),
        ({"path": "missing.yaml"}, FileNotFoundError, "path: there is no file 'missing.yaml'"),
        ({"born": 3}, TypeError, "born: a path expected, not 3"),
        ({"nac": 1}, TypeError, "nac: True or False expected, not 1"),
    ],
)
def test_what_cannot_be_loaded_is_named(keywords, exception, message):
    with pytest.raises(exception, match=f"^{message}"):
        umklapp.load(**{"path": INPUTS["nacl"], **keywords})


def test_files_that_are_named(silicon, tmp_path):
    for name in ("fc2.hdf5", "fc3.hdf5", "phono3py_disp.yaml"):
        shutil.copy(INPUTS["silicon"].parent / name, tmp_path / f"my-{name}")
    path = tmp_path / "my-phono3py_disp.yaml"
    with pytest.raises(FileNotFoundError, match=r"fc2\.hdf5' is missing: give fc2"):
        umklapp.load(path)
    with pytest.raises(FileNotFoundError, match="nowhere"):
        umklapp.load(path, fc2=tmp_path / "nowhere")
    alone = umklapp.load(path, fc2=tmp_path / "my-fc2.hdf5")
    assert alone.fc3 is None
    named = umklapp.load(str(path), fc2=str(tmp_path / "my-fc2.hdf5"), fc3=tmp_path / "my-fc3.hdf5")
    np.testing.assert_array_equal(kappa(named), kappa(silicon))
    mixed = umklapp.load(path, fc2=silicon.fc2, fc3=tmp_path / "my-fc3.hdf5")
    np.testing.assert_array_equal(kappa(mixed), kappa(silicon))


def test_a_missing_or_damaged_input(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"^path: there is no file .*none\.yaml'"):
        umklapp.load(tmp_path / "none.yaml")
    damaged = tmp_path / "damaged.yaml"
    damaged.write_text("unit_cell:\n  lattice: [1, 2\n")
    with pytest.raises(ValueError, match=r"damaged\.yaml"):
        umklapp.load(damaged)


def test_charges_from_a_born_file(nacl, tmp_path):
    born = tmp_path / "BORN"
    rows = [nacl.born.dielectric, *nacl.born.charges]
    text = "\n".join(" ".join(repr(float(x)) for x in row.ravel()) for row in rows)
    born.write_text(f"{nacl.born.factor!r}\n{text}\n")
    loaded = umklapp.load(INPUTS["nacl"], born=born)
    assert loaded.born.independent
    np.testing.assert_allclose(kappa(loaded), kappa(nacl), rtol=1e-12, atol=1e-12)
    given = umklapp.load(INPUTS["nacl"], born=nacl.born)
    np.testing.assert_array_equal(kappa(given), kappa(nacl))


def test_yaml_round_trip(nacl, tmp_path):
    nacl.to_yaml(tmp_path / "phono3py.yaml")
    again = umklapp.load(tmp_path / "phono3py.yaml", fc2=nacl.fc2, fc3=nacl.fc3)
    np.testing.assert_allclose(kappa(again), kappa(nacl), rtol=1e-6, atol=1e-9)


def test_a_yaml_that_cannot_be_written(silicon):
    with pytest.raises(TypeError, match="^path: a path expected, not 3"):
        silicon.to_yaml(3)


def test_tools_of_phono3py_find_the_crystal(nacl, tmp_path):
    """phono3py-kaccum reads a result where it finds the crystal, in the folder where it runs."""
    tool = pathlib.Path(sys.executable).with_name("phono3py-kaccum")
    if not tool.exists():
        pytest.skip("phono3py is not installed")
    result = nacl.rta((4, 4, 4), temperatures=300)
    nacl.to_yaml(tmp_path / "phono3py.yaml")
    words = [sys.executable, tool, result.to_hdf5(tmp_path)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)
    last = done.stdout.split("\n\n")[0].splitlines()[-1].split()
    np.testing.assert_allclose(np.array(last[1:4], dtype=float), result.kappa[0, :3], atol=1e-5)


# ---- other packages -----------------------------------------------------------------------------------------------


def same_cell(a, b):
    np.testing.assert_allclose(a.lattice, b.lattice, atol=1e-12)
    np.testing.assert_allclose(a.positions, b.positions, atol=1e-12)
    assert a.symbols == b.symbols
    np.testing.assert_allclose(a.masses, b.masses)


def test_ase(silicon):
    pytest.importorskip("ase")
    atoms = silicon.unit_cell.to_ase()
    assert atoms.pbc.all()
    same_cell(umklapp.Cell.of(atoms), silicon.unit_cell)
    crystal = umklapp.Crystal(atoms, silicon.supercell_matrix, silicon.fc2, silicon.fc3)
    np.testing.assert_allclose(kappa(crystal), kappa(silicon), rtol=1e-9, atol=1e-9)


def test_phonopy(nacl):
    phonopy = pytest.importorskip("phonopy")
    same_cell(umklapp.Cell.of(nacl.unit_cell.to_phonopy()), nacl.unit_cell)
    theirs = nacl.to_phonopy()
    assert isinstance(theirs, phonopy.Phonopy)
    theirs.run_mesh([4, 4, 4], is_gamma_center=True)
    ours = nacl.rta(**RUN)
    np.testing.assert_allclose(
        np.sort(theirs.mesh.frequencies[1:].ravel()), np.sort(ours.frequencies[1:].ravel()), atol=1e-5
    )
    again = umklapp.Crystal.from_phonopy(theirs, nacl.fc3)
    np.testing.assert_allclose(kappa(again), kappa(nacl), rtol=1e-9, atol=1e-9)
    with pytest.raises(ValueError, match="no force constants"):
        umklapp.Crystal.from_phonopy(phonopy.Phonopy(nacl.unit_cell.to_phonopy(), 2 * np.eye(3, dtype=int), "P"))


@pytest.mark.parametrize("name", INPUTS)
def test_phono3py(name):
    pytest.importorskip("phono3py")
    crystal = umklapp.load(INPUTS[name])
    theirs = crystal.to_phono3py()
    theirs.mesh_numbers = [4, 4, 4]
    theirs.sigmas = [0.2]  # with tetrahedra theirs depends on the choice of eigenvectors in degenerate sets
    theirs.init_phph_interaction()
    theirs.run_thermal_conductivity(temperatures=[300])
    ours = crystal.rta(mesh=(4, 4, 4), temperatures=300, sigma=0.2).kappa
    np.testing.assert_allclose(ours[0, :3], theirs.thermal_conductivity.kappa[0, 0, :3], rtol=1e-4)
    again = umklapp.Crystal.from_phono3py(theirs)
    np.testing.assert_allclose(kappa(again), kappa(crystal), rtol=1e-9, atol=1e-9)


def test_objects_of_another_class(nacl):
    pytest.importorskip("phono3py")
    for make, wrong in (
        (umklapp.Crystal.from_phono3py, nacl.to_phonopy()),
        (umklapp.Crystal.from_phonopy, nacl.to_phono3py()),
        (umklapp.Crystal.from_phonopy, None),
    ):
        with pytest.raises(TypeError, match=r"^calculation: a Phono(3)?py object expected, not (Phono|None)"):
            make(wrong)


def test_charges_of_independent_atoms_are_not_converted(nacl):
    pytest.importorskip("phonopy")
    born = umklapp.Born(nacl.born.charges, nacl.born.dielectric, independent=True)
    with pytest.raises(ValueError, match="independent atoms"):
        copy(nacl, born=born).to_phonopy()


def test_examples_are_where_the_tests_think():
    assert all(path.exists() for path in INPUTS.values()) and EXAMPLES.is_dir()
