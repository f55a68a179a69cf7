"""Which of the functions of phonors are ours."""

from __future__ import annotations

from .. import _native

# Called by neither phono3py 4.10 nor phonopy 4.10.
_OF_PHONORS = (
    "add_to_normal_equation_rhs",
    "apply_inverse_normal_matrix",
    "apply_time_reversal_to_spin_components",
    "bin_sorted_supercell_fourier_coefficients",
    "g_points_closed_under_rotation",
    "multiply_by_phase",
    "permutation_symmetry_fc4",
    "release_collision_scratch",
    "rotate_spin_components",
    "sort_g_points_by_bin",
)


def coverage() -> dict[str, str]:
    """Of each function of phonors 0.8, "umklapp" where it is ours and "phonors" where it comes from there.

    All that phono3py 4.10 and phonopy 4.10 call are ours.
    """
    names = {name: "umklapp" for name in (*_native.backend_functions(), "rayon_max_threads")}
    names.update((name, "phonors") for name in _OF_PHONORS)
    return dict(sorted(names.items()))
