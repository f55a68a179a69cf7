"""Functions of the backend against phonors on random arrays, where no calculation would lead; and what they refuse."""

import contextlib
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

phonors = pytest.importorskip("phonors")
pytest.importorskip("phono3py")

import backend_workflows  # noqa: E402
from backend_support import FUNCTIONS, run_both  # noqa: E402

TOLERANCE = 1e-11


def check(name, *args, **kwargs):
    """Runs both; returns result and arguments of phonors afterwards."""
    worst, result, arguments = run_both(name, *args, **kwargs)
    assert worst <= TOLERANCE, f"{name}: {worst}"
    return result, arguments


@pytest.fixture
def random():
    return np.random.default_rng(7)


@pytest.fixture(scope="module")
def cell():
    """Atoms of NaCl as calls have them, full and compact."""
    from phonopy.harmonic.force_constants import get_nsym_list_and_s2pp

    crystal = backend_workflows.load("nacl")
    primitive = crystal.primitive
    s2pp, nsym = get_nsym_list_and_s2pp(primitive.s2p_map, primitive.p2p_map, primitive.atomic_permutations)
    svecs, multi = primitive.get_smallest_vectors()

    class Arrays:
        n_p, n_s = len(primitive), len(crystal.supercell)
        p2s, s2p = (np.array(m, dtype="int64") for m in (primitive.p2s_map, primitive.s2p_map))
        translations = (primitive.atomic_permutations, s2pp, p2s, nsym)
        vectors = (np.array(svecs, order="C"), np.array(multi, dtype="int64", order="C"), np.array(primitive.masses))
        maps = {"full": (p2s, s2p), "compact": (np.arange(n_p), s2pp)}
        positions = np.array(primitive.positions)
        lattice = np.array(primitive.cell.T, order="C")
        reciprocal = np.array(np.linalg.inv(primitive.cell), order="C")
        point_group = np.array(crystal.primitive_symmetry.pointgroup_operations, dtype="int64")

        def fc2(self, layout, random):
            return random.standard_normal((self.n_s if layout == "full" else self.n_p, self.n_s, 3, 3))

    return Arrays()


def rotations(random, n):
    return np.array([np.linalg.qr(random.standard_normal((3, 3)))[0] for _ in range(n)])


# ---- force constants -------------------------------------------------------------------------------------------------


def test_second_order(cell, random):
    compact = cell.fc2("compact", random)
    check("transpose_compact_fc", compact, *cell.translations)
    for level in range(4):
        check("perm_trans_symmetrize_compact_fc", compact, *cell.translations, level)
        check("perm_trans_symmetrize_fc", random.standard_normal((7, 7, 3, 3)), level)


def test_distribution_of_second_order(random):
    n, n_rotations = 6, 5
    permutations = np.array([random.permutation(n) for _ in range(n_rotations)])
    map_atoms, map_syms = np.array([0, 1, 0, 1, 0, 0]), random.integers(0, n_rotations, n)
    constants = random.standard_normal((n, n, 3, 3))
    maps = (rotations(random, n_rotations), permutations, map_atoms, map_syms)
    check("distribute_fc2", constants, np.arange(n), np.arange(n), *maps)
    check("distribute_fc2", constants, np.array([4, 0, 1]), np.array([5, 0, 2]), *maps)


def test_third_order(cell, random):
    compact = random.standard_normal((cell.n_p, cell.n_s, cell.n_s, 3, 3, 3))
    for kind in range(3):
        check("transpose_compact_fc3", compact, *cell.translations, kind)
    check("permutation_symmetry_compact_fc3", compact, *cell.translations)
    check("permutation_symmetry_fc3", random.standard_normal((7, 7, 7, 3, 3, 3)))
    rows = random.standard_normal((4, 7, 7, 3, 3, 3))
    check("distribute_fc3", rows, 2, 1, random.permutation(7), rotations(random, 1)[0])
    maps = np.array([random.permutation(7) for _ in range(4)])
    differences = random.standard_normal((3, 7, 7, 3, 3))
    inverse = random.standard_normal((3, 12))
    check("rotate_delta_fc2s", rows[0], differences[:, :7], inverse, rotations(random, 4), maps)


