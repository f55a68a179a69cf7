"""Makes phono3py_disp.yaml, fc2.hdf5 and fc3.hdf5 of the wurtzite model crystal in the current folder (needs phono3py).

Every pair of atoms closer than 4 angstrom is joined by a Morse spring whose rest length is the pair's distance in the
crystal, so that the crystal is in equilibrium and stable by construction, and anharmonic. Forces of displaced
supercells go to phono3py's finite-displacement method as those of a first-principles code would.
"""
import itertools

import h5py
import numpy as np
from phono3py import Phono3py
from phonopy.structure.atoms import PhonopyAtoms

A, C, U, CUTOFF = 3.11, 4.98, 0.3819, 4.0  # angstrom, angstrom, internal parameter, angstrom
SPRING, DECAY, MORSE = 14.0, 1.2, 1.6  # eV/angstrom^2 of the shortest pair, its decay and the width, 1/angstrom


class Springs:
    """Forces on the atoms of a supercell as a function of their displacements."""

    def __init__(self, cell):
        lattice, positions = np.array(cell.cell), np.array(cell.scaled_positions)
        shifts = np.array(list(itertools.product(range(-3, 4), repeat=3)))
        first, second, vectors = [], [], []
        for i, position in enumerate(positions):
            vector = (positions[None] + shifts[:, None] - position) @ lattice
            length = np.linalg.norm(vector, axis=2)
            for shift, j in np.argwhere((length < CUTOFF) & (length > 1e-6)):
                first.append(i)
                second.append(j)
                vectors.append(vector[shift, j])
        self.first, self.second, self.vectors = np.array(first), np.array(second), np.array(vectors)
        self.rest = np.linalg.norm(self.vectors, axis=1)
        numbers = np.array(cell.numbers, dtype=float)
        kind = np.sqrt(numbers[self.first] * numbers[self.second])
        self.spring = SPRING * np.exp(-DECAY * (self.rest - self.rest.min())) * (1 + 0.3 * np.sin(kind))
        self.width = MORSE * (1 + 0.2 * np.cos(kind))

    def forces(self, displacements):
        vectors = self.vectors + displacements[self.second] - displacements[self.first]
        length = np.linalg.norm(vectors, axis=1)
        decay = np.exp(-self.width * (length - self.rest))
        slope = self.spring / self.width * (1 - decay) * decay
        forces = np.zeros_like(displacements)
        np.add.at(forces, self.first, (slope / length)[:, None] * vectors)
        return forces


def forces_of(supercell, displaced):
    springs = Springs(supercell)
    return np.array([springs.forces(cell.positions - supercell.positions) for cell in displaced])


def write(name, key, values, p2s_map):
    with h5py.File(name, "w") as file:
        file.create_dataset(key, data=values, compression="gzip", compression_opts=9, shuffle=True)
        file["p2s_map"] = p2s_map
        if key == "force_constants":
            file["physical_unit"] = np.array([b"eV/angstrom^2"])


cell = PhonopyAtoms(
    cell=[[A, 0, 0], [-A / 2, A * np.sqrt(3) / 2, 0], [0, 0, C]],
    symbols=["Al", "Al", "N", "N"],
    scaled_positions=[[1 / 3, 2 / 3, 0], [2 / 3, 1 / 3, 0.5], [1 / 3, 2 / 3, U], [2 / 3, 1 / 3, 0.5 + U]],
)
phonons = Phono3py(cell, supercell_matrix=[2, 2, 1], phonon_supercell_matrix=[3, 3, 2], primitive_matrix="P")
charge = np.diag([2.5, 2.5, 2.7])
phonons.nac_params = {
    "born": np.array([charge, charge, -charge, -charge]),
    "dielectric": np.diag([4.1, 4.1, 4.4]),
    "factor": 14.39965172592227,
}
phonons.generate_displacements(distance=0.03)
phonons.generate_fc2_displacements(distance=0.03)
phonons.save("phono3py_disp.yaml")
phonons.forces = forces_of(phonons.supercell, phonons.supercells_with_displacements)
phonons.phonon_forces = forces_of(phonons.phonon_supercell, phonons.phonon_supercells_with_displacements)
phonons.produce_fc3(is_compact_fc=False)
phonons.produce_fc2(is_compact_fc=False)
phonons.symmetrize_fc3()
phonons.symmetrize_fc2()
write("fc3.hdf5", "fc3", phonons.fc3, phonons.primitive.p2s_map)
write("fc2.hdf5", "force_constants", phonons.fc2, phonons.phonon_primitive.p2s_map)
