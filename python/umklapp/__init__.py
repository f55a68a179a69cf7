"""What phonon-phonon scattering does to a crystal: phonon linewidths and lattice thermal conductivity.

>>> import umklapp
>>> silicon = umklapp.load("phono3py.yaml")                      # fc2.hdf5, fc3.hdf5 and BORN beside it
>>> result = silicon.rta(mesh=(19, 19, 19), temperatures=300)
>>> result.kappa                                                 # (1, 6) W/(m K): xx, yy, zz, yz, xz, xy
>>> result.to_hdf5()                                             # kappa-m191919.hdf5, as phono3py writes it

Units are those of phono3py: angstrom, THz (ordinary frequencies), eV, atomic mass units, K, W/(m K). Arrays are in C
order; tensors have six components xx, yy, zz, yz, xz, xy. The compiled part is loaded when it is first needed: result
files are read and drawn without it.
"""

from typing import TYPE_CHECKING

from ._version import __version__
from .cell import Born, Cell
from .result import BoltzmannConductivity, Estimate, Linewidths, Solution, ThermalConductivity, read

if TYPE_CHECKING:
    from ._load import load
    from .crystal import Crystal

__all__ = [
    "BoltzmannConductivity",
    "Born",
    "Cell",
    "Crystal",
    "Estimate",
    "Linewidths",
    "Solution",
    "ThermalConductivity",
    "__version__",
    "load",
    "read",
]


def __getattr__(name: str) -> object:
    """What needs the compiled part, imported when it is first asked for."""
    if name == "Crystal":
        from .crystal import Crystal

        return Crystal
    if name == "load":
        from ._load import load

        return load
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
