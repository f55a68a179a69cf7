"""Names of types."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Path = str | os.PathLike[str]

#: A length in angstrom, three mesh numbers, or a 3x3 grid generating matrix.
Mesh = float | Sequence[int] | Sequence[Sequence[int]] | IntArray

#: Several widths of smearing in THz.
Sigmas = Sequence[float] | NDArray[np.floating[Any]]

#: No bar, a bar, or a function that gets the finished share, 0 to 1.
Progress = bool | Callable[[float], object]

#: What carries heat: populations alone, or pairs of bands too.
Transport = Literal["boltzmann", "wigner", "smm19", "njc23", "ibdb19"]


class AseAtoms(Protocol):
    """What is asked of an Atoms object of ASE."""

    @property
    def cell(self) -> ArrayLike: ...

    def get_scaled_positions(self, wrap: bool = True) -> FloatArray: ...

    def get_chemical_symbols(self) -> list[str]: ...

    def get_masses(self) -> FloatArray: ...


class PhonopyAtoms(Protocol):
    """What is asked of a PhonopyAtoms object of phonopy."""

    @property
    def cell(self) -> FloatArray: ...

    @property
    def scaled_positions(self) -> FloatArray: ...

    @property
    def symbols(self) -> list[str]: ...

    @property
    def masses(self) -> FloatArray: ...
