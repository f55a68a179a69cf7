"""Calls every function of the backend with hostile arguments; what it does not refuse it has to survive.

    python backend_fuzz.py SEED SECONDS

Each call begins with arguments that are right, of a workflow or made here, and changes one or two of them. A refusal
is a TypeError or ValueError that names an argument, a RuntimeError of numbers, or a MemoryError; anything else is a
failure.
The last call is told on standard error, so that a crash has a name.
"""

import os
import random
import re
import sys
import time

import backend_workflows
import numpy as np
from backend_support import FUNCTIONS, copied

WORKFLOWS = (
    "rta-charges",
    "rta-isotopes-sigma",
    "rta-isotopes",
    "rta-batched",
    "self-energies",
    "lbte",
    "lbte-reducible",
    "force-constants",
    "force-constants-compact",
)


def good_calls():
    """One list of arguments, and keywords, that is right for each function."""
    calls = {}
    for name in WORKFLOWS:
        for function, call in backend_workflows.compare(name, only_ours=True).calls.items():
            calls.setdefault(function, call)
    calls["snf3x3"] = ([np.array([[0, 2, 2], [2, 0, 2], [2, 2, 0]])], {})
    add_others(calls)
    return calls


def add_others(calls):
    """Functions that phono3py does not call in these workflows, from arguments of those that it does."""
    (_, gp, _, _, tetrahedra, to_gr, rotations, *_), _ = calls["collision_at_grid_point"]
    full = calls["collision_at_grid_point"][0]
    zone, frequencies, eigenvectors, addresses, bz_map, kind, d_diag, q = full[10:12], *full[12:19]
    fc3 = full[19:26]
    bands, temperatures, splits, symmetrizes, averages, flags, cutoff, compact = full[26:34]
    phonors_map = FUNCTIONS["ir_triplets_at_q"](int(to_gr[gp]), d_diag, rotations, True, True)[0]
    triplets = FUNCTIONS["bz_triplets_at_q"](gp, addresses, bz_map, phonors_map, d_diag, zone[1], zone[0], kind)
    weights = np.ones(len(triplets), dtype="int64")
    out = np.zeros((len(temperatures), len(bands)))
    tail = [d_diag, q, *fc3, bands, temperatures, splits, symmetrizes, averages, flags, cutoff, compact]
    phonons = [frequencies, eigenvectors, triplets, weights, addresses]
    calls["pp_collision"] = ([out, tetrahedra, *phonons, bz_map, kind, *tail], {})
    calls["pp_collision_with_sigma"] = ([out, 0.2, 2.0, *phonons, *tail], {})
    n = len(fc3[4])
    cube = np.zeros((n, n, n, 3, 3, 3), dtype=complex)
    q_points = np.full((3, 3), 0.1)
    transform = [cube, q_points, fc3[0], compact, fc3[2], fc3[3], fc3[5], fc3[6], averages, flags, fc3[1]]
    calls["real_to_reciprocal"] = (transform, {})
    positions = np.zeros((5, 4), dtype="int64")
    legs = [*frequencies[1:4], *eigenvectors[1:4]]
    calls["reciprocal_to_normal_squared"] = ([np.zeros(5), positions, cube, *legs, fc3[4], bands, cutoff], {})
    smear = [0.2, 2.0]
    shape = (len(triplets), len(bands), 3 * n, 3 * n)
    planes = [np.zeros((2, *shape)), np.zeros(shape, dtype="int8"), frequencies[1], triplets, frequencies, *smear]
    calls["triplets_integration_weights_with_sigma"] = (planes, {})
    calls["gr_grid_addresses"] = ([d_diag], {})
    shift = np.zeros(3, dtype="int64")
    calls["rotate_bz_grid_index"] = ([1, rotations[-1], addresses, bz_map, d_diag, shift, kind], {})
    matrices = calls["eigvalsh_batch"][0][0]
    calls["eigvalsh_values_batch"] = ([matrices, np.zeros(matrices.shape[:2])], {})
    one = calls["dynamical_matrices_at_qpoints"][0]
    calls["dynamical_matrix_at_q"] = ([matrices[0], one[2], q_points[0], *one[3:6], one[7], one[6]], {})
    born = np.zeros((n, 3, 3))
    calls["charge_sum"] = ([np.zeros((n, n, 3, 3)), 1.0, q_points[0], born], {})
    add_fourth_order(calls)
    vectors = calls["gsv_set_smallest_vectors_dense"][0]
    n_to, n_from = vectors[1].shape[:2]
    sparse = [np.zeros((n_to, n_from, 27, 3)), np.zeros((n_to, n_from), dtype="int64"), *vectors[2:7], vectors[8]]
    calls["gsv_set_smallest_vectors_sparse"] = (sparse, {})


