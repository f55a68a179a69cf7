"""The keywords of a run: their types, their defaults, and what is checked before anything is computed."""

from __future__ import annotations

import inspect
import math
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypedDict, TypeVar, cast

import numpy as np
from numpy.typing import ArrayLike

from ._typing import FloatArray, IntArray, Mesh, Path, Progress, Transport


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

    sigma: float | Sequence[float] | None
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


def complete_rta(given: Mapping[str, Any]) -> RtaRun:
    """All options, with the defaults of those that are not given; refuses what contradicts itself."""
    options = cast(RtaRun, _complete(given, RTA))
    constant = options["constant_strength"] is not None
    reads = options["read_gamma"] is not None
    if constant and (options["full_strength"] or options["average_strength"]):
        raise ValueError("constant_strength excludes full_strength and average_strength")
    if reads and options["write_gamma"] is not None:
        raise ValueError("write_gamma excludes read_gamma")
    if reads and (constant or options["full_strength"] or options["symmetrize_fc3q"]):
        raise ValueError("read_gamma excludes full_strength, constant_strength and symmetrize_fc3q")
    positive(options, "constant_strength")
    return options


def complete_lbte(given: Mapping[str, Any]) -> LbteRun:
    """The same for the full Boltzmann equation; what only the direct solver has chooses it."""
    options = cast(LbteRun, _complete(given, LBTE))
    if options["pinv_cutoff"] is not None and not 0 <= number("pinv_cutoff", options["pinv_cutoff"]) < math.inf:
        raise ValueError(f"pinv_cutoff: {options['pinv_cutoff']} THz is not 0 or above")
    if options["pinv_method"] not in (None, 0, 1):
        raise ValueError(f"pinv_method: {options['pinv_method']!r} is neither 0 nor 1")
    if not 0 < number("tolerance", options["tolerance"]) <= 0.1:
        raise ValueError(f"tolerance: {options['tolerance']} is not above 0 and up to 0.1")
    if number("max_iterations", options["max_iterations"]) < 1:
        raise ValueError(f"max_iterations: {options['max_iterations']} is not 1 or above")
    if options["solver"] not in (None, "iterative", "direct"):
        raise ValueError(f'solver: {options["solver"]!r} is neither "iterative" nor "direct"')
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


def _complete(given: Mapping[str, Any], defaults: RunOptions) -> RunOptions:
    """What all runs check."""
    for name in given:
        if name not in defaults:
            raise TypeError(f"there is no option {name!r}; the options are {', '.join(defaults)}")
    options: RunOptions = {**defaults, **given}  # type: ignore[typeddict-item]
    for name, default in defaults.items():
        if (
            isinstance(default, bool)
            and name != "progress"
            and not isinstance(given.get(name, default), (bool, np.bool_))
        ):
            raise TypeError(f"{name}: True or False expected, not {given[name]!r}")
    if options["sigma_cutoff"] is not None and options["sigma"] is None:
        raise ValueError("sigma_cutoff needs sigma")
    if options["nac_method"] not in (None, "gonze", "wang"):
        raise ValueError(f'nac_method: {options["nac_method"]!r} is neither "gonze" nor "wang"')
    transport_of(options)
    positive(options, "sigma_cutoff", "boundary_mfp", "memory")
    if not 0 <= number("cutoff_frequency", options["cutoff_frequency"]) < math.inf:
        raise ValueError(f"cutoff_frequency: {options['cutoff_frequency']} THz is not 0 or above")
    return options


#: Numbers of the library.
_TRANSPORTS = {"boltzmann": 0, "wigner": 1, "smm19": 1, "njc23": 2, "ibdb19": 3}


def transport_of(options: RunOptions) -> int:
    """The library's number of what carries heat."""
    name: object = options["transport"]
    if not isinstance(name, str):
        raise TypeError(f"transport: a str expected, not {name!r}")
    if name.lower() not in _TRANSPORTS:
        raise ValueError(f"transport: {name!r} is none of {', '.join(_TRANSPORTS)}")
    return _TRANSPORTS[name.lower()]


def positive(options: RunOptions, *names: str) -> None:
    for name in names:
        value: object = options[name]  # type: ignore[literal-required]
        if value is not None and not 0 < number(name, value) < math.inf:
            raise ValueError(f"{name}: {value} is not a number above 0")


def number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: a number expected, not {value!r}") from None


def temperatures_of(options: RunOptions) -> FloatArray:
    """In K, (T,); without any those of the program, 0 to 1000 in steps of 10."""
    given = options["temperatures"]
    values: FloatArray = 10.0 * np.arange(101, dtype=np.float64)
    if given is not None:
        values = np.array(given, dtype=np.float64, ndmin=1, order="C")
    if values.ndim != 1 or len(values) == 0 or not (np.isfinite(values) & (values >= 0)).all():
        raise ValueError(f"temperatures: {given} are not numbers of 0 K and above")
    return values


def sigmas_of(options: RunOptions) -> tuple[FloatArray, bool]:
    """Widths in THz, 0 for the tetrahedron method, and whether the result is a list."""
    given = options["sigma"]
    if given is None:
        return np.zeros(1), False
    values = np.array(given, dtype=np.float64, ndmin=1, order="C")
    if values.ndim != 1 or len(values) == 0 or not (np.isfinite(values) & (values > 0)).all():
        raise ValueError(f"sigma: {given} are not numbers above 0")
    several = bool(options["tetrahedra"]) or np.ndim(given) > 0
    return np.concatenate([[0.0], values]) if options["tetrahedra"] else values, several


def mesh_of(mesh: Mesh) -> tuple[IntArray | None, float | None, IntArray | None]:
    """Three numbers, a length in angstrom, or a matrix; the other two are None."""
    values = np.array(mesh, dtype=np.float64)
    if values.ndim == 0:
        if not 0 < float(values) < math.inf:
            raise ValueError(f"mesh: the length {mesh} is not above 0")
        return None, float(values), None
    if values.shape not in ((3,), (3, 3)) or not (values == np.round(values)).all() or np.abs(values).max() > 1e9:
        raise ValueError(f"mesh: {mesh} is neither a length, three integers nor a 3x3 matrix of integers")
    whole = np.ascontiguousarray(values, dtype=np.int64)
    if whole.ndim == 2:
        return None, None, whole
    if (whole < 1).any():
        raise ValueError(f"mesh: {mesh} are not three positive integers")
    return whole, None, None


def folder_of(options: RtaRun, name: str) -> str | None:
    """The folder of files of linewidths, of the option read_gamma or write_gamma."""
    given: Path | None = options[name]  # type: ignore[literal-required]
    if given is not None and not os.path.isdir(given):
        raise FileNotFoundError(f"{name}: there is no folder {os.fspath(given)!r}")
    return None if given is None else os.fspath(given)
