"""Cells and charges as plain data, and what other packages call them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from . import _checks
from ._typing import AseAtoms, FloatArray, PhonopyAtoms

if TYPE_CHECKING:
    import ase
    import phonopy.structure.atoms


@dataclass(frozen=True, eq=False)
class Cell:
    """A crystal cell: lattice and atoms.

    Parameters
    ----------
    lattice : array_like, shape (3, 3)
        Basis vectors a, b, c as rows, in angstrom.
    positions : array_like, shape (n, 3)
        Fractional positions of the atoms.
    symbols : sequence of str, length n
        Chemical symbols; digits at the end tell kinds of atoms apart (Fe1, Fe2).
    masses : array_like, shape (n,), optional
        In atomic mass units; the standard atomic weights where not given.

    Raises
    ------
    ValueError
        For shapes that do not fit each other, masses that are not above 0, and unknown symbols without masses.
    """

    lattice: FloatArray
    positions: FloatArray
    symbols: tuple[str, ...]
    masses: FloatArray

    def __init__(
        self,
        lattice: ArrayLike,
        positions: ArrayLike,
        symbols: Sequence[str],
        masses: ArrayLike | None = None,
    ) -> None:
        words = _checks.words("symbols", symbols)
        n = len(words)
        object.__setattr__(self, "lattice", _checks.array("lattice", lattice, 3, 3))
        object.__setattr__(self, "positions", _checks.array("positions", positions, n, 3))
        object.__setattr__(self, "symbols", words)
        chosen = [standard_mass(symbol) for symbol in words] if masses is None else masses
        object.__setattr__(self, "masses", _checks.array("masses", chosen, n))
        if n == 0 or not (self.masses > 0).all():
            raise ValueError("a cell has one atom at least, and all its masses are above 0")

    def __repr__(self) -> str:
        return f"Cell({' '.join(self.symbols[:8])}{' ...' if len(self) > 8 else ''}, {self.volume:.3f} A^3)"

    def __len__(self) -> int:
        """Number of atoms."""
        return len(self.symbols)

    @property
    def volume(self) -> float:
        """Volume in angstrom^3."""
        return float(abs(np.linalg.det(self.lattice)))

    @classmethod
    def of(cls, cell: Cell | AseAtoms | PhonopyAtoms) -> Cell:
        """The cell of an object of ASE (Atoms) or phonopy (PhonopyAtoms); a Cell stays what it is.

        Magnetic moments are not taken over.
        """
        return cls._of("cell", cell)

    @classmethod
    def _of(cls, name: str, cell: Cell | AseAtoms | PhonopyAtoms) -> Cell:
        """The same for an argument of this name."""
        if isinstance(cell, Cell):
            return cell
        if hasattr(cell, "get_scaled_positions") and hasattr(cell, "get_chemical_symbols"):
            atoms: Any = cell
            return cls(
                np.asarray(atoms.cell),
                atoms.get_scaled_positions(wrap=False),
                atoms.get_chemical_symbols(),
                atoms.get_masses(),
            )
        if hasattr(cell, "scaled_positions") and hasattr(cell, "symbols"):
            return cls(cell.cell, cell.scaled_positions, cell.symbols, cell.masses)
        raise TypeError(f"{name}: a Cell, ASE's Atoms or phonopy's PhonopyAtoms expected, not {type(cell).__name__}")

    def to_ase(self) -> ase.Atoms:
        """The same cell as an Atoms object of ASE, periodic along all three axes."""
        from ase import Atoms

        return Atoms(
            symbols=[symbol.rstrip("0123456789") for symbol in self.symbols],
            scaled_positions=self.positions,
            cell=self.lattice,
            masses=self.masses,
            pbc=True,
        )

    def to_phonopy(self) -> phonopy.structure.atoms.PhonopyAtoms:
        """The same cell as a PhonopyAtoms object of phonopy."""
        from phonopy.structure.atoms import PhonopyAtoms

        return PhonopyAtoms(
            symbols=list(self.symbols), scaled_positions=self.positions, cell=self.lattice, masses=self.masses
        )


def standard_mass(symbol: str) -> float:
    """Standard atomic weight of an element in atomic mass units; digits at the end of the symbol are ignored."""
    from . import _native

    mass = _native.standard_mass(symbol)
    if mass == 0:
        raise ValueError(f"symbols: no standard atomic weight of {symbol!r}: give masses")
    return mass


@dataclass(frozen=True, eq=False)
class Born:
    """What the non-analytic term needs: effective charges and the dielectric tensor.

    Parameters
    ----------
    charges : array_like, shape (n, 3, 3)
        Born effective charges of the atoms of the primitive cell in elementary charges, [atom][field][displacement].
    dielectric : array_like, shape (3, 3)
        High-frequency dielectric tensor.
    factor : float, optional
        e^2 / (4 pi epsilon_0) in eV angstrom; 0: that of phonopy, 14.39965.
    method : {"gonze", "wang", ""}, optional
        Which method is taken where a calculation does not choose one; "" is "gonze".
    reciprocal_cutoff, ewald_lambda : float, optional
        Of the reciprocal sum of Gonze's method, in 1/angstrom without 2 pi; 0: chosen by the library.
    independent : bool, optional
        The charges are those of the symmetry-independent atoms only, as in a BORN file.
    """

    charges: FloatArray
    dielectric: FloatArray
    factor: float = 0.0
    method: Literal["gonze", "wang", ""] = ""
    reciprocal_cutoff: float = 0.0
    ewald_lambda: float = 0.0
    independent: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "charges", _checks.array("charges", self.charges, None, 3, 3))
        object.__setattr__(self, "dielectric", _checks.array("dielectric", self.dielectric, 3, 3))
        for name in ("factor", "reciprocal_cutoff", "ewald_lambda"):
            object.__setattr__(self, name, _checks.number(name, getattr(self, name)))
        object.__setattr__(self, "independent", _checks.truth("independent", self.independent))
        if self.method != "":
            _checks.word_of(("gonze", "wang"))("method", self.method)
