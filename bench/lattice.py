"""What the flop bound needs to know of a crystal, from its force constants; runs in the peer's virtual environment.

usage: build/peer-venv/bin/python bench/lattice.py INPUT MESH1 MESH2 MESH3      (prints one row of bench/lattice.csv)

The lattice form of fc3 refers every entry to the atom on leg 2 (docs/theory.md). It is rebuilt here from phono3py's
shortest vectors, without the library, to count its blocks and the lattice vectors Rb of leg 1. The last column is the
share of band triples with a weight that is not zero, averaged over a few grid points of the mesh.
"""
import os
import sys

import h5py
import numpy as np
import phono3py
from phono3py.phonon3.triplets import get_triplets_integration_weights


def lattice_vectors_of_pairs(primitive):
    """For each primitive atom and atom of the supercell the cells of the latter's nearest images, as integers."""
    vectors, multiplicity = primitive.get_smallest_vectors()
    kind = [primitive.p2p_map[s] for s in primitive.s2p_map]
    positions = primitive.scaled_positions
    cells = []
    for i in range(len(primitive)):
        row = []
        for j, atom in enumerate(kind):
            count, start = multiplicity[j, i]
            row.append(np.rint(vectors[start:start + count] + positions[i] - positions[atom]).astype(int))
        cells.append(row)
    return cells, kind


def lattice_form(primitive, fc3):
    """Distinct Rb, and the number of distinct (k0, k1, k2, Ra, Rb)."""
    cells, kind = lattice_vectors_of_pairs(primitive)
    keys = set()
    largest = np.abs(fc3).max(axis=(3, 4, 5))
    for i, j, k in np.argwhere(largest > 0):
        atoms_j, atoms_k = kind[j], kind[k]
        for rj in cells[i][j]:
            for rk in cells[i][k]:
                keys.add((i, atoms_j, atoms_k, *-rk, *(rj - rk)))
                keys.add((atoms_j, i, atoms_k, *(rj - rk), *-rk))
                keys.add((atoms_k, atoms_j, i, *rk, *rj))
    return np.array(sorted({key[6:] for key in keys})), len(keys)


def nonzero_share(calculation, mesh):
    calculation.mesh_numbers = mesh
    calculation.init_phph_interaction()
    calculation.run_phonon_solver()
    interaction = calculation.phph_interaction
    frequencies = interaction.phonons.frequencies
    points = np.unique(interaction.bz_grid.grg2bzg[np.linspace(1, np.prod(mesh) - 1, 7, dtype=int)])
    shares = []
    for point in points:
        interaction.set_grid_point(point)
        _, is_zero = get_triplets_integration_weights(interaction, frequencies[point].copy(), None)
        shares.append(1 - np.mean(is_zero))
    return np.mean(shares)


def main():
    path, mesh = os.path.abspath(sys.argv[1]), [int(n) for n in sys.argv[2:5]]
    crystal = os.path.basename(os.path.dirname(path))
    os.chdir(os.path.dirname(path))
    calculation = phono3py.load(os.path.basename(path), log_level=0)
    with h5py.File("fc3.hdf5") as file:
        fc3 = file["fc3"][:]
    if fc3.shape[0] == fc3.shape[1]:
        fc3 = fc3[calculation.primitive.p2s_map]
    rb, n_blocks = lattice_form(calculation.primitive, fc3)
    extents = rb.max(axis=0) - rb.min(axis=0) + 1
    share = nonzero_share(calculation, mesh)
    print(crystal, 3 * len(calculation.primitive), len(rb), *extents, n_blocks, f"{share:.3f}", sep=",")


main()
