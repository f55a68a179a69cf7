"""The keywords of a run: their types, their defaults, and what is checked before anything is computed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypedDict, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike

from . import _checks
from ._typing import FloatArray, IntArray, Mesh, Path, Progress, Sigmas, Transport


class CommonOptions(TypedDict, total=False):
    """Keywords of every run; `Crystal.rta` tells what they mean."""

    temperatures: ArrayLike | None
    generalized: bool
    mesh_symmetry: bool
    kappa_stars: bool
    nac_method: Literal["gonze", "wang"] | None
    cutoff_frequency: float
    exclude_gamma_acoustic: bool
    sigma_cutoff: float | None
    average_degenerate_weights: bool
    symmetrize_tetrahedra: bool
    isotope: bool
    mass_variances: ArrayLike | None
    boundary_mfp: float
    r0_average: bool
    symmetrize_fc3q: bool
    transport: Transport
    threads: int | None
    memory: float | None
    grid_points_in_flight: int
    progress: Progress


class RtaOptions(CommonOptions, total=False):
    """Those of the relaxation-time approximation."""

    normal_umklapp: bool
    full_strength: bool
    average_strength: bool
    constant_strength: float | None
    read_gamma: Path | None
    write_gamma: Path | None
    compression: str | int


class LbteOptions(CommonOptions, total=False):
    """Those of the full Boltzmann equation; `Crystal.lbte` tells what they mean."""

    solver: Literal["iterative", "direct"] | None
    tolerance: float
    max_iterations: int
    pinv_cutoff: float | None
    pinv_method: Literal[0, 1] | None
    reducible: bool
    relaxons: bool
    whole_degenerate_sets: bool
    checkpoint: Path | None


class Widths(TypedDict, total=False):
    """Those that decide what type the result has."""

    sigma: float | Sigmas | None
    tetrahedra: bool


class RunOptions(CommonOptions, Widths, total=False):
    """All that runs have in common."""


class RtaRun(RtaOptions, Widths, total=False):
    """All of the relaxation-time approximation."""


class LbteRun(LbteOptions, Widths, total=False):
    """All of the full Boltzmann equation."""


_COMMON: RunOptions = {
    "temperatures": None,
    "generalized": False,
    "mesh_symmetry": True,
    "kappa_stars": True,
    "nac_method": None,
    "cutoff_frequency": 1e-2,
    "exclude_gamma_acoustic": False,
    "sigma": None,
    "tetrahedra": False,
    "sigma_cutoff": None,
    "average_degenerate_weights": True,
    "symmetrize_tetrahedra": True,
    "isotope": False,
    "mass_variances": None,
    "boundary_mfp": 1e6,
    "r0_average": True,
    "symmetrize_fc3q": False,
    "transport": "boltzmann",
    "threads": None,
    "memory": None,
    "grid_points_in_flight": 0,
    "progress": False,
}

RTA: RtaRun = {
    **_COMMON,
    "normal_umklapp": False,
    "full_strength": False,
    "average_strength": False,
    "constant_strength": None,
    "read_gamma": None,
    "write_gamma": None,
    "compression": "gzip",
}

LBTE: LbteRun = {
    **_COMMON,
    "solver": None,
    "tolerance": 1e-8,
    "max_iterations": 500,
    "pinv_cutoff": None,
    "pinv_method": None,
    "reducible": False,
    "relaxons": False,
    "whole_degenerate_sets": False,
    "checkpoint": None,
}

Function = TypeVar("Function", bound=Callable[..., Any])


def spelled_out(defaults: Mapping[str, Any]) -> Callable[[Function], Function]:
    """Give a function with **options the signature that names them all, for help() and completion."""

    def decorate(function: Function) -> Function:
        signature = inspect.signature(function)
        known = [p for p in signature.parameters.values() if p.kind != inspect.Parameter.VAR_KEYWORD]
        keyword = inspect.Parameter.KEYWORD_ONLY
        options = [inspect.Parameter(name, keyword, default=default) for name, default in defaults.items()]
        function.__signature__ = signature.replace(parameters=known + options)  # type: ignore[attr-defined]
        return function

    return decorate


#: Numbers of the library.
_TRANSPORTS = {"boltzmann": 0, "wigner": 1, "smm19": 1, "njc23": 2, "ibdb19": 3}


def _transport(name: str, value: Any) -> int:
    return _TRANSPORTS[_checks.word_of(_TRANSPORTS)(name, _checks.instance(name, value, str).lower())]


def _progress(name: str, value: Any) -> Progress:
    if not callable(value) and not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name}: True, False or a function expected, not {_checks.shown(value)}")
    return cast(Progress, value)


def _memory(name: str, value: Any) -> int:
    """From GB to bytes."""
    n_bytes = 1e9 * _checks.above_zero(name, value)
    if n_bytes >= 2**63:
        raise ValueError(f"{name}: {value} GB are more than there can be")
    return int(n_bytes)


def _temperatures(name: str, value: Any) -> FloatArray:
    """In K, (T,); without any those of the program, 0 to 1000 in steps of 10."""
    given = np.arange(0, 1001, 10) if value is None else value
    return _checks.numbers(name, given, _checks.zero_or_above)


def _sigma(name: str, value: Any) -> FloatArray:
    """A width or several in THz, () or (n,)."""
    several = _checks.numbers(name, value, _checks.above_zero)
    return several if np.ndim(value) > 0 else several[0]


def _pinv_method(name: str, value: Any) -> int:
    if _checks.integer(name, value) not in (0, 1):
        raise ValueError(f"{name}: {value} is neither 0 nor 1")
    return int(value)


def _tolerance(name: str, value: Any) -> float:
    made = _checks.above_zero(name, value)
    if made > 0.1:
        raise ValueError(f"{name}: {value} is above 0.1")
    return made


#: The check of each option, which makes of it what a run takes; options that are not here are True or False.
_CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "temperatures": _temperatures,
    "nac_method": _checks.optional(_checks.word_of(("gonze", "wang"))),
    "cutoff_frequency": _checks.zero_or_above,
    "sigma": _checks.optional(_sigma),
    "sigma_cutoff": _checks.optional(_checks.above_zero),
    "mass_variances": _checks.optional(lambda name, value: _checks.array(name, value, None)),
    "boundary_mfp": _checks.above_zero,
    "transport": _transport,
    "threads": _checks.optional(_checks.integer),
    "memory": _checks.optional(_memory),
    "grid_points_in_flight": _checks.integer_from(0),
    "progress": _progress,
    "constant_strength": _checks.optional(_checks.above_zero),
    "read_gamma": _checks.optional(_checks.folder),
    "write_gamma": _checks.optional(_checks.folder),
    "compression": _checks.compression,
    "solver": _checks.optional(_checks.word_of(("iterative", "direct"))),
    "tolerance": _tolerance,
    "max_iterations": _checks.integer_from(1),
    "pinv_cutoff": _checks.optional(_checks.zero_or_above),
    "pinv_method": _checks.optional(_pinv_method),
    "checkpoint": _checks.optional(_checks.path),
}

#: All options as a run takes them, by their names.
Checked = dict[str, Any]


def complete_rta(given: Mapping[str, Any]) -> Checked:
    """All options, with the defaults of those that are not given; refuses what contradicts itself."""
    options = _complete(given, RTA)
    constant = options["constant_strength"] is not None
    reads = options["read_gamma"] is not None
    if constant and (options["full_strength"] or options["average_strength"]):
        raise ValueError("constant_strength excludes full_strength and average_strength")
    if reads and options["write_gamma"] is not None:
        raise ValueError("write_gamma excludes read_gamma")
    if reads and (constant or options["full_strength"] or options["symmetrize_fc3q"]):
        raise ValueError("read_gamma excludes full_strength, constant_strength and symmetrize_fc3q")
    return options


def complete_lbte(given: Mapping[str, Any]) -> Checked:
    """The same for the full Boltzmann equation; what only the direct solver has chooses it."""
    options = _complete(given, LBTE)
    pinv = options["pinv_cutoff"] is not None or options["pinv_method"] is not None
    needs_direct = pinv or options["reducible"] or options["relaxons"]
    if options["solver"] == "iterative" and needs_direct:
        raise ValueError('reducible, relaxons, pinv_cutoff and pinv_method need solver="direct"')
    if options["reducible"] and options["relaxons"]:
        raise ValueError("reducible excludes relaxons")
    if needs_direct:
        options["solver"] = "direct"
    if not options["kappa_stars"]:
        options["mesh_symmetry"] = False  # rows of all points belong to triplets that are not reduced
    return options


def _complete(given: Mapping[str, Any], defaults: Mapping[str, Any]) -> Checked:
    """What all runs check."""
    for name in given:
        if name not in defaults:
            raise TypeError(f"there is no option {name!r}; the options are {', '.join(defaults)}")
    options: Checked = {}
    for name, default in defaults.items():
        check: Callable[[str, Any], Any] = _CHECKS.get(name, _checks.truth)
        options[name] = check(name, given.get(name, default))
    if options["sigma_cutoff"] is not None and options["sigma"] is None:
        raise ValueError("sigma_cutoff needs sigma")
    return options


def sigmas_of(options: Checked) -> tuple[FloatArray, bool]:
    """Widths in THz, 0 for the tetrahedron method, and whether the result is a list."""
    given = options["sigma"]
    if given is None:
        return np.zeros(1), False
    values = np.atleast_1d(given)
    return np.concatenate([[0.0], values]) if options["tetrahedra"] else values, options["tetrahedra"] or given.ndim > 0


def mesh_of(mesh: Mesh) -> tuple[IntArray | None, float | None, IntArray | None]:
    """Three numbers, a length in angstrom, or a matrix; the other two are None."""
    values = _checks.reals("mesh", mesh)
    if values.ndim == 0:
        if values <= 0:
            raise ValueError(f"mesh: the length {mesh} is not above 0")
        return None, float(values), None
    if values.shape not in ((3,), (3, 3)) or not (values == np.round(values)).all() or np.abs(values).max() > 1e9:
        raise ValueError(
            f"mesh: {_checks.shown(mesh)} is neither a length, three integers nor a 3x3 matrix of integers"
        )
    whole = values.astype(np.int64)
    if whole.ndim == 2:
        return None, None, whole
    if (whole < 1).any():
        raise ValueError(f"mesh: {_checks.shown(mesh)} are not three positive integers")
    return whole, None, None
