"""Results: arrays with their names and units, files, pictures. Reading and drawing need no compiled part."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np

from . import _checks
from ._typing import FloatArray, IntArray, Path

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Self = TypeVar("Self", bound="Linewidths")

#: Field of a result, name of its dataset in kappa-*.hdf5, its axes.
_DATASETS = {
    "mesh": ("mesh", "3"),
    "temperatures": ("temperature", "T"),
    "grid_points": ("grid_point", "P"),
    "weights": ("weight", "P"),
    "q_points": ("qpoint", "P3"),
    "frequencies": ("frequency", "PB"),
    "group_velocities": ("group_velocity", "PB3"),
    "heat_capacities": ("heat_capacity", "TPB"),
    "gamma": ("gamma", "TPB"),
    "gamma_normal": ("gamma_N", "TPB"),
    "gamma_umklapp": ("gamma_U", "TPB"),
    "gamma_isotope": ("gamma_isotope", "PB"),
    "average_strength": ("ave_pp", "PB"),
    "gv_by_gv": ("gv_by_gv", "PB6"),
    "mode_kappa": ("mode_kappa", "TPB6"),
    "kappa": ("kappa", "T6"),
    "mode_kappa_rta": ("mode_kappa_RTA", "TPB6"),
    "kappa_rta": ("kappa_RTA", "T6"),
    "kappa_intra_exact": ("kappa_intra_exact", "T6"),
    "kappa_intra_rta": ("kappa_intra_RTA", "T6"),
    "kappa_intra": ("kappa_intra", "T6"),
    "kappa_inter": ("kappa_inter", "T6"),
    "sigma": ("sigma", ""),
    "sigma_cutoff": ("sigma_cutoff_width", ""),
    "boundary_mfp": ("boundary_mfp", ""),
    "kappa_unit_conversion": ("kappa_unit_conversion", ""),
    "grid_matrix": ("grid_matrix", "33"),
    "p_matrix": ("P_matrix", "33"),
    "q_matrix": ("Q_matrix", "33"),
}

#: Axes of every array of a result; E eigenvalues.
_AXES = {name: axes for name, (_, axes) in _DATASETS.items()} | {"eigenvalues": "TE", "relaxon_kappa": "TE6"}

_INTEGERS = ("mesh", "grid_points", "weights", "grid_matrix", "p_matrix", "q_matrix")
_NUMBERS = ("sigma", "sigma_cutoff", "boundary_mfp", "kappa_unit_conversion")


@dataclass(frozen=True)
class Estimate:
    """What a run will take.

    Attributes
    ----------
    bytes : float
        Memory on top of the crystal and the phonons.
    seconds : float
        With the threads asked for; 0 where there are fewer than 64 grid points.
    n_points : int
        Irreducible grid points.
    n_triplets : float
        Triplets of all of them; counted on a sample where there are more than 16 grid points.
    """

    bytes: float
    seconds: float
    n_points: int
    n_triplets: float


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Linewidths:
    """Phonons and their linewidths at P grid points, with B bands, at T temperatures.

    Attributes
    ----------
    mesh : ndarray of int64, shape (3,)
        Mesh numbers (of a generalized grid, the diagonal of its Smith normal form).
    temperatures : ndarray, shape (T,)
        K.
    grid_points : ndarray of int64, shape (P,)
        Numbers of the grid points.
    weights : ndarray of int64, shape (P,)
        How many grid points each stands for.
    q_points : ndarray, shape (P, 3)
        In the basis of the reciprocal primitive lattice.
    frequencies : ndarray, shape (P, B)
        THz, ascending; negative where imaginary.
    group_velocities : ndarray, shape (P, B, 3)
        Cartesian, THz angstrom (100 m/s).
    heat_capacities : ndarray, shape (T, P, B)
        eV/K.
    gamma : ndarray, shape (T, P, B)
        Three-phonon linewidths (half width at half maximum), THz.
    gamma_normal, gamma_umklapp : ndarray, shape (T, P, B), or None
        Their parts.
    gamma_isotope : ndarray, shape (P, B), or None
        Linewidths of isotope scattering, THz.
    average_strength : ndarray, shape (P, B), or None
        Average interaction strength of each mode, eV^2.
    gv_by_gv : ndarray, shape (P, B, 6), or None
        v x v summed over the star of the grid point, (THz angstrom)^2.
    sigma, sigma_cutoff : float
        Width of the Gaussians, THz, and where they are cut off in units of it; 0: tetrahedron method, no cut-off.
    boundary_mfp : float
        Mean free path up to the boundary, micrometre; 0: none.
    kappa_unit_conversion : float
        From (THz angstrom)^2 (eV/K) / THz to W/(m K).
    grid_matrix, p_matrix, q_matrix : ndarray of int64, shape (3, 3), or None
        Of a generalized regular grid: P M Q = D.
    timings : dict of str to float
        Seconds of each stage and their total; empty where the result was read.
    """

    mesh: IntArray
    temperatures: FloatArray
    grid_points: IntArray
    weights: IntArray
    q_points: FloatArray
    frequencies: FloatArray
    group_velocities: FloatArray
    heat_capacities: FloatArray
    gamma: FloatArray
    gamma_normal: FloatArray | None = None
    gamma_umklapp: FloatArray | None = None
    gamma_isotope: FloatArray | None = None
    average_strength: FloatArray | None = None
    gv_by_gv: FloatArray | None = None
    sigma: float = 0.0
    sigma_cutoff: float = 0.0
    boundary_mfp: float = 0.0
    kappa_unit_conversion: float = 0.0
    grid_matrix: IntArray | None = None
    p_matrix: IntArray | None = None
    q_matrix: IntArray | None = None
    timings: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        sizes = {"T": len(self.temperatures), "P": len(self.q_points), "B": self.frequencies.shape[-1]}
        eigenvalues = getattr(self, "eigenvalues", None)
        sizes["E"] = 0 if eigenvalues is None else eigenvalues.shape[-1]
        for name, values in vars(self).items():
            if not isinstance(values, np.ndarray):
                continue
            expected = tuple(sizes[axis] if axis in sizes else int(axis) for axis in _AXES[name])
            if values.shape != expected:
                raise ValueError(f"{name}: shape {values.shape}, expected {expected}")

    @classmethod
    def _from_native(cls: type[Self], values: Mapping[str, Any]) -> Self:
        known = {member.name for member in fields(cls)}
        made = {name: value for name, value in values.items() if name in known}
        for name in (member.name for member in fields(cls)):
            if made.get(name) is None and name in _REQUIRED:
                raise ValueError(f"the result has no {name}")
        return cls(**made)

    def _to_native(self) -> dict[str, Any]:
        """What the compiled part writes: each array in its type and in C order."""
        made: dict[str, Any] = {}
        for name in _DATASETS:
            value = getattr(self, name, None)
            if isinstance(value, np.ndarray):
                value = np.ascontiguousarray(value, dtype=np.int64 if name in _INTEGERS else np.float64)
            made[name] = float(value) if name in _NUMBERS and value is not None else value
        return made

    @property
    def lifetimes(self) -> FloatArray:
        """(T, P, B) ps: 1 / (4 pi gamma) of all scattering but the boundary; infinite where nothing scatters."""
        gamma = self.gamma if self.gamma_isotope is None else self.gamma + self.gamma_isotope
        with np.errstate(divide="ignore"):
            return 1 / (4 * np.pi * gamma)

    @property
    def method(self) -> str:
        """How delta functions of energy were integrated, in words."""
        return f"Gaussians of {self.sigma:g} THz" if self.sigma > 0 else "tetrahedron method"

    def __repr__(self) -> str:
        mesh = "x".join(str(n) for n in self.mesh)
        return (
            f"{type(self).__name__}({mesh}, {self.method}, {len(self.q_points)} grid points, "
            f"{self.frequencies.shape[1]} bands, {len(self.temperatures)} temperatures)"
        )


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class ThermalConductivity(Linewidths):
    """Lattice thermal conductivity and what it is made of; the attributes of `Linewidths`, and:

    Attributes
    ----------
    kappa : ndarray, shape (T, 6)
        W/(m K): xx, yy, zz, yz, xz, xy.
    mode_kappa : ndarray, shape (T, P, B, 6), or None
        Contribution of each mode with its star, W/(m K), to be divided by the number of grid points of the mesh.
    kappa_intra, kappa_inter : ndarray, shape (T, 6), or None
        With a transport beyond Boltzmann's: what populations and pairs of bands carry, W/(m K). Of relaxation times
        kappa is their sum, and mode_kappa belongs to kappa_intra.
    kappa_rta, mode_kappa_rta : ndarray, shapes of kappa and mode_kappa, or None
        Of the full Boltzmann equation, whose kappa and mode_kappa stand above: what relaxation times alone give.
    kappa_intra_exact, kappa_intra_rta : ndarray, shape (T, 6), or None
        The same as kappa and kappa_rta, where there is kappa_inter, which is no part of these.
    """

    kappa: FloatArray
    mode_kappa: FloatArray | None = None
    kappa_intra: FloatArray | None = None
    kappa_inter: FloatArray | None = None
    kappa_rta: FloatArray | None = None
    mode_kappa_rta: FloatArray | None = None
    kappa_intra_exact: FloatArray | None = None
    kappa_intra_rta: FloatArray | None = None

    def at(self, temperature: float) -> FloatArray:
        """Kappa at the temperature nearest to this one.

        Parameters
        ----------
        temperature : float
            K.

        Returns
        -------
        ndarray, shape (3, 3)
            W/(m K).
        """
        xx, yy, zz, yz, xz, xy = self.kappa[self._nearest(temperature)]
        return np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])

    def _nearest(self, temperature: float) -> int:
        return int(np.argmin(np.abs(self.temperatures - _checks.number("temperature", temperature))))

    # ---- files --------------------------------------------------------------------------------------------------

    def to_hdf5(self, path: Path = ".", *, compression: str | int = "gzip") -> str:
        """Write the result as phono3py does.

        Parameters
        ----------
        path : path, optional
            A folder, in which the file gets phono3py's name (kappa-m111111.hdf5), or the name of a file. Of a
            symbolic link to a file that file is written.
        compression : str or int, optional
            "gzip", "none" or a level 0 to 9.

        Returns
        -------
        str
            Path of the file.
        """
        given, packed = _checks.path("path", path), _checks.compression("compression", compression)
        if os.path.isdir(given):
            return self._write(given, packed)
        target = os.path.realpath(given)  # what a symbolic link points to is written, the link stays
        folder = _checks.folder("path", os.path.dirname(target))
        if os.path.exists(target) and not os.path.isfile(target):
            raise OSError(f"path: {given!r} is no file")
        with _scratch_folder(folder, given) as scratch:
            os.replace(self._write(scratch, packed), target)
        return given

    def _write(self, folder: str, compression: str) -> str:
        from . import _native

        return _native.conductivity_write(_native.context_create(1), self._to_native(), folder, None, compression)

    def to_html(self, path: Path, *, title: str | None = None) -> None:
        """Write the page of `umklapp report`: figures and tables, without network or scripts.

        Parameters
        ----------
        path : path
        title : str, optional
        """
        from . import _native

        _native.report_write(_native.context_create(1), self._to_native(), title, _checks.path("path", path))

    # ---- to look at ---------------------------------------------------------------------------------------------

    def plot(
        self,
        what: Literal["kappa", "linewidths", "accumulation"] = "kappa",
        *,
        temperature: float = 300.0,
        axes: Axes | None = None,
    ) -> Axes:
        """Draw with matplotlib.

        Parameters
        ----------
        what : {"kappa", "linewidths", "accumulation"}
            Kappa against temperature, linewidths against frequency, or kappa accumulated over mean free path.
        temperature : float, optional
            K, for the last two: the nearest one that there is.
        axes : matplotlib.axes.Axes, optional
            Where to draw; without it a new figure.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ValueError
            Where there is nothing to draw, for example kappa at 0 K alone.
        """
        from . import _plot

        return _plot.draw(self, what, self._nearest(temperature), axes)

    def __repr__(self) -> str:
        i = self._nearest(300)
        kappa = ", ".join(f"{value:.4g}" for value in self.kappa[i, :3])
        return f"{super().__repr__()[:-1]}, kappa at {self.temperatures[i]:g} K: {kappa} W/(m K))"

    def _repr_html_(self) -> str:
        """A table for Jupyter."""
        n = len(self.temperatures)
        shown = range(0, n, -(-n // 12)) if n > 12 else range(n)
        notes = self._notes()
        names = ("T (K)", "xx", "yy", "zz", "yz", "xz", "xy", *(("",) if notes else ()))
        head = "".join(f"<th>{name}</th>" for name in names)
        rows = "".join(
            f"<tr><td>{self.temperatures[i]:g}</td>"
            + "".join(f"<td>{x:.3f}</td>" for x in self.kappa[i])
            + (f"<td>{notes[i]}</td>" if notes else "")
            + "</tr>"
            for i in shown
        )
        mesh = "&times;".join(str(n) for n in self.mesh)
        more = "" if len(shown) == n else f", {len(shown)} of {n} temperatures"
        equation = "" if self.kappa_rta is None else " of the full Boltzmann equation"
        return (
            f"<table><caption>Thermal conductivity{equation} in W/(m K), {mesh}, {self.method}{more}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )

    def _notes(self) -> list[str]:
        """A word on each temperature; empty where there is nothing to say."""
        return []


@dataclass(frozen=True, kw_only=True)
class Solution:
    """What is known of the solution of the full Boltzmann equation at one temperature.

    Attributes
    ----------
    state : {"solved", "not converged", "not positive"}
        Not converged: kappa is a lower bound. Not positive: the operator has negative eigenvalues, kappa is not
        determined, and NaN.
    n_iterations : int
        Iterative solver: products with the operator.
    residual : float
        Iterative solver: what is left of the equation, as a part of its right-hand side.
    lowest_curvature : float
        Iterative solver: the lowest ratio of the operator to the linewidths that was met; direct solver: the lowest
        eigenvalue, THz.
    n_dimensions : int
        Of the operator, less modes and directions that symmetry makes zero.
    n_removed : int
        Direct solver: eigenvalues taken as zero.
    n_negative : int
        Direct solver: negative eigenvalues beyond rounding.
    doubtful_share : float
        Direct solver: part of kappa, the largest of the directions, of negative eigenvalues, and of those that
        `pinv_cutoff` removes though they are no rounding errors.
    integration_error : float
        Estimated part of kappa that errors of integration may change, the largest of the directions; 0 where it is
        small for sure.
    n_without : int
        Modes without a linewidth, which are left out.
    degenerate_share : float
        Part of the trace of kappa that differences within degenerate sets carry.
    """

    state: Literal["solved", "not converged", "not positive"]
    n_iterations: int
    residual: float
    lowest_curvature: float
    n_dimensions: int
    n_removed: int
    n_negative: int
    doubtful_share: float
    integration_error: float
    n_without: int
    degenerate_share: float


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class BoltzmannConductivity(ThermalConductivity):
    """Lattice thermal conductivity of the full Boltzmann equation; the attributes of `ThermalConductivity`, and:

    Attributes
    ----------
    solutions : list of Solution
        One for each temperature.
    eigenvalues : ndarray, shape (T, E), or None
        Direct solver: eigenvalues of the collision operator, ascending, THz; half widths of relaxons. 0 for each
        dimension that symmetry removes.
    relaxon_kappa : ndarray, shape (T, E, 6), or None
        With relaxons: share of each eigenvector in kappa, W/(m K).
    """

    solutions: list[Solution]
    eigenvalues: FloatArray | None = None
    relaxon_kappa: FloatArray | None = None

    @classmethod
    def _from_native(cls: type[Self], values: Mapping[str, Any]) -> Self:
        return super()._from_native({**values, "solutions": [Solution(**report) for report in values["solutions"]]})

    @property
    def relaxation_times(self) -> FloatArray | None:
        """(T, E) ps: 1 / (4 pi eigenvalue); 0 where that is 0. None of the iterative solver."""
        if self.eigenvalues is None:
            return None
        times = np.zeros_like(self.eigenvalues)
        np.divide(1, 4 * np.pi * self.eigenvalues, out=times, where=self.eigenvalues != 0)
        return times

    def spectrum_to_hdf5(self, folder: Path = ".", *, compression: str | int = "gzip") -> list[str]:
        """Write coleigs-m*.hdf5, as phono3py does, and relaxons-m*.hdf5 where there are relaxons.

        Parameters
        ----------
        folder : path, optional
        compression : str or int, optional
            "gzip", "none" or a level 0 to 9.

        Returns
        -------
        list of str
            Paths of the files.

        Raises
        ------
        ValueError
            Where there are no eigenvalues, which the direct solver computes.
        """
        from . import _native

        if self.eigenvalues is None:
            raise ValueError('the result has no eigenvalues: compute it with solver="direct"')
        eigenvalues = np.ascontiguousarray(self.eigenvalues, dtype=np.float64)
        kappa = None if self.relaxon_kappa is None else np.ascontiguousarray(self.relaxon_kappa, dtype=np.float64)
        target, packed = _checks.folder("folder", folder), _checks.compression("compression", compression)
        context, values = _native.context_create(1), self._to_native()
        return _native.spectrum_write(context, values, eigenvalues, kappa, target, packed)

    def _notes(self) -> list[str]:
        return [solution.state for solution in self.solutions]


#: Fields without a default, less what only a whole conductivity has.
_REQUIRED = frozenset(
    "mesh temperatures grid_points weights q_points frequencies group_velocities heat_capacities gamma kappa".split()
)


@contextmanager
def _scratch_folder(folder: str, path: str) -> Iterator[str]:
    """A folder that goes again, beside the file that is to be written; failures tell the path of this one."""
    try:
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            yield scratch
    except OSError as error:
        if error.errno is not None:
            raise OSError(error.errno, error.strerror, path) from None
        raise OSError(f"cannot write {path!r}: {str(error).rpartition(': ')[2]}") from None


def read(path: Path) -> ThermalConductivity:
    """Read a file kappa-m*.hdf5 of all grid points, of this package, the program or phono3py.

    With h5py where it is installed, else with the compiled part.

    Parameters
    ----------
    path : path

    Returns
    -------
    ThermalConductivity

    Raises
    ------
    OSError
        Where the file cannot be opened.
    ValueError
        Where it is no such file, or one of phono3py with a reducible collision matrix: its frequencies are of other
        grid points than its linewidths.
    """
    path = _checks.file("path", path)
    try:
        import h5py
    except ImportError:
        from . import _native

        found = _native.conductivity_read(_native.context_create(1), path)
    else:
        with h5py.File(path, "r") as file:
            known = {name: dataset for name, (dataset, _) in _DATASETS.items() if dataset in file}
            found = {name: _from_dataset(name, file[dataset]) for name, dataset in known.items()}
    try:
        return ThermalConductivity._from_native(found)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _from_dataset(name: str, dataset: Any) -> Any:
    if name in _NUMBERS:
        return float(dataset[()])
    return np.array(dataset[()], dtype=np.int64 if name in _INTEGERS else np.float64, order="C")