def add_fourth_order(calls):
    """A supercell of four atoms that are translates of each other."""
    fc4 = np.ones((1, 4, 4, 4, 3, 3, 3, 3))
    cells = np.arange(4)
    translations = ((cells[:, None] + cells) % 4, np.zeros(4, dtype="int64"), np.zeros(1, dtype="int64"), -cells % 4)
    calls["transpose_compact_fc4"] = ([fc4, *translations, 0], {})
    calls["permutation_symmetry_compact_fc4"] = ([fc4, *translations], {})
    calls["distribute_fc4"] = ([np.concatenate([fc4, fc4]), 0, 1, cells, np.eye(3)], {})
    differences, maps = np.ones((1, 4, 4, 4, 3, 3, 3)), cells[None]
    calls["rotate_delta_fc3s"] = ([fc4[0], differences, np.ones((3, 1)), np.eye(3)[None], maps], {})
    images = np.stack([np.ones((4, 1), dtype="int64"), cells[:, None]], axis=2)
    out = np.zeros((1,) * 4 + (3,) * 4, dtype=complex)
    place = [np.ones((4, 3)), images, translations[2], np.zeros(4, dtype="int64")]
    calls["real_to_reciprocal_fc4"] = ([out, np.ones((4, 3)), fc4, True, *place], {})
    modes = [np.ones(3, dtype=complex), np.ones((3, 3), dtype=complex), 1.0, np.ones(3), np.ones(1), 0.1]
    calls["reciprocal_to_normal_fc4"] = ([np.zeros(3, dtype=complex), out, *modes], {})


EXTREMES = {"i": (0, 1, -1, 2, 7, 1 << 31, 1 << 62, -(1 << 62)), "f": (0.0, -1.0, 1e-300, 1e300, np.nan, np.inf, 1e6)}


def spoil_elements(generator, array):
    array = array.copy()
    if array.size:
        kind = "f" if array.dtype.kind in "fc" else "i"
        for _ in range(generator.choice((1, 1, 3, array.size))):
            value = generator.choice(EXTREMES[kind])
            array.flat[generator.randrange(array.size)] = value if array.dtype.itemsize >= 8 else value % 100
    return array


def spoil_shape(generator, array):
    if array.ndim == 0:
        return array
    axis = generator.randrange(array.ndim)
    choice = generator.randrange(5)
    if choice == 0:
        return np.ascontiguousarray(np.repeat(array, 2, axis))
    if choice == 1:
        return np.ascontiguousarray(np.take(array, range(array.shape[axis] - 1), axis))
    if choice == 2:
        return np.ascontiguousarray(np.take(array, [], axis))
    return array[..., None].copy() if choice == 3 else array.reshape(-1).copy()


def spoil_layout(generator, array):
    choice = generator.randrange(4)
    if choice == 0:
        return np.asfortranarray(array)
    if choice == 1:
        return np.repeat(array, 2, array.ndim - 1)[..., ::2] if array.ndim else array
    array = array.copy()
    if choice == 2:
        array.flags.writeable = False
        return array
    return array.astype(array.dtype.newbyteorder())


def spoil(generator, value):
    if isinstance(value, np.ndarray):
        way = generator.randrange(8)
        if way < 3:
            return spoil_elements(generator, value)
        if way < 5:
            return spoil_shape(generator, value)
        if way == 5:
            return spoil_layout(generator, value)
        if way == 6:
            return value.astype(generator.choice(("float32", "complex64", "int32", "uint8", "float64", "int64", "U3")))
        return generator.choice((None, value.tolist(), "text", 3, object()))
    others = (None, "text", 3, -1, 1 << 62, 1 << 70, 2.5, float("nan"), True, False, np.int64(2), np.zeros(3), [], "J")
    return generator.choice(others)


def run(generator, calls):
    name = generator.choice(sorted(FUNCTIONS))
    args, kwargs = calls[name]
    args = [copied(a) for a in args]
    places = generator.sample(range(len(args)), min(len(args), generator.choice((1, 1, 1, 2))))
    for place in places:
        args[place] = spoil(generator, args[place])
    told = [a.shape if isinstance(a, np.ndarray) else a for a in (args[p] for p in places)]
    print(f"{name} {places} {told}"[:300], file=sys.stderr)
    try:
        FUNCTIONS[name](*args, **kwargs)
    except (TypeError, ValueError) as refusal:
        if not re.match(r"argument \w+(:| is| was)|\d+ arguments", str(refusal)):
            raise
    except (RuntimeError, MemoryError):
        pass


def main():
    seed, seconds = int(sys.argv[1]), float(sys.argv[2])
    generator = random.Random(seed)
    calls = good_calls()
    missing = set(FUNCTIONS) - set(calls)
    assert not missing, missing
    for name, (args, kwargs) in calls.items():
        FUNCTIONS[name](*[copied(a) for a in args], **kwargs)
    end, n = time.monotonic() + seconds, 0
    sys.stderr = open(os.environ.get("UMKLAPP_FUZZ_LOG", os.devnull), "w", buffering=1)
    while time.monotonic() < end:
        run(generator, calls)
        n += 1
    print(f"{n} calls")


if __name__ == "__main__":
    np.seterr(all="ignore")
    main()
