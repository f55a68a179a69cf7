"""What people do with phono3py, small; run as a program it compares both backends and prints the differences as JSON.

python backend_workflows.py NAME...
"""

import contextlib
import io
import json
import os
import pathlib
import sys
import tempfile

import numpy as np
import phono3py

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
INPUTS = {
    "silicon": EXAMPLES / "si-pbesol" / "phono3py_disp.yaml",
    "nacl": EXAMPLES / "nacl" / "phono3py_params_NaCl222.yaml.xz",
    "wurtzite": EXAMPLES / "wurtzite-model" / "phono3py_disp.yaml",
}


def load(name, **options):
    path = INPUTS[name]
    files = {"fc2_filename": path.parent / "fc2.hdf5", "fc3_filename": path.parent / "fc3.hdf5"}
    return phono3py.load(path, log_level=0, **files, **options)


def rta(name, mesh=(4, 4, 4), options=None, interaction=None, sigmas=None, **kwargs):
    crystal = load(name, **(options or {}))
    crystal.mesh_numbers = mesh
    if sigmas is not None:
        crystal.sigmas = sigmas
    crystal.init_phph_interaction(**(interaction or {}))
    crystal.run_thermal_conductivity(temperatures=[0, 100, 300], **kwargs)
    return crystal.thermal_conductivity


def batched(name):
    os.environ["PHONO3PY_RUST_GP_BATCH_SIZE"] = "3"
    try:
        return rta(name)
    finally:
        del os.environ["PHONO3PY_RUST_GP_BATCH_SIZE"]


def wang(name):
    crystal = load(name)
    crystal.nac_params = {**crystal.nac_params, "method": "wang"}
    crystal.mesh_numbers = (4, 4, 4)
    crystal.init_phph_interaction()
    crystal.run_thermal_conductivity(temperatures=[300])


def self_energies(name):
    crystal = load(name)
    crystal.mesh_numbers = (4, 4, 4)
    crystal.init_phph_interaction()
    for sigmas in (None,), (0.2,):
        crystal.sigmas = sigmas
        crystal.run_imag_self_energy([1, 5], temperatures=[0, 300], num_frequency_points=7)
    crystal.sigmas = [None]
    crystal.run_imag_self_energy([1, 5], temperatures=[300], frequency_points_at_bands=True, keep_gamma_detail=True)
    crystal.run_real_self_energy([1], temperatures=[0, 300], num_frequency_points=4)
    crystal.run_real_self_energy([1], temperatures=[300], frequency_points_at_bands=True)
    crystal.run_spectral_function([1], temperatures=[300], num_frequency_points=7)


def joint_density_of_states(name):
    crystal = load(name)
    cells = crystal.phonon_supercell, crystal.phonon_primitive, crystal.fc2
    for sigmas in [None], [0.2]:
        jdos = phono3py.Phono3pyJointDos(
            *cells,
            nac_params=crystal.nac_params,
            mesh=(4, 4, 4),
            temperatures=[300],
            sigmas=sigmas,
            num_frequency_points=9,
        )
        jdos.run([0, 3])


def isotopes(name):
    crystal = load(name)
    for sigmas in [None], [0.1]:
        variances = np.full(len(crystal.primitive), 1e-3)
        isotope = phono3py.Phono3pyIsotope((4, 4, 4), crystal.phonon_primitive, variances, sigmas=sigmas)
        isotope.init_dynamical_matrix(
            crystal.fc2, crystal.phonon_supercell, crystal.phonon_primitive, nac_params=crystal.nac_params
        )
        isotope.run([1, 5])


def force_constants(is_compact):
    """From forces that are random numbers: all that symmetry asks for is made by what is tested."""
    crystal = load("silicon")
    cell = phono3py.Phono3py(crystal.unitcell, supercell_matrix=(1, 1, 1), primitive_matrix="F", log_level=0)
    cell.generate_displacements()
    generator = np.random.default_rng(5)
    cell.forces = generator.standard_normal((len(cell.supercells_with_displacements), len(cell.supercell), 3))
    cell.produce_fc3(is_compact_fc=is_compact)
    cell.produce_fc2(is_compact_fc=is_compact)
    cell.symmetrize_fc3()
    cell.symmetrize_fc2()
    from phono3py.phonon3.fc3 import show_drift_fc3
    from phonopy.harmonic.force_constants import show_drift_force_constants

    show_drift_fc3(cell.fc3, primitive=cell.primitive)
    show_drift_force_constants(cell.fc2, primitive=cell.phonon_primitive)


INVARIANT = {"average_degenerate_weights": True, "symmetrize_tetrahedra": True}

WORKFLOWS = {
    "rta": lambda: rta("silicon"),
    "rta-sigmas-normal-umklapp": lambda: rta("silicon", sigmas=[None, 0.1, 0.2], is_N_U=True),
    "rta-charges": lambda: rta("nacl"),
    "rta-wang": lambda: wang("nacl"),
    "rta-invariant": lambda: rta("nacl", interaction=INVARIANT),
    "rta-isotopes": lambda: rta("nacl", is_isotope=True),
    "rta-isotopes-sigma": lambda: rta("nacl", sigmas=[0.1], is_isotope=True),
    "rta-full-strengths": lambda: rta("silicon", is_full_pp=True),
    "rta-detail": lambda: rta("silicon", write_gamma_detail=True),
    "rta-symmetrized-fc3q": lambda: rta("silicon", (2, 2, 2), interaction={"symmetrize_fc3q": True}),
    "rta-first-atom": lambda: rta("silicon", options={"make_r0_average": False}),
    "rta-all-triplets": lambda: rta("silicon", (3, 3, 3), options={"is_mesh_symmetry": False}),
    "rta-generalized-grid": lambda: rta("silicon", 30, options={"use_grg": True}),
    # with fc3 in the full form and a supercell of its own for fc2
    "rta-wurtzite": lambda: rta("wurtzite", (4, 4, 3), interaction=INVARIANT),
    "rta-batched": lambda: batched("nacl"),
    "lbte": lambda: rta("silicon", (3, 3, 3), is_LBTE=True),
    "lbte-sigma": lambda: rta("silicon", (3, 3, 3), sigmas=[0.2], is_LBTE=True),
    "lbte-reducible": lambda: rta("nacl", (3, 3, 3), is_LBTE=True, is_reducible_collision_matrix=True),
    "self-energies": lambda: self_energies("silicon"),
    "self-energies-charges": lambda: self_energies("nacl"),
    "joint-density-of-states": lambda: joint_density_of_states("nacl"),
    "isotopes": lambda: isotopes("nacl"),
    "force-constants": lambda: force_constants(False),
    "force-constants-compact": lambda: force_constants(True),
}


def compare(name, only_ours=False):
    """Worst differences of the functions that a workflow calls, and the arguments of one call of each."""
    from backend_support import Comparison

    here = os.getcwd()
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.redirect_stdout(io.StringIO()),
        Comparison(only_ours) as comparison,
    ):
        os.chdir(folder)
        try:
            WORKFLOWS[name]()
        finally:
            os.chdir(here)
    return comparison


if __name__ == "__main__":
    print(json.dumps({name: compare(name).worst for name in sys.argv[1:]}))