def test_fourth_order(random):
    """Two atoms in a supercell of four primitive cells, along a line and around a square."""
    cells = np.array([0, 1, 2, 3])
    for moved in (cells[:, None] + cells) % 4, cells[:, None] ^ cells:
        permutations = np.array([[row[a % 4] + a // 4 * 4 for a in range(8)] for row in moved])
        nsym = np.array([np.nonzero(moved[:, a % 4] == 0)[0][0] for a in range(8)])
        translations = (permutations, np.repeat([0, 1], 4), np.array([0, 4]), nsym)
        compact = random.standard_normal((2, 8, 8, 8, 3, 3, 3, 3))
        check("transpose_compact_fc4", compact, *translations, 0)
        check("permutation_symmetry_compact_fc4", compact, *translations)
    rows = random.standard_normal((3, 5, 5, 5, 3, 3, 3, 3))
    check("distribute_fc4", rows, 2, 1, random.permutation(5), rotations(random, 1)[0])
    maps = np.array([random.permutation(5) for _ in range(3)])
    differences = random.standard_normal((2, 5, 5, 5, 3, 3, 3))
    check("rotate_delta_fc3s", rows[0], differences, random.standard_normal((3, 6)), rotations(random, 3), maps)
    for compact, n_rows in (True, 2), (False, 8):
        counts = random.integers(1, 3, (8, 2))
        multi = np.stack([counts, np.cumsum(counts).reshape(8, 2) - counts], axis=2)
        constants = random.standard_normal((n_rows, 8, 8, 8, 3, 3, 3, 3))
        place = (random.random((counts.sum(), 3)), multi, np.array([0, 4]), np.repeat([0, 4], 4))
        out = np.zeros((2, 2, 2, 2, 3, 3, 3, 3), dtype=complex)
        _, (made, *_) = check("real_to_reciprocal_fc4", out, random.random((4, 3)), constants, compact, *place)
    first, second = (random.random(shape) + 1j * random.random(shape) for shape in (6, (6, 6)))
    modes = (first, second, 2.0, np.array([0.0, 1, 2, 3, 4, 5]), random.random(2), 0.1)
    check("reciprocal_to_normal_fc4", np.zeros(6, dtype=complex), made, *modes)


# ---- grids -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[(4, 4, 4), (3, 5, 2)])
def grid(request, cell):
    from spglib import niggli_reduce

    class Grid:
        d_diag = np.array(request.param)
        zone = np.array(niggli_reduce(cell.reciprocal.T).T, order="C")
        q = np.rint(np.linalg.inv(zone) @ cell.reciprocal).astype("int64")
        rotations = phonors.reciprocal_rotations(cell.point_group, True)
        tetrahedra = np.zeros((24, 4, 3), dtype="int64")

    phonors.tetrahedra_relative_grid_address(Grid.tetrahedra, cell.reciprocal / Grid.d_diag)
    return Grid


@pytest.mark.parametrize("kind", [1, 2])
@pytest.mark.parametrize("shift", [(0, 0, 0), (1, 1, 1), (1, 0, 1)])
def test_zone(grid, random, kind, shift):
    d_diag, shift = grid.d_diag, np.array(shift)
    (addresses, bz_map, _), _ = check("bz_grid_addresses", d_diag, grid.q, shift, grid.zone, kind)
    points = np.array([0, 1, len(addresses) - 1])
    steps = grid.tetrahedra.reshape(-1, 3)
    found = np.zeros(len(points) * len(steps), dtype="int64")
    check("neighboring_grid_points", found, points, steps, d_diag, addresses, bz_map, kind)
    frequencies, energies = 10 * random.random((len(addresses), 3)), np.linspace(0, 10, 7)
    rows = np.arange(len(addresses))
    for function in "IJ":
        check(
            "integration_weights_at_grid_points", np.zeros((3, 7, 3)), energies, grid.tetrahedra, d_diag, points,
            frequencies, addresses, bz_map, rows, kind, function,
        )  # fmt: skip
    if len(set(d_diag)) > 1:
        return  # the mesh has not the symmetry of the crystal
    check("ir_grid_map", grid.rotations, d_diag, shift)
    if len(set(shift)) > 1:
        return  # the shift has not the symmetry of the crystal: phonors gives numbers that no point has
    for rotation in grid.rotations[::7]:
        for point in points:
            check("rotate_bz_grid_index", int(point), rotation, addresses, bz_map, d_diag, shift, kind)


@pytest.mark.parametrize("kind", [1, 2])
def test_triplets(grid, random, kind):
    d_diag, shift = grid.d_diag, np.zeros(3, dtype="int64")
    addresses, bz_map, _ = phonors.bz_grid_addresses(d_diag, grid.q, shift, grid.zone, kind)
    for reverses in True, False:
        for exchanges in True, False:
            group = grid.rotations if len(set(d_diag)) == 1 else grid.rotations[:1]
            (table, _, _), _ = check("ir_triplets_at_q", 5, d_diag, group, reverses, exchanges)
            check("ir_triplets_at_q", 7, d_diag, grid.rotations[:1], reverses, exchanges)
    point = 5 if kind == 1 else int(bz_map[5])
    triplets, _ = check("bz_triplets_at_q", point, addresses, bz_map, table, d_diag, grid.q, grid.zone, kind)
    first, second = (5 * random.random((len(addresses), n)) for n in (3, 4))
    energies = np.linspace(0, 9, 6)
    for channels in 2, 3:
        for a, b in (first, second), (first, first):
            shape = (len(triplets), 6, a.shape[1], b.shape[1])
            out = np.zeros((channels, *shape)), np.zeros(shape, dtype="int8")
            place = (triplets, a, b, addresses, bz_map, kind)
            check("triplets_integration_weights", *out, energies, grid.tetrahedra, d_diag, *place, channels)
        for cutoff in -1.0, 2.0:
            check("triplets_integration_weights_with_sigma", *out, energies, triplets, first, 0.3, cutoff)


def test_mesh_functions(random):
    check("gr_grid_addresses", np.array([3, 4, 2]))
    check("grid_indices_from_addresses", random.integers(-9, 9, (20, 3)), np.array([3, 4, 2]))
    for _ in range(50):
        check("snf3x3", random.integers(-6, 7, (3, 3)) + 20 * np.eye(3, dtype="int64"))


# ---- phonons ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def charges(cell, random):
    """Born charges, dielectric tensor, reciprocal vectors and self term, none of a real crystal."""
    vectors = random.standard_normal((40, 3))
    vectors[7] = 0
    self_term = random.standard_normal((cell.n_p, 3, 3)) + 1j * random.standard_normal((cell.n_p, 3, 3))
    self_term = self_term + np.conj(np.swapaxes(self_term, 1, 2))
    return random.standard_normal((cell.n_p, 3, 3)), np.eye(3) * 2.3 + 0.1, vectors, self_term


@pytest.mark.parametrize("layout", ["full", "compact"])
@pytest.mark.parametrize("direction", [None, (1.0, 0.0, 0.2)])
def test_dynamical_matrices(cell, random, charges, layout, direction):
    born, dielectric, vectors, self_term = charges
    n = 3 * cell.n_p
    direction = None if direction is None else np.array(direction)
    points = random.random((4, 3))
    points[0] = 0
    atoms = (cell.fc2(layout, random), *cell.vectors, *cell.maps[layout])
    wang = (born, dielectric, cell.reciprocal, direction, 14.4)
    gonze = (born, dielectric, cell.reciprocal, cell.positions, self_term, vectors, 14.4, 0.3, direction)
    for hermitian in True, False:
        out = np.zeros((4, n, n), dtype=complex)
        check("dynamical_matrices_at_qpoints", out, points, *atoms, None, None, None, None, 0.0, hermitian)
        check("dynamical_matrices_at_qpoints", out, points, *atoms, *wang, hermitian)
        check("dynamical_matrices_at_qpoints_gonze", out, points, *atoms, *gonze, hermitian)
    addresses = random.integers(-3, 4, (9, 3))
    addresses[0] = 0
    out, undone = np.ones((9, n, n), dtype=complex), np.array([0, 2, 5])
    grid = (undone, addresses, np.diag([0.25, 0.2, 0.2]))
    check("dynamical_matrices_at_gridpoints", out, *grid, *atoms, *wang)
    check("dynamical_matrices_at_gridpoints_gonze", out, *grid, *atoms, *gonze)


@pytest.mark.parametrize("layout", ["full", "compact"])
def test_derivatives(cell, random, charges, layout):
    born, dielectric, *_ = charges
    n, (p2s, s2p) = 3 * cell.n_p, cell.maps[layout]
    constants, q = cell.fc2(layout, random), random.random(3)
    for out in np.zeros((3, n, n), dtype=complex), random.standard_normal((3, n, n)) + 0j:
        arguments = (out, constants, q, cell.lattice, cell.reciprocal, *cell.vectors, s2p, p2s)
        check("derivative_dynmat_at_q", *arguments)
        check("derivative_dynmat_at_q", *arguments, born=born, dielectric=dielectric, nac_factor=3.0)
        wang = {"born": born, "dielectric": dielectric, "nac_factor": 3.0, "q_direction": np.array([1.0, 2.0, 3.0])}
        check("derivative_dynmat_at_q", *arguments, **wang)
    single = (constants, q, *cell.vectors, s2p, p2s)
    check("dynamical_matrix_at_q", out[0], *single)
    check("dynamical_matrix_at_q", out[0], *single, random.standard_normal((cell.n_p, cell.n_p, 3, 3)))
    matrices = random.standard_normal((32, n, n)) + 1j * random.standard_normal((32, n, n))
    back = (random.random((32, 3)), *cell.vectors, cell.maps["compact"][1], p2s)
    check("transform_dynmat_to_fc", constants, matrices, *back)


def test_dipoles(cell, random, charges):
    born, dielectric, vectors, self_term = charges
    pairs = np.zeros((cell.n_p, 3, cell.n_p, 3), dtype=complex)
    check("charge_sum", random.random((cell.n_p, cell.n_p, 3, 3)), 1.7, random.random(3), born)
    check("recip_dipole_dipole_q0", self_term, vectors, born, dielectric, cell.positions, 0.4)
    for direction in None, np.array([0.0, 0.0, 1.0]):
        for q in np.zeros(3), random.random(3):
            ewald = (vectors, q, born, dielectric, cell.positions, 2.0, 0.4)
            check("recip_dipole_dipole", pairs, self_term, *ewald, direction)
            out = np.zeros((3, *pairs.shape), dtype=complex)
            check("derivative_recip_dipole_dipole", out, *ewald, q_direction_cart=direction)


@pytest.mark.parametrize("n", [1, 6, 12, 31])
def test_eigenproblems(random, n):
    with skipped_where_lapack_is_wrong():
        matrices = random.standard_normal((5, n, n)) + 1j * random.standard_normal((5, n, n))
        for matrix in matrices:
            np.fill_diagonal(matrix, matrix.diagonal().real)
        check("eigvalsh_batch", matrices, np.zeros((5, n)), np.zeros_like(matrices))
        check("eigvalsh_values_batch", matrices, np.zeros((5, n)))


@contextlib.contextmanager
def skipped_where_lapack_is_wrong():
    """Some OpenBLAS libraries are, on some processors; the backend finds out and says so."""
    try:
        yield
    except RuntimeError as failure:
        if "OPENBLAS_CORETYPE" not in str(failure):
            raise
        pytest.skip(str(failure))


# ---- interaction -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["silicon", "wurtzite"])
def scattering(request):
    """The arguments of collision_at_grid_point for one point of a calculation, by name."""
    comparison = None

    class Small:
        def __call__(self):
            return backend_workflows.rta(request.param, (3, 3, 2), interaction=backend_workflows.INVARIANT)

    backend_workflows.WORKFLOWS["small"] = Small()
    if request.param == "silicon":
        backend_workflows.WORKFLOWS["small"] = lambda: backend_workflows.rta(
            "silicon", (3, 3, 3), interaction=backend_workflows.INVARIANT
        )
    try:
        comparison = backend_workflows.compare("small", only_ours=True)
    finally:
        del backend_workflows.WORKFLOWS["small"]
    args, kwargs = comparison.calls["collision_at_grid_point"]
    names = FUNCTIONS["collision_at_grid_point"].__text_signature__.strip("()").split(", ")
    return {**dict(zip(names, args, strict=False)), **kwargs}


FC3 = "d_diag q_mat fc3 fc3_nonzero_indices svecs multiplicity masses p2s_map s2p_map".split()


def triplets_of(call, point):
    table = phonors.ir_triplets_at_q(
        int(call["bzg2grg"][point]), call["d_diag"], call["reciprocal_rotations"], True, True
    )[0]
    grid = (call["bz_grid_addresses"], call["bz_map"], table, call["d_diag"])
    zone = (call["bz_triplets_q_mat"], call["reciprocal_lattice"], call["bz_grid_type"])
    return phonors.bz_triplets_at_q(point, *grid, *zone), np.unique(table, return_counts=True)[1]


@pytest.mark.parametrize("averages", [True, False])
def test_strengths(scattering, random, averages):
    call = scattering
    triplets, _ = triplets_of(call, 2)
    n, bands = len(call["frequencies"][0]), np.array([0, 5])
    shape = (len(triplets), 2, n, n)
    zero = (random.random(shape) < 0.5).astype("int8")
    options = (call["all_shortest"], call["cutoff_frequency"], call["is_compact_fc3"])
    phonons = (call["frequencies"], call["eigenvectors"])
    moved = triplets.copy()
    moved[:, 2] = (moved[:, 2] + 3) % len(call["frequencies"])
    for listed in triplets, moved:  # those moved conserve no momentum
        place = (listed, call["bz_grid_addresses"], *(call[name] for name in FC3), bands)
        for symmetrizes in (False, True) if n < 12 else (False,):
            out = random.random(shape)
            check("interaction", out, zero, *phonons, *place, symmetrizes, averages, *options)
    fc3 = [call[name] for name in FC3[2:]]
    out = np.zeros((n // 3,) * 3 + (3, 3, 3), dtype=complex)
    vectors = (fc3[0], options[2], fc3[2], fc3[3], fc3[5], fc3[6], averages, options[0], fc3[1])
    _, (made, *_) = check("real_to_reciprocal", out, random.random((3, 3)), *vectors)
    places = np.array([(i, j, k, 0) for i, j, k in np.ndindex(2, 4, 4)])
    places[:, 3] = random.permutation(len(places))
    legs = [array[i] for array in phonons for i in (3, 4, 5)]
    out = random.random(len(places) + 3)
    check("reciprocal_to_normal_squared", out, places, made, *legs, call["masses"], bands, options[1])


@pytest.mark.parametrize("splits", [True, False])
def test_collisions_of_given_triplets(scattering, splits):
    call = scattering
    triplets, weights = triplets_of(call, 3)
    for bands in call["band_indices"], np.array([4, 1]):
        temperatures = np.array([0.0, 6.25])
        out = np.zeros((2, 2, len(bands)) if splits else (2, len(bands)))
        phonons = (call["frequencies"], call["eigenvectors"], triplets, weights, call["bz_grid_addresses"])
        tail = (*(call[name] for name in FC3), bands, temperatures, splits, False, True)
        tail += (call["all_shortest"], call["cutoff_frequency"], call["is_compact_fc3"])
        zone = (call["bz_map"], call["bz_grid_type"])
        ids = {"degenerate_ids": call["degenerate_ids"]}
        check("pp_collision", out, call["relative_grid_address"], *phonons, *zone, *tail, **ids)
        check("pp_collision", out, call["relative_grid_address"], *phonons, *zone, *tail)
        for cutoff in -1.0, 2.5:
            check("pp_collision_with_sigma", out, 0.3, cutoff, *phonons, *tail)


def test_what_is_kept_is_noticed_to_be_old(scattering):
    """The engine's fc3 is kept between calls; a change of contents at the same address makes a new one."""
    call = {**scattering, "fc3": scattering["fc3"].copy(), "masses": scattering["masses"].copy()}
    call["collisions"] = np.zeros_like(call["collisions"])
    ids = {"degenerate_ids": call.pop("degenerate_ids")}
    before = run_both("collision_at_grid_point", *call.values(), **ids)[2][0]
    call["fc3"] *= 1.5
    check("collision_at_grid_point", *call.values(), **ids)
    call["masses"] *= 2
    _, (after, *_) = check("collision_at_grid_point", *call.values(), **ids)
    assert np.abs(after - before).max() > 0.1 * np.abs(before).max()
    call["frequencies"] = call["frequencies"] * 1.01
    check("collision_at_grid_point", *call.values(), **ids)


@pytest.mark.parametrize("averages", [True, False])
def test_any_force_constants(scattering, random, averages):
    """Without permutation symmetry, and with blocks that are marked as zero but are not."""
    fc3 = scattering["fc3"] + 0.1 * random.standard_normal(scattering["fc3"].shape)
    marks = (random.random(scattering["fc3_nonzero_indices"].shape) < 0.7).astype("int8")
    call = {**scattering, "fc3": fc3, "fc3_nonzero_indices": marks, "make_r0_average": averages}
    ids = {"degenerate_ids": call.pop("degenerate_ids")}
    call["collisions"] = np.zeros_like(call["collisions"])
    check("collision_at_grid_point", *call.values(), **ids)
    triplets, _ = triplets_of(scattering, 2)
    n = len(call["frequencies"][0])
    shape = (len(triplets), n, n, n)
    place = (triplets, call["bz_grid_addresses"], *(call[name] for name in FC3), call["band_indices"], False, averages)
    options = (call["all_shortest"], call["cutoff_frequency"], call["is_compact_fc3"])
    phonons = (call["frequencies"], call["eigenvectors"])
    check("interaction", np.zeros(shape), np.zeros(shape, dtype="int8"), *phonons, *place, *options)


# ---- cells -----------------------------------------------------------------------------------------------------------


def test_permutations(random):
    lattice = np.asfortranarray(random.standard_normal((3, 3)) + 5 * np.eye(3))
    positions = random.random((20, 3))
    order = random.permutation(20)
    rotated = positions[order] + random.integers(-1, 2, (20, 3)) + 1e-6
    found, _ = check("compute_permutation", np.zeros(20, dtype="int64"), lattice, positions, rotated, 1e-3)
    assert found is True
    rotated[3] += 0.1
    found, _ = check("compute_permutation", np.zeros(20, dtype="int64"), lattice, positions, rotated, 1e-3)
    assert found is False


def test_shortest_vectors(random):
    to, origin = random.random((8, 3)), random.random((2, 3))
    to[:4] = origin[0] + np.array([[0, 0, 0], [0.5, 0, 0], [0, 0.5, 0.5], [0.5, 0.5, 0.5]])
    points = np.array(list(np.ndindex(3, 3, 3))) - 1
    place = (to, origin, points, np.diag([2.0, 2.0, 3.0]), np.array([[1, 1, 0], [0, 1, 0], [0, 0, 1]]))
    counts = np.zeros((8, 2, 2), dtype="int64")
    dense = "gsv_set_smallest_vectors_dense"
    _, (_, counts, *_) = check(dense, np.zeros((1, 3)), counts, *place, 1, 1e-5)
    check(dense, np.zeros((counts[..., 0].sum(), 3)), counts, *place, 0, 1e-5)
    sparse = np.zeros((8, 2, 27, 3)), np.zeros((8, 2), dtype="int64")
    check("gsv_set_smallest_vectors_sparse", *sparse, *place, 1e-5)


# ---- refusals --------------------------------------------------------------------------------------------------------


def eigenproblem():
    return np.zeros((2, 3, 3), dtype=complex), np.zeros((2, 3)), np.zeros((2, 3, 3), dtype=complex)


@pytest.mark.parametrize(
    "place, change, error, name",
    [
        (0, lambda a: a.real.copy(), TypeError, "dynmats"),
        (0, lambda a: a.tolist(), TypeError, "dynmats"),
        (0, lambda a: a[0], TypeError, "dynmats"),
        (0, lambda a: a * np.nan, ValueError, "dynmats"),
        (1, lambda a: a[:, :2].copy(), ValueError, "eigenvalues"),
        (1, lambda a: a.T, (TypeError, ValueError), "eigenvalues"),
        (1, lambda a: read_only(a), ValueError, "eigenvalues"),
        (2, lambda a: np.repeat(a, 2, 2)[..., ::2], ValueError, "eigvecs"),
        (2, lambda a: None, TypeError, "eigvecs"),
    ],
)
def test_refusals_name_the_argument(place, change, error, name):
    args = list(eigenproblem())
    args[place] = change(args[place])
    with pytest.raises(error, match=name):
        FUNCTIONS["eigvalsh_batch"](*args)


def read_only(array):
    array.flags.writeable = False
    return array


def test_failures_have_the_kind_that_phono3py_expects(grid, cell):
    with pytest.raises(ValueError, match="singular"):
        FUNCTIONS["snf3x3"](np.zeros((3, 3), dtype="int64"))
    fourfold = np.array([[[0, -1, 0], [1, 0, 0], [0, 0, 1]]])
    with pytest.raises(RuntimeError, match="Grid symmetry is broken. Use generalized regular grid."):
        FUNCTIONS["transform_rotations"](fourfold, np.array([4, 3, 3]), np.eye(3, dtype="int64"))
    with pytest.raises(ValueError, match="argument triplets: 99"):
        out = np.zeros(6), np.zeros((1, 6, 6, 6)), np.array([[0, 1, 99]]), np.ones(1, dtype="int64"), np.zeros((3, 6))
        weights = np.zeros((2, 1, 6, 6, 6)), np.zeros((1, 6, 6, 6), dtype="int8")
        FUNCTIONS["imag_self_energy_with_g"](*out, 1.0, *weights, 0.01, -1)
    for flag in 0, 1, None:
        with pytest.raises(TypeError, match="is_time_reversal"):
            FUNCTIONS["reciprocal_rotations"](cell.point_group, flag)


def test_survives_hostile_arguments(tmp_path):
    """In a process of its own; UMKLAPP_FUZZ_SECONDS tells for how long."""
    script = pathlib.Path(__file__).with_name("backend_fuzz.py")
    log = tmp_path / "calls.txt"
    seconds = os.environ.get("UMKLAPP_FUZZ_SECONDS", "10")
    environment = {**os.environ, "UMKLAPP_FUZZ_LOG": str(log)}
    command = [sys.executable, "-W", "ignore", script, "1", seconds]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path)
    last = "\n".join(log.read_text().splitlines()[-20:]) if log.exists() else ""
    assert done.returncode == 0, f"{done.stderr}\n{last}"
    assert int(done.stdout.split()[0]) > 100
