"""Loading: the input file and what lies beside it."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from . import _checks, _native
from ._session import session
from ._typing import Path
from .cell import Born, Cell
from .crystal import Axes, Crystal


def load(
    path: Path,
    *,
    fc2: Path | ArrayLike | None = None,
    fc3: Path | ArrayLike | None = None,
    born: Path | Born | None = None,
    nac: bool = True,
    supercell_matrix: ArrayLike | None = None,
    phonon_supercell_matrix: ArrayLike | None = None,
    primitive_matrix: ArrayLike | Axes | None = None,
    masses: ArrayLike | None = None,
    symmetry: bool = True,
    symmetry_tolerance: float = 1e-5,
    fc3_cutoff: float | None = None,
) -> Crystal:
    """Load a crystal from phono3py.yaml (or phono3py_disp.yaml, phono3py_params.yaml) and the files beside it.

    Parameters
    ----------
    path : path
        May be packed by xz, lzma or gzip.
    fc2, fc3 : path or array_like, optional
        Without them fc2.hdf5 and fc3.hdf5 beside the input. Where there is no fc3.hdf5 the crystal has none.
    born : path or Born, optional
        Without it the charges in the input, else the file BORN beside it, where there is one.
    nac : bool
        False: without the non-analytic term.
    supercell_matrix, phonon_supercell_matrix : array_like of int, shape (3, 3) or (3,), optional
        Instead of those in the input.
    primitive_matrix : array_like, shape (3, 3), or {"auto", "P", "F", "I", "A", "C", "R"}, optional
        Instead of that in the input.
    masses, symmetry, symmetry_tolerance, fc3_cutoff
        As for `Crystal`.

    Returns
    -------
    Crystal

    Raises
    ------
    FileNotFoundError
        Where the input or fc2.hdf5 is missing.
    ValueError
        For files that are damaged or do not fit each other; the message names file and line or dataset.
    """
    path = _checks.file("path", path)
    folder = os.path.dirname(path)
    with session() as context:
        found = _native.input_read(context, path)
        charges = _find_born(context, found, folder, born) if _checks.truth("nac", nac) else None
    unit_cell = found["unit_cell"] or found["primitive_cell"]
    if unit_cell is None:
        raise ValueError(f"{path}: there is no unit_cell in it")
    if supercell_matrix is None:
        supercell_matrix = np.eye(3) if found["supercell_matrix"] is None else found["supercell_matrix"]
    if phonon_supercell_matrix is None:
        phonon_supercell_matrix = found["phonon_supercell_matrix"]
    if primitive_matrix is None:
        matrix, axes = found["primitive_matrix"], found["primitive_axes"] or "auto"
        primitive_matrix = axes if matrix is None else matrix
    return Crystal(
        Cell(**unit_cell),
        supercell_matrix,
        _find_constants(folder, "fc2.hdf5", fc2, must=True),
        _find_constants(folder, "fc3.hdf5", fc3, must=False),
        phonon_supercell_matrix=phonon_supercell_matrix,
        primitive_matrix=primitive_matrix,
        born=charges,
        masses=masses,
        symmetry=symmetry,
        symmetry_tolerance=symmetry_tolerance,
        fc3_cutoff=fc3_cutoff,
    )


def _find_born(context: _native.Context, found: dict[str, Any], folder: str, given: Path | Born | None) -> Born | None:
    if isinstance(given, Born):
        return given
    path = os.path.join(folder, "BORN") if given is None else _checks.path("born", given)
    if given is None and found["born"] is not None:
        return Born(**found["born"])
    if given is None and not os.path.exists(path):
        return None
    method = found["born"]["method"] if found["born"] is not None else ""
    return Born(**{**_native.born_read(context, path), "method": method}, independent=True)


def _find_constants(folder: str, name: str, given: Path | ArrayLike | None, must: bool) -> Any:
    if given is not None and not isinstance(given, (str, os.PathLike)):
        return given
    path = os.path.join(folder, name) if given is None else _checks.path(name[:3], given)
    if given is None and not must and not os.path.exists(path):
        return None
    if not os.path.exists(path):
        raise FileNotFoundError(
            f"{path!r} is missing: give {name[:3]}, or make it with phono3py 3 or later, which writes "
            "fc2.hdf5 and fc3.hdf5"
        )
    return path
