"""Objects of phonopy and phono3py from crystals, and what crystals take from them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Literal

from numpy.typing import ArrayLike

from ._checks import shown
from .cell import Born

if TYPE_CHECKING:
    import phono3py
    import phonopy

    from .crystal import Crystal

#: e^2 / (4 pi epsilon_0) in eV angstrom, as phonopy has it.
COULOMB_FACTOR = 14.39965172592227


def check_class(calculation: object, package: str, name: str) -> None:
    """Of a package that is not imported there are no objects."""
    kind = getattr(sys.modules.get(package), name, ())
    if not isinstance(calculation, kind):
        raise TypeError(f"calculation: a {name} object expected, not {shown(calculation)}")


def required(values: ArrayLike | None, name: str) -> ArrayLike:
    if values is None:
        raise ValueError(f"the object has no {name}")
    return values


def shared(calculation: Any) -> dict[str, Any]:
    """Keywords of `Crystal` that Phonopy and Phono3py objects have in common."""
    matrix, parameters = calculation.primitive_matrix, calculation.nac_params
    return {"primitive_matrix": "P" if matrix is None else matrix, "born": _born_of(parameters) if parameters else None}


def _born_of(parameters: Any) -> Born:
    """From what phonopy calls nac_params."""
    factor: float = parameters.get("factor") or 0.0
    method: Literal["gonze", "wang", ""] = parameters.get("method") or ""
    return Born(parameters["born"], parameters["dielectric"], factor, method)


def _nac_params(born: Born) -> Any:
    if born.independent:
        raise ValueError("charges of the independent atoms alone cannot be converted: give those of all atoms")
    factor = born.factor or COULOMB_FACTOR
    made = {"born": born.charges, "dielectric": born.dielectric, "factor": factor}
    return {**made, "method": born.method} if born.method else made


def to_phono3py(crystal: Crystal) -> phono3py.Phono3py:
    from phono3py import Phono3py

    made = Phono3py(
        crystal.unit_cell.to_phonopy(),
        supercell_matrix=crystal.supercell_matrix,
        phonon_supercell_matrix=crystal.phonon_supercell_matrix,
        primitive_matrix=crystal.primitive_matrix,
    )
    made.fc2 = crystal.fc2
    if crystal.fc3 is not None:
        made.fc3 = crystal.fc3
    if crystal.born is not None:
        made.nac_params = _nac_params(crystal.born)
    return made


def to_phonopy(crystal: Crystal) -> phonopy.Phonopy:
    from phonopy import Phonopy

    matrix = crystal.phonon_supercell_matrix
    made = Phonopy(
        crystal.unit_cell.to_phonopy(),
        supercell_matrix=crystal.supercell_matrix if matrix is None else matrix,
        primitive_matrix=crystal.primitive_matrix,
    )
    made.force_constants = crystal.fc2
    if crystal.born is not None:
        made.nac_params = _nac_params(crystal.born)
    return made
