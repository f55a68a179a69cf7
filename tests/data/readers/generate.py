"""Writes the small files of this folder. Run with phono3py 4.10 and h5py in this folder."""

import h5py
import numpy as np
from phono3py import Phono3py
from phonopy.file_IO import write_force_constants_to_hdf5
from phonopy.structure.atoms import PhonopyAtoms


def values(shape):
    """Numbers that single precision holds exactly; the tests compute the same."""
    n = int(np.prod(shape))
    return ((np.arange(n) * 7919 % 1009 - 500) / 64.0).reshape(shape)


def yaml_files():
    """Wurtzite AlN, a generalized phonon supercell, dipole data, and snapshots with forces."""
    a, c = 3.11, 4.98
    cell = PhonopyAtoms(
        cell=[[a, 0, 0], [-a / 2, a * 3**0.5 / 2, 0], [0, 0, c]],
        symbols=["Al", "Al", "N", "N"],
        scaled_positions=[[1 / 3, 2 / 3, 0], [2 / 3, 1 / 3, 0.5], [1 / 3, 2 / 3, 0.382], [2 / 3, 1 / 3, 0.882]],
    )
    ph3 = Phono3py(cell, [2, 1, 1], primitive_matrix="P", phonon_supercell_matrix=[[2, 1, 0], [0, 2, 0], [0, 0, 1]])
    charges = np.array([np.diag([2.5, 2.5, 2.75])] * 2 + [np.diag([-2.5, -2.5, -2.75])] * 2)
    charges[:, 0, 1] = [0.125, 0.25, -0.125, -0.25]
    ph3.nac_params = {"born": charges, "dielectric": np.diag([4.25, 4.25, 4.5]), "factor": 14.4, "method": "wang"}
    ph3.generate_displacements(number_of_snapshots=2, distance=0.03, random_seed=1)
    ph3.generate_fc2_displacements()
    ph3.forces = np.random.default_rng(1).normal(size=(2, 8, 3)).round(3)
    n_phonon = len(ph3.phonon_supercells_with_displacements)
    ph3.phonon_forces = np.random.default_rng(2).normal(size=(n_phonon, 16, 3)).round(3)
    ph3.save("aln_params.yaml")


def hdf5_files():
    """Force constants in the shapes, types and packings that h5py offers."""
    fc3, fc2 = values((2, 4, 4, 3, 3, 3)), values((2, 4, 3, 3))
    p2s_map = np.array([0, 2])
    kinds = {
        "gzip": dict(chunks=(1, 2, 4, 2, 2, 3), compression="gzip"),
        "checked": dict(chunks=(1, 4, 4, 3, 3, 3), compression="gzip", shuffle=True, fletcher32=True),
        "lzf": dict(chunks=(2, 4, 4, 3, 3, 3), compression="lzf"),
        "chunks": dict(chunks=(2, 3, 4, 3, 3, 3)),
        "plain": dict(),
    }
    for name, options in kinds.items():
        with h5py.File(f"fc3_{name}.hdf5", "w") as f:
            f.create_dataset("fc3", data=fc3, **options)
            f.create_dataset("p2s_map", data=p2s_map)
    for name, kind in {"single": "<f4", "big_endian": ">f8"}.items():
        with h5py.File(f"fc3_{name}.hdf5", "w") as f:
            f.create_dataset("fc3", data=fc3.astype(kind), compression="gzip")
    # phonopy writes the unit as a text of variable length
    write_force_constants_to_hdf5(fc2, "fc2_rydberg.hdf5", p2s_map, "Ry/au^2")


if __name__ == "__main__":
    yaml_files()
    hdf5_files()
