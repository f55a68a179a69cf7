"""Crystals with force constants, and what is computed of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast, get_args, overload

import numpy as np
from numpy.typing import ArrayLike

from . import _checks, _conversion, _native, _options, _run
from ._session import session, warn
from ._typing import AseAtoms, FloatArray, IntArray, Mesh, Path, PhonopyAtoms, Sigmas
from .cell import Born, Cell
from .result import BoltzmannConductivity, Estimate, Linewidths, ThermalConductivity

if TYPE_CHECKING:
    import phono3py
    import phonopy
    from typing_extensions import Unpack

Axes = Literal["auto", "P", "F", "I", "A", "C", "R"]

#: Shares of the largest force constant above which a warning is given.
DRIFT_LIMIT, ASYMMETRY_LIMIT = 1e-3, 1e-4


class Crystal:
    """A crystal with its force constants.

    Arrays are copied. A crystal can be pickled and copied, and the copy computes the same bits; force constants of
    files are read again then, and become part of the pickle.

    Parameters
    ----------
    unit_cell : Cell, ase.Atoms or phonopy's PhonopyAtoms
        The cell that the matrices refer to.
    supercell_matrix : array_like of int, shape (3, 3) or (3,)
        (a_s, b_s, c_s) = (a, b, c) S, vectors as columns; three numbers are a diagonal.
    fc2 : array_like, shape (n_p or n_s, n_s, 3, 3), or path
        Second-order force constants in eV/angstrom^2, compact (rows of the primitive atoms) or full, atoms in phonopy's
        order; or a file like fc2.hdf5.
    fc3 : array_like, shape (n_p or n_s, n_s, n_s, 3, 3, 3), or path, optional
        Third-order force constants in eV/angstrom^3. Without them there is only what needs no interaction.
    phonon_supercell_matrix : array_like of int, shape (3, 3) or (3,), optional
        Supercell of fc2 where it is another one.
    primitive_matrix : array_like, shape (3, 3), or {"auto", "P", "F", "I", "A", "C", "R"}, optional
        (a_p, b_p, c_p) = (a, b, c) P, vectors as columns; "auto" finds it by symmetry.
    born : Born, optional
        Charges and dielectric tensor for the non-analytic term.
    masses : array_like, shape (n_p,), optional
        Masses of the atoms of the primitive cell in atomic mass units, instead of those of the unit cell.
    symmetry : bool, optional
        False: the identity is the only symmetry.
    symmetry_tolerance : float, optional
        In angstrom.
    fc3_cutoff : float, optional
        Leave out third-order force constants of atoms farther apart than this, in angstrom.

    Raises
    ------
    ValueError
        For arrays and files that do not fit each other; the message says what was found and what was expected.
    OSError
        For files that cannot be read.
    """

    def __init__(
        self,
        unit_cell: Cell | AseAtoms | PhonopyAtoms,
        supercell_matrix: ArrayLike,
        fc2: ArrayLike | Path,
        fc3: ArrayLike | Path | None = None,
        *,
        phonon_supercell_matrix: ArrayLike | None = None,
        primitive_matrix: ArrayLike | Axes = "auto",
        born: Born | None = None,
        masses: ArrayLike | None = None,
        symmetry: bool = True,
        symmetry_tolerance: float = 1e-5,
        fc3_cutoff: float | None = None,
    ) -> None:
        self._unit_cell = Cell._of("unit_cell", unit_cell)
        self._supercell_matrix = _square("supercell_matrix", supercell_matrix)
        self._phonon_supercell_matrix = _checks.optional(_square)("phonon_supercell_matrix", phonon_supercell_matrix)
        self._primitive_matrix = _primitive_matrix("primitive_matrix", primitive_matrix)
        self._born = _checks.optional(_born)("born", born)
        self._masses = _checks.optional(_masses)("masses", masses)
        self._symmetry = _checks.truth("symmetry", symmetry)
        self._symmetry_tolerance = _checks.above_zero("symmetry_tolerance", symmetry_tolerance)
        self._fc3_cutoff = _checks.optional(_checks.above_zero)("fc3_cutoff", fc3_cutoff)
        self._sources = {2: _source("fc2", fc2), 3: _checks.optional(_source)("fc3", fc3)}
        with session() as context:
            self._crystal = self._create(context)
            self._view = _native.crystal_view(self._crystal)
            self._fc2: _native.Fc2 = self._take(context, 2)
            self._fc3: _native.Fc3 | None = None if self._sources[3] is None else self._take(context, 3)

    def _create(self, context: _native.Context) -> _native.Crystal:
        cell, born, axes = self._unit_cell, self._born, self._primitive_matrix
        return _native.crystal_create(
            context,
            cell.lattice,
            cell.positions,
            " ".join(cell.symbols),
            cell.masses,
            self._supercell_matrix,
            self._phonon_supercell_matrix,
            None if isinstance(axes, str) else axes,
            axes if isinstance(axes, str) else None,
            self._masses,
            born.charges if born else None,
            born.dielectric if born else None,
            born.factor if born else 0.0,
            born.reciprocal_cutoff if born else 0.0,
            born.ewald_lambda if born else 0.0,
            born.independent if born else False,
            self._symmetry_tolerance,
            self._symmetry,
        )

    def _take(self, context: _native.Context, rank: int) -> Any:
        """Force constants from a file or an array, and a warning where they break their sum rules."""
        name, source = f"fc{rank}", self._sources[rank]
        how = "read" if isinstance(source, _File) else "create"
        given = source.path if isinstance(source, _File) else source
        more = () if rank == 2 else (self._fc3_cutoff,)
        made = getattr(_native, f"{name}_{how}")(context, self._crystal, given, *more)
        drift, asymmetry, largest = getattr(_native, f"{name}_quality")(context, self._crystal, made)
        if max(drift) > DRIFT_LIMIT * largest:
            warn(f"{name} has a drift of {max(drift):.2e}: it does not obey the acoustic sum rule well")
        if asymmetry > ASYMMETRY_LIMIT * largest:
            warn(f"{name} changes by {asymmetry:.2e} under exchange of its indices: symmetrize it")
        return made

    # ---- what it is ---------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        symbol, number = self.space_group
        return (
            f"Crystal({' '.join(self.primitive.symbols)}, {symbol} ({number}), "
            f"{len(self.supercell)} atoms in the supercell)"
        )

    @property
    def unit_cell(self) -> Cell:
        """The cell that the matrices refer to."""
        return self._unit_cell

    @property
    def primitive(self) -> Cell:
        """The primitive cell, atoms in phonopy's order."""
        return Cell(**self._view["primitive"])

    @property
    def supercell(self) -> Cell:
        """The supercell of fc3, atoms in phonopy's order."""
        return Cell(**self._view["supercell"])

    @property
    def phonon_supercell(self) -> Cell:
        """The supercell of fc2, atoms in phonopy's order."""
        return Cell(**self._view["phonon_supercell"])

    @property
    def supercell_matrix(self) -> IntArray:
        """(3, 3), vectors as columns."""
        return self._supercell_matrix

    @property
    def phonon_supercell_matrix(self) -> IntArray | None:
        """(3, 3), vectors as columns; None where fc2 is of the supercell of fc3."""
        return self._phonon_supercell_matrix

    @property
    def primitive_matrix(self) -> FloatArray | Axes:
        """(3, 3), vectors as columns, or the word that was given."""
        return self._primitive_matrix

    @property
    def space_group(self) -> tuple[str, int]:
        """International symbol and number of the space group of the primitive cell."""
        return str(self._view["space_group"]), int(self._view["space_group_number"])

    @property
    def born(self) -> Born | None:
        """Charges and dielectric tensor as they were given."""
        return self._born

    @property
    def fc2(self) -> FloatArray:
        """(n_p or n_s, n_s, 3, 3) eV/angstrom^2, as given or in the file."""
        return self._constants(2)

    @property
    def fc3(self) -> FloatArray | None:
        """(n_p or n_s, n_s, n_s, 3, 3, 3) eV/angstrom^3, as given or in the file, without a cut-off."""
        return None if self._sources[3] is None else self._constants(3)

    def _constants(self, rank: int) -> FloatArray:
        source = self._sources[rank]
        if not isinstance(source, _File):
            return np.array(source)
        with session() as context:
            values: FloatArray = _native.force_constants_read(context, source.path, rank)["values"]
        if _File.at(source.path) != source:
            raise ValueError(f"fc{rank}: {source.path!r} has changed since the crystal was made of it")
        return values

    def __getstate__(self) -> dict[str, Any]:
        """What `Crystal` makes the same crystal of, with arrays in place of files."""
        return {
            "unit_cell": self.unit_cell,
            "supercell_matrix": self.supercell_matrix,
            "fc2": self.fc2,
            "fc3": self.fc3,
            "phonon_supercell_matrix": self.phonon_supercell_matrix,
            "primitive_matrix": self.primitive_matrix,
            "born": self.born,
            "masses": self._masses,
            "symmetry": self._symmetry,
            "symmetry_tolerance": self._symmetry_tolerance,
            "fc3_cutoff": self._fc3_cutoff,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        Crystal.__init__(self, **state)

    # ---- what is computed of it ---------------------------------------------------------------------------------

    @overload
    def rta(
        self,
        mesh: Mesh,
        *,
        sigma: None = None,
        tetrahedra: bool = False,
        **options: Unpack[_options.RtaOptions],
    ) -> ThermalConductivity: ...

    @overload
    def rta(
        self,
        mesh: Mesh,
        *,
        sigma: float,
        tetrahedra: Literal[False] = False,
        **options: Unpack[_options.RtaOptions],
    ) -> ThermalConductivity: ...

    @overload
    def rta(
        self,
        mesh: Mesh,
        *,
        sigma: Sigmas,
        tetrahedra: bool = False,
        **options: Unpack[_options.RtaOptions],
    ) -> list[ThermalConductivity]: ...

    @overload
    def rta(
        self,
        mesh: Mesh,
        *,
        sigma: float,
        tetrahedra: Literal[True],
        **options: Unpack[_options.RtaOptions],
    ) -> list[ThermalConductivity]: ...

    @_options.spelled_out(_options.RTA)
    def rta(self, mesh: Mesh, **options: Any) -> ThermalConductivity | list[ThermalConductivity]:
        """Lattice thermal conductivity in the relaxation-time approximation.

        What `umklapp rta` computes, bit for bit. Other threads of Python go on meanwhile; Ctrl-C ends it.

        Parameters
        ----------
        mesh : float, three ints, or array_like of int with shape (3, 3)
            A length in angstrom, mesh numbers, or the grid generating matrix.
        temperatures : float or array_like, optional
            In K; without it 0, 10, ..., 1000.
        generalized : bool
            A generalized regular grid from a length.
        mesh_symmetry : bool
            False: triplets are not reduced by symmetry.
        kappa_stars : bool
            False: all grid points instead of irreducible ones.
        nac_method : {"gonze", "wang"}, optional
            Non-analytic term; without it what the input says, else "gonze".
        cutoff_frequency : float
            Leave out modes below it, in THz.
        exclude_gamma_acoustic : bool
            Set the three acoustic frequencies at Gamma to zero.
        sigma : float or sequence of float, optional
            Gaussian smearing of this width in THz instead of the tetrahedron method; a sequence gives a list of
            results.
        tetrahedra : bool
            Beside sigma: the tetrahedron method as well, first in the list. Without sigma it is the only one.
        sigma_cutoff : float, optional
            Cut the Gaussians off at so many times the width.
        average_degenerate_weights, symmetrize_tetrahedra : bool
            Average integration weights over degenerate bands, tetrahedra over the point group; phono3py does neither
            by default.
        isotope : bool
            Isotope scattering with natural mass variances.
        mass_variances : array_like, shape (n_p,), optional
            Isotope scattering with these.
        boundary_mfp : float
            Mean free path up to the boundary, in micrometre.
        normal_umklapp : bool
            Split linewidths into normal and Umklapp parts.
        full_strength : bool
            All interaction strengths and their average.
        average_strength : bool
            Linewidths from the average strength of each mode.
        constant_strength : float, optional
            The same with one strength for all modes, in eV^2.
        r0_average : bool
            Average fc3 over the three choices of the home atom.
        symmetrize_fc3q : bool
            Symmetrize the strength over the order of the phonons (slow).
        transport : {"boltzmann", "wigner", "smm19", "njc23", "ibdb19"}
            What carries heat: populations alone, or pairs of bands too, as of the Wigner equation (smm19 is another
            name of it) or of Green-Kubo.
        read_gamma, write_gamma : path, optional
            A folder with files of linewidths of an earlier run, which are taken instead of computing them; a folder
            into which the linewidths of each grid point are written when it is done.
        compression : str or int
            Of the files that write_gamma makes: "gzip", "none" or a level 0 to 9.
        threads : int, optional
            Without it the variable UMKLAPP_NUM_THREADS, else one for each processor the process may use. It changes
            no bit of the result.
        memory : float, optional
            GB to stay below; without it 90 % of what is available.
        grid_points_in_flight : int
            Grid points that are worked on at the same time; 0: chosen by the library. It changes no bit of the result.
        progress : bool or callable
            True: a bar (of tqdm where it is installed). A function is called with the finished share, 0 to 1; what it
            raises ends the run.

        Returns
        -------
        ThermalConductivity, or a list of them
            A list where sigma is a sequence, or tetrahedra stands beside it.

        Raises
        ------
        ValueError
            For options out of range, or that contradict each other or the crystal.
        MemoryError
            Before the run where it would need more memory than it may.
        ArithmeticError
            Where the LAPACK library fails or a linewidth is not finite.
        KeyboardInterrupt
            After Ctrl-C.
        """
        found, is_list = _run.rta(self, mesh, _options.complete_rta(options))
        results = [ThermalConductivity._from_native(result) for result in found]
        return results if is_list else results[0]

    @overload
    def lbte(
        self,
        mesh: Mesh,
        *,
        sigma: None = None,
        tetrahedra: bool = False,
        **options: Unpack[_options.LbteOptions],
    ) -> BoltzmannConductivity: ...

    @overload
    def lbte(
        self,
        mesh: Mesh,
        *,
        sigma: float,
        tetrahedra: Literal[False] = False,
        **options: Unpack[_options.LbteOptions],
    ) -> BoltzmannConductivity: ...

    @overload
    def lbte(
        self,
        mesh: Mesh,
        *,
        sigma: Sigmas,
        tetrahedra: bool = False,
        **options: Unpack[_options.LbteOptions],
    ) -> list[BoltzmannConductivity]: ...

    @overload
    def lbte(
        self,
        mesh: Mesh,
        *,
        sigma: float,
        tetrahedra: Literal[True],
        **options: Unpack[_options.LbteOptions],
    ) -> list[BoltzmannConductivity]: ...

    @_options.spelled_out(_options.LBTE)
    def lbte(self, mesh: Mesh, **options: Any) -> BoltzmannConductivity | list[BoltzmannConductivity]:
        """Lattice thermal conductivity from the full linearized Boltzmann equation.

        What `umklapp lbte` computes, bit for bit. Options that are not told here are those of `rta`.

        Parameters
        ----------
        mesh : float, three ints, or array_like of int with shape (3, 3)
            A length in angstrom, mesh numbers, or the grid generating matrix.
        solver : {"iterative", "direct"}, optional
            Conjugate gradients, or eigenvalues and eigenvectors of the dense matrix; without it what the other options
            need, else "iterative".
        tolerance : float
            Iterative solver: relative change of kappa at which it ends.
        max_iterations : int
            Iterative solver: give up after so many, with a warning.
        pinv_cutoff : float, optional
            Direct solver: eigenvalues up to this, in THz, are taken as zero; without it what rounding makes of zero.
        pinv_method : {0, 1}, optional
            Direct solver: compare absolute values with it (0, the default), or eigenvalues.
        reducible : bool
            Direct solver: the matrix on all modes of the grid.
        relaxons : bool
            Direct solver: the share of each eigenvector in kappa.
        whole_degenerate_sets : bool
            Leave out what modes of a degenerate set do not have in common, as phono3py does.
        checkpoint : path, optional
            A file that the run goes on from after it was ended at any moment, by a call with the same crystal and
            options; made where there is none, and removed when all temperatures are solved.
        memory : float, optional
            GB to stay below; without it 80 % of what is available. Rows of the operator that do not fit are computed
            again in each step, which changes no bit of the result.

        Returns
        -------
        BoltzmannConductivity, or a list of them
            A list where sigma is a sequence, or tetrahedra stands beside it. Where the operator is not positive, kappa
            is NaN, with a warning.

        Raises
        ------
        ValueError
            For options out of range, or that contradict each other or the crystal, and for a checkpoint of another
            calculation.
        MemoryError
            Before the run where it would need more memory than it may.
        ArithmeticError
            Where the LAPACK library fails or a linewidth is not finite.
        KeyboardInterrupt
            After Ctrl-C; a checkpoint stays.
        """
        chosen = _options.complete_lbte(options)
        found, is_list = _run.lbte(self, mesh, chosen)
        results = [BoltzmannConductivity._from_native(result) for result in found]
        _run.end_checkpoint(chosen["checkpoint"], results)
        return results if is_list else results[0]

    @overload
    def linewidths(
        self,
        grid_points: ArrayLike,
        mesh: Mesh,
        *,
        sigma: None = None,
        tetrahedra: bool = False,
        **options: Unpack[_options.RtaOptions],
    ) -> Linewidths: ...

    @overload
    def linewidths(
        self,
        grid_points: ArrayLike,
        mesh: Mesh,
        *,
        sigma: float,
        tetrahedra: Literal[False] = False,
        **options: Unpack[_options.RtaOptions],
    ) -> Linewidths: ...

    @overload
    def linewidths(
        self,
        grid_points: ArrayLike,
        mesh: Mesh,
        *,
        sigma: Sigmas,
        tetrahedra: bool = False,
        **options: Unpack[_options.RtaOptions],
    ) -> list[Linewidths]: ...

    @overload
    def linewidths(
        self,
        grid_points: ArrayLike,
        mesh: Mesh,
        *,
        sigma: float,
        tetrahedra: Literal[True],
        **options: Unpack[_options.RtaOptions],
    ) -> list[Linewidths]: ...

    @_options.spelled_out(_options.RTA)
    def linewidths(self, grid_points: ArrayLike, mesh: Mesh, **options: Any) -> Linewidths | list[Linewidths]:
        """Linewidths of some grid points, without a conductivity (`umklapp rta --gp`).

        Parameters
        ----------
        grid_points : int or array_like of int
            Numbers of grid points, as they stand in `grid_points` of results.
        mesh, **options
            As for `rta`, but for read_gamma. With write_gamma a folder of such files, made in several runs, is what
            `rta(..., read_gamma=folder)` makes a conductivity of.

        Returns
        -------
        Linewidths, or a list of them
        """
        chosen = _options.complete_rta(options)
        if chosen["read_gamma"] is not None:
            raise ValueError("read_gamma takes all grid points: use rta")
        points = np.atleast_1d(_checks.integers("grid_points", grid_points))
        if points.ndim != 1 or len(points) == 0:
            raise ValueError("grid_points: no grid points")
        found, is_list = _run.rta(self, mesh, chosen, points)
        results = [Linewidths._from_native(result) for result in found]
        return results if is_list else results[0]

    @_options.spelled_out(_options.RTA)
    def estimate(self, mesh: Mesh, **options: Any) -> Estimate:
        """What `rta` with the same arguments will take, measured on one grid point.

        Returns
        -------
        Estimate
        """
        return Estimate(*_run.estimate(self, mesh, _options.complete_rta(options)))

    @_options.spelled_out(_options.LBTE)
    def estimate_lbte(self, mesh: Mesh, **options: Any) -> Estimate:
        """What `lbte` with the same arguments will take, measured on one grid point.

        Returns
        -------
        Estimate
            Rows of the operator that are kept are not in it: they fill what memory is left.
        """
        return Estimate(*_run.estimate_lbte(self, mesh, _options.complete_lbte(options)))

    # ---- other packages and files -------------------------------------------------------------------------------

    def to_yaml(self, path: Path = "phono3py.yaml") -> None:
        """Write cells, matrices and charges in the form of phono3py.yaml; phono3py's tools look for it.

        Parameters
        ----------
        path : path, optional
        """
        with session() as context:
            _native.crystal_write(context, self._crystal, _checks.path("path", path))

    @classmethod
    def from_phono3py(cls, calculation: phono3py.Phono3py, **options: Any) -> Crystal:
        """The crystal of a Phono3py object with its force constants and charges.

        Parameters
        ----------
        calculation : phono3py.Phono3py
        **options
            masses, symmetry, symmetry_tolerance, fc3_cutoff as for `Crystal`.
        """
        _conversion.check_class(calculation, "phono3py", "Phono3py")
        return cls(
            calculation.unitcell,
            calculation.supercell_matrix,
            _conversion.required(calculation.fc2, "fc2"),
            calculation.fc3,
            phonon_supercell_matrix=calculation.phonon_supercell_matrix,
            **_conversion.shared(calculation),
            **options,
        )

    @classmethod
    def from_phonopy(cls, calculation: phonopy.Phonopy, fc3: ArrayLike | Path | None = None, **options: Any) -> Crystal:
        """The crystal of a Phonopy object with its force constants and charges.

        Parameters
        ----------
        calculation : phonopy.Phonopy
        fc3 : array_like or path, optional
            Third-order force constants in the same supercell.
        **options
            masses, symmetry, symmetry_tolerance, fc3_cutoff as for `Crystal`.
        """
        _conversion.check_class(calculation, "phonopy", "Phonopy")
        fc2 = _conversion.required(calculation.force_constants, "force constants")
        matrix = calculation.supercell_matrix
        return cls(calculation.unitcell, matrix, fc2, fc3, **_conversion.shared(calculation), **options)

    def to_phono3py(self) -> phono3py.Phono3py:
        """A Phono3py object with the same cells, force constants and charges."""
        return _conversion.to_phono3py(self)

    def to_phonopy(self) -> phonopy.Phonopy:
        """A Phonopy object with the same cells, second-order force constants and charges."""
        return _conversion.to_phonopy(self)


@dataclass(frozen=True)
class _File:
    """A file of force constants as it was when the crystal was made of it."""

    path: str
    size: int
    modified: int

    @classmethod
    def at(cls, path: str) -> _File:
        found = os.stat(path)
        return cls(os.path.abspath(path), found.st_size, found.st_mtime_ns)


def _source(name: str, given: ArrayLike | Path) -> FloatArray | _File:
    """A copy of an array, so that what is asked for later is what the crystal was made of."""
    return _File.at(_checks.file(name, given)) if isinstance(given, (str, os.PathLike)) else _checks.reals(name, given)


def _square(name: str, matrix: ArrayLike) -> IntArray:
    values = _checks.integers(name, matrix)
    if values.shape not in ((3,), (3, 3)):
        raise ValueError(f"{name}: three integers or a 3x3 matrix of integers expected")
    return np.diag(values) if values.ndim == 1 else values


def _masses(name: str, masses: ArrayLike) -> FloatArray:
    return _checks.array(name, masses, None)


def _born(name: str, born: Born) -> Born:
    return _checks.instance(name, born, Born)


def _primitive_matrix(name: str, matrix: ArrayLike | Axes) -> FloatArray | Axes:
    if isinstance(matrix, str):
        return cast(Axes, _checks.word_of(get_args(Axes))(name, matrix))
    return _checks.array(name, matrix, 3, 3)
