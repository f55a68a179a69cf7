"""From a crystal and options to a run of the compiled part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import _native, _options
from ._session import session, warn
from ._typing import FloatArray, IntArray, Mesh
from .cell import array

if TYPE_CHECKING:
    from .crystal import Crystal


def estimate(crystal: Crystal, mesh: Mesh, options: _options.RunOptions) -> tuple[float, float, int, float]:
    with session(options["threads"], options["memory"]) as context:
        return _native.rta_estimate(**_prepare(crystal, context, mesh, options, None))


def run(
    crystal: Crystal, mesh: Mesh, options: _options.RunOptions, grid_points: IntArray | None = None
) -> tuple[list[dict[str, Any]], bool]:
    with session(options["threads"], options["memory"], options["progress"]) as context:
        results = _native.rta_run(**_prepare(crystal, context, mesh, options, grid_points))
        timings = _native.context_timings(context)
    for result in results:
        result["timings"] = timings
    return results, _options.sigmas_of(options)[1]


def _prepare(
    crystal: Crystal, context: _native.Context, mesh: Mesh, options: _options.RunOptions, grid_points: IntArray | None
) -> _native.RtaArguments:
    """The arguments of a run; what makes mistakes comes before what takes time."""
    temperatures, (sigmas, _) = _options.temperatures_of(options), _options.sigmas_of(options)
    read_gamma, write_gamma = (_options.folder_of(options, name) for name in ("read_gamma", "write_gamma"))
    variances = _mass_variances(crystal, context, options)
    grid = _grid(crystal, context, mesh, options)
    harmonic, phonons = _phonons(crystal, context, grid, options)
    interaction = _interaction(crystal, context, options)
    symmetrizes = options["symmetrize_fc3q"] and interaction is not None
    return {
        "context": context,
        "crystal": crystal._crystal,
        "harmonic": harmonic,
        "grid": grid,
        "phonons": phonons,
        "interaction": interaction,
        "temperatures": temperatures,
        "sigmas": sigmas,
        "sigma_cutoff": options["sigma_cutoff"] or 0.0,
        "average_degenerate_weights": options["average_degenerate_weights"],
        "symmetrize_tetrahedra": options["symmetrize_tetrahedra"],
        "normal_umklapp": options["normal_umklapp"],
        "full_strength": options["full_strength"] or symmetrizes,  # as phono3py, which keeps all strengths then
        "average_strength": options["average_strength"],
        "constant_strength": options["constant_strength"] or 0.0,
        "mass_variances": variances,
        "boundary_mfp": options["boundary_mfp"],
        "cutoff_frequency": options["cutoff_frequency"],
        "kappa_stars": options["kappa_stars"],
        "grid_points": grid_points,
        "grid_points_in_flight": options["grid_points_in_flight"],
        "read_gamma": read_gamma,
        "write_gamma": write_gamma,
        "compression": str(options["compression"]),
    }


def _mass_variances(crystal: Crystal, context: _native.Context, options: _options.RunOptions) -> FloatArray | None:
    if options["mass_variances"] is not None:
        return array("mass_variances", options["mass_variances"], None)
    if not options["isotope"]:
        return None
    return np.array([_native.mass_variance(context, symbol) for symbol in crystal.primitive.symbols])


def _grid(crystal: Crystal, context: _native.Context, mesh: Mesh, options: _options.RunOptions) -> _native.Grid:
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
    crystal: Crystal, context: _native.Context, grid: _native.Grid, options: _options.RunOptions
) -> tuple[_native.Harmonic, _native.Phonons]:
    method = options["nac_method"] or (crystal.born.method if crystal.born else "")
    harmonic = _native.harmonic_create(context, crystal._crystal, crystal._fc2, method == "wang")
    phonons = _native.phonons_create(context, harmonic, grid, options["exclude_gamma_acoustic"])
    n_imaginary, lowest = _native.phonons_count_imaginary(phonons)
    if n_imaginary > 0:
        warn(f"{n_imaginary} modes are imaginary (lowest {lowest:.4f} THz): they are left out")
    return harmonic, phonons


def _interaction(
    crystal: Crystal, context: _native.Context, options: _options.RunOptions
) -> _native.Interaction | None:
    if options["constant_strength"] is not None or options["read_gamma"] is not None:
        return None
    if crystal._fc3 is None:
        raise ValueError("the crystal has no third-order force constants: give fc3")
    return _native.interaction_create(
        context,
        crystal._crystal,
        crystal._fc3,
        options["r0_average"],
        options["symmetrize_fc3q"],
        float(options["cutoff_frequency"]),
    )
