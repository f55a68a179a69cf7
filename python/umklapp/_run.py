"""From a crystal and options to a run of the compiled part."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _native, _options
from ._session import session, warn
from ._typing import FloatArray, IntArray, Mesh

if TYPE_CHECKING:
    from .crystal import Crystal
    from .result import BoltzmannConductivity


def estimate(crystal: Crystal, mesh: Mesh, options: _options.Checked) -> tuple[float, float, int, float]:
    with session(options["threads"], options["memory"]) as context:
        return _native.rta_estimate(**rta_arguments(crystal, context, mesh, options))


def estimate_lbte(crystal: Crystal, mesh: Mesh, options: _options.Checked) -> tuple[float, float, int, float]:
    with session(options["threads"], options["memory"]) as context:
        return _native.lbte_estimate(**_lbte_arguments(crystal, context, mesh, options))


def rta(
    crystal: Crystal, mesh: Mesh, options: _options.Checked, grid_points: IntArray | None = None
) -> tuple[list[dict[str, Any]], bool]:
    """Results as dictionaries, and whether they are to be a list."""
    with session(options["threads"], options["memory"], options["progress"]) as context:
        results = _native.rta_run(**rta_arguments(crystal, context, mesh, options, grid_points))
        return _with_timings(results, context), _options.sigmas_of(options)[1]


def lbte(crystal: Crystal, mesh: Mesh, options: _options.Checked) -> tuple[list[dict[str, Any]], bool]:
    """The same of the full Boltzmann equation."""
    with session(options["threads"], options["memory"], options["progress"]) as context:
        results = _native.lbte_run(**_lbte_arguments(crystal, context, mesh, options))
        return _with_timings(results, context), _options.sigmas_of(options)[1]


def end_checkpoint(path: str | None, results: list[BoltzmannConductivity]) -> None:
    """The file goes, unless another solver or more iterations can make use of it."""
    if path is not None and all(solution.state == "solved" for result in results for solution in result.solutions):
        with suppress(OSError):  # the results come first
            os.unlink(path)


def _with_timings(results: list[dict[str, Any]], context: _native.Context) -> list[dict[str, Any]]:
    timings = _native.context_timings(context)
    return [{**result, "timings": timings} for result in results]


def rta_arguments(
    crystal: Crystal,
    context: _native.Context,
    mesh: Mesh,
    options: _options.Checked,
    grid_points: IntArray | None = None,
) -> _native.RtaArguments:
    computes = options["constant_strength"] is None and options["read_gamma"] is None
    return {
        **_common_arguments(crystal, context, mesh, options, computes),
        "normal_umklapp": options["normal_umklapp"],
        # as phono3py, which keeps all strengths where it symmetrizes them
        "full_strength": options["full_strength"] or (options["symmetrize_fc3q"] and computes),
        "average_strength": options["average_strength"],
        "constant_strength": options["constant_strength"] or 0.0,
        "grid_points": grid_points,
        "read_gamma": options["read_gamma"],
        "write_gamma": options["write_gamma"],
        "compression": options["compression"],
    }


def _lbte_arguments(
    crystal: Crystal, context: _native.Context, mesh: Mesh, options: _options.Checked
) -> _native.LbteArguments:
    return {
        **_common_arguments(crystal, context, mesh, options, True),
        "solver": int(options["solver"] == "direct"),
        "tolerance": options["tolerance"],
        "max_iterations": options["max_iterations"],
        "pinv_cutoff": options["pinv_cutoff"],
        "pinv_method": options["pinv_method"] or 0,
        "whole_degenerate_sets": options["whole_degenerate_sets"],
        "relaxons": options["relaxons"],
        "reducible": options["reducible"],
        "memory": options["memory"],
        "checkpoint": options["checkpoint"],
    }


def _common_arguments(
    crystal: Crystal, context: _native.Context, mesh: Mesh, options: _options.Checked, computes: bool
) -> _native.RunArguments:
    """What every run takes; what makes mistakes comes before what takes time. computes: strengths, from fc3."""
    variances = _mass_variances(crystal, context, options)
    grid = _grid(crystal, context, mesh, options)
    harmonic, phonons = _phonons(crystal, context, grid, options)
    return {
        "context": context,
        "crystal": crystal._crystal,
        "harmonic": harmonic,
        "grid": grid,
        "phonons": phonons,
        "interaction": _interaction(crystal, context, options) if computes else None,
        "temperatures": options["temperatures"],
        "sigmas": _options.sigmas_of(options)[0],
        "sigma_cutoff": options["sigma_cutoff"] or 0.0,
        "average_degenerate_weights": options["average_degenerate_weights"],
        "symmetrize_tetrahedra": options["symmetrize_tetrahedra"],
        "mass_variances": variances,
        "boundary_mfp": options["boundary_mfp"],
        "cutoff_frequency": options["cutoff_frequency"],
        "kappa_stars": options["kappa_stars"],
        "transport": options["transport"],
        "grid_points_in_flight": options["grid_points_in_flight"],
    }


def _mass_variances(crystal: Crystal, context: _native.Context, options: _options.Checked) -> FloatArray | None:
    given: FloatArray | None = options["mass_variances"]
    if given is not None or not options["isotope"]:
        return given
    return np.array([_native.mass_variance(context, symbol) for symbol in crystal.primitive.symbols])


def _grid(crystal: Crystal, context: _native.Context, mesh: Mesh, options: _options.Checked) -> _native.Grid:
    return _native.grid_create(
        context,
        crystal._crystal,
        *_options.mesh_of(mesh),
        options["generalized"],
        options["mesh_symmetry"] and crystal._symmetry,
        options["kappa_stars"],
        crystal._symmetry,
    )


def _phonons(
    crystal: Crystal, context: _native.Context, grid: _native.Grid, options: _options.Checked
) -> tuple[_native.Harmonic, _native.Phonons]:
    method = options["nac_method"] or (crystal.born.method if crystal.born else "")
    harmonic = _native.harmonic_create(context, crystal._crystal, crystal._fc2, method == "wang")
    phonons = _native.phonons_create(context, harmonic, grid, options["exclude_gamma_acoustic"])
    n_imaginary, lowest = _native.phonons_count_imaginary(phonons)
    if n_imaginary > 0:
        warn(f"{n_imaginary} modes are imaginary (lowest {lowest:.4f} THz): they are left out")
    return harmonic, phonons


def _interaction(crystal: Crystal, context: _native.Context, options: _options.Checked) -> _native.Interaction:
    if crystal._fc3 is None:
        raise ValueError("the crystal has no third-order force constants: give fc3")
    return _native.interaction_create(
        context,
        crystal._crystal,
        crystal._fc3,
        options["r0_average"],
        options["symmetrize_fc3q"],
        options["cutoff_frequency"],
    )
