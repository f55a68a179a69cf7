"""Both backends side by side: a stand-in for phonors that runs every call on both and compares what they do."""

import importlib.machinery
import sys
import types

import numpy as np
import phonors

from umklapp import _native

FUNCTIONS = _native.backend_functions()

# Results of these vanish by symmetry at some points: there a difference is compared with this instead of with them.
FLOORS = {"derivative_dynmat_at_q": 1e-2, "derivative_recip_dipole_dipole": 1e-2}


def copied(value):
    return value.copy() if isinstance(value, np.ndarray) else value


def largest(values):
    return float(np.abs(values).max()) if np.size(values) else 0.0


def difference(ours, theirs, floor=0.0):
    """Largest difference, of the largest element where they are real numbers; infinite for another kind of result."""
    if isinstance(theirs, tuple):
        if len(ours) != len(theirs):
            return np.inf
        return max(difference(a, b) for a, b in zip(ours, theirs, strict=True))
    if theirs is None:
        return 0.0 if ours is None else np.inf
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    if ours.shape != theirs.shape or ours.dtype.kind != theirs.dtype.kind:
        return np.inf
    if theirs.dtype.kind in "iub":
        return float(np.any(ours != theirs))
    scale = max(largest(theirs), floor)
    return largest(ours - theirs) / scale if scale > 0 else largest(ours)


def compare_eigenvectors(ours, theirs):
    """Eigenvalues, and the matrix that the eigenvectors make, which is the lower triangle that was given."""
    dynmats, values, vectors = ours
    lower = np.tril(dynmats)
    matrices = lower + np.conj(np.swapaxes(np.tril(dynmats, -1), 1, 2))
    for matrix in matrices:
        np.fill_diagonal(matrix, np.diag(matrix).real)
    made = np.einsum("qib,qb,qjb->qij", vectors, values, vectors.conj())
    return max(difference(values, theirs[1]), difference(made, matrices))


def compare_tetrahedra(ours, theirs):
    def sets(array):
        return sorted(sorted(map(tuple, corners)) for corners in array.tolist())

    centres_first = not ours[0][:, 0].any()
    return 0.0 if centres_first and sets(ours[0]) == sets(theirs[0]) else np.inf


COMPARISONS = {
    "eigvalsh_batch": compare_eigenvectors,
    "tetrahedra_relative_grid_address": compare_tetrahedra,
}


def run_both(name, *args, **kwargs):
    """Run a function of both on copies; returns difference, and result and arguments of phonors afterwards."""
    our_args, their_args = [copied(a) for a in args], [copied(a) for a in args]
    ours = FUNCTIONS[name](*our_args, **kwargs)
    theirs = getattr(phonors, name)(*their_args, **kwargs)
    if name in COMPARISONS:
        worst = COMPARISONS[name](our_args, their_args)
    else:
        floor = FLOORS.get(name, 0.0)
        pairs = [(a, b) for a, b in zip(our_args, their_args, strict=True) if isinstance(a, np.ndarray)]
        worst = max([difference(ours, theirs)] + [difference(a, b, floor) for a, b in pairs])
    return worst, theirs, their_args


class Comparison:
    """In place of phonors inside a with statement; worst holds the largest difference of each function called.

    With only_ours nothing is compared, and the calls are recorded.
    """

    def __init__(self, only_ours=False):
        self.only_ours = only_ours
        self.worst = {}
        self.calls = {}  # of each function one list of arguments
        self.module = types.ModuleType("phonors")
        self.module.__spec__ = importlib.machinery.ModuleSpec("phonors", None)
        for name in dir(phonors):
            if not name.startswith("_"):
                setattr(self.module, name, self._comparing(name) if name in FUNCTIONS else getattr(phonors, name))

    def _comparing(self, name):
        def run(*args, **kwargs):
            self.calls.setdefault(name, ([copied(a) for a in args], kwargs))
            if self.only_ours:
                return FUNCTIONS[name](*args, **kwargs)
            worst, result, their_args = run_both(name, *args, **kwargs)
            self.worst[name] = max(self.worst.get(name, 0.0), worst)
            for mine, made in zip(args, their_args, strict=True):
                if isinstance(mine, np.ndarray) and mine.flags.writeable:
                    mine[...] = made
            return result

        return run

    def __enter__(self):
        self.displaced = sys.modules.get("phonors")
        sys.modules["phonors"] = self.module
        return self

    def __exit__(self, *details):
        sys.modules["phonors"] = self.displaced
