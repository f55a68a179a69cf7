"""Makes phono3py.yaml, fc2.hdf5 and fc3.hdf5 of a model crystal in the current folder (needs phono3py).

usage: make.py [quartz | wurtzite]

The energy has two parts, both at rest in the given structure, which is therefore in equilibrium and stable:

- every pair of atoms closer than the cut-off is joined by a Morse spring;
- every atom resists a change of the weighted sum s of the distances to its neighbours: EMBEDDING s^2 / 2 + CUBIC s^3 / 6.

Springs alone have third derivatives for pairs of atoms only, so that most of fc3 would be zero and a program that skips
zeros would look faster than it is on real force constants. The second part joins all atoms that have a neighbour in
common, which fills most of a supercell of 72 atoms.

Force constants are derivatives of the formula, summed over the images of the supercell. Those of third order are rounded
to a power of two, 1.2e-4 eV/angstrom^3, so that gzip packs them.
"""
import itertools
import sys

import h5py
import numpy as np
from phono3py import Phono3py
from phonopy.structure.atoms import PhonopyAtoms

SPRING, DECAY, MORSE = 25.0, 1.2, 1.6  # eV/angstrom^2 at the reference distance, its decay and the width, 1/angstrom
DISTANCE = 1.6  # angstrom, reference distance
EMBEDDING, CUBIC = 1.0, -3.0  # eV/angstrom^2, eV/angstrom^3
STEP = 2.0**-13  # eV/angstrom^3


def hexagonal(a, c, atoms):
    return PhonopyAtoms(
        cell=[[a, 0, 0], [-a / 2, a * np.sqrt(3) / 2, 0], [0, 0, c]],
        symbols=[symbol for symbol, _ in atoms],
        scaled_positions=np.array([position for _, position in atoms]) % 1,
    )


def quartz():
    """Alpha quartz, P3_221, with about the cell and the positions of the mineral."""
    u, (x, y, z) = 0.4697, (0.4135, 0.2669, 0.7858)
    silicon = [[u, 0, 2 / 3], [0, u, 1 / 3], [-u, -u, 0]]
    oxygen = [
        [x, y, z], [-y, x - y, z + 2 / 3], [y - x, -x, z + 1 / 3],
        [y, x, -z], [x - y, -y, 1 / 3 - z], [-x, y - x, 2 / 3 - z],
    ]
    cell = hexagonal(4.9137, 5.4047, [("Si", p) for p in silicon] + [("O", p) for p in oxygen])
    return cell, [2, 2, 2], 4.0, None


def wurtzite():
    """P6_3mc with the cell of aluminium nitride, and charges set by hand."""
    u = 0.3819
    aluminium = [[1 / 3, 2 / 3, 0], [2 / 3, 1 / 3, 0.5]]
    nitrogen = [[1 / 3, 2 / 3, u], [2 / 3, 1 / 3, 0.5 + u]]
    cell = hexagonal(3.11, 4.98, [("Al", p) for p in aluminium] + [("N", p) for p in nitrogen])
    charge = np.diag([2.5, 2.5, 2.7])
    nac_params = {
        "born": np.array([charge, charge, -charge, -charge]),
        "dielectric": np.diag([4.1, 4.1, 4.4]),
        "factor": 14.39965172592227,
    }
    return cell, [3, 3, 2], 3.8, nac_params


def cluster_of(cell, centre, cutoff):
    """The atom at the centre and its neighbours as (atom of the cell, lattice vector), and the vectors to them."""
    atoms, vectors = [(centre, np.zeros(3, dtype=int))], []
    for shift in itertools.product(range(-3, 4), repeat=3):
        for atom, position in enumerate(cell.scaled_positions):
            vector = (position + shift - cell.scaled_positions[centre]) @ cell.cell
            if 1e-6 < np.linalg.norm(vector) < cutoff:
                atoms.append((atom, np.array(shift)))
                vectors.append(vector)
    return atoms, np.array(vectors)


def derivatives(cell, atoms, vectors):
    """Second and third derivatives of the energy of one cluster, (m, 3, m, 3) and (m, 3, m, 3, m, 3)."""
    m = len(atoms)
    length = np.linalg.norm(vectors, axis=1)
    unit = vectors / length[:, None]
    # Second derivative of the distance, and the part of the third derivative of a spring that it brings.
    curvature = (np.eye(3) - unit[:, :, None] * unit[:, None, :]) / length[:, None, None]
    bent = np.einsum("ia,ibc->iabc", unit, curvature)
    bent = bent + bent.transpose(0, 2, 1, 3) + bent.transpose(0, 2, 3, 1)
    stretched = np.einsum("ia,ib,ic->iabc", unit, unit, unit)

    kind = np.sqrt([float(cell.numbers[atoms[0][0]] * cell.numbers[atom]) for atom, _ in atoms[1:]])
    decay = np.exp(-DECAY * (length - DISTANCE))
    spring = SPRING * decay * (1 + 0.3 * np.sin(kind))
    width = MORSE * (1 + 0.2 * np.cos(kind))

    second, third = np.zeros((m, 3, m, 3)), np.zeros((m, 3, m, 3, m, 3))
    slope, bend = np.zeros((m, 3)), np.zeros((m, 3, m, 3))  # of the sum s
    for neighbour in range(m - 1):
        # Each spring is met from both of its ends: half of it from here.
        pair_second = spring[neighbour] / 2 * np.outer(unit[neighbour], unit[neighbour])
        pair_third = spring[neighbour] / 2 * (bent[neighbour] - 3 * width[neighbour] * stretched[neighbour])
        ends = ((0, -1), (neighbour + 1, 1))
        for (i, sign_i) in ends:
            slope[i] += sign_i * decay[neighbour] * unit[neighbour]
            for (j, sign_j) in ends:
                second[i, :, j] += sign_i * sign_j * pair_second
                bend[i, :, j] += sign_i * sign_j * decay[neighbour] * curvature[neighbour]
                for (k, sign_k) in ends:
                    third[i, :, j, :, k] += sign_i * sign_j * sign_k * pair_third
    second += EMBEDDING * np.einsum("ia,jb->iajb", slope, slope)
    mixed = EMBEDDING * np.einsum("ia,jbkc->iajbkc", slope, bend)
    third += mixed + mixed.transpose(2, 3, 0, 1, 4, 5) + mixed.transpose(2, 3, 4, 5, 0, 1)
    third += CUBIC * np.einsum("ia,jb,kc->iajbkc", slope, slope, slope)
    return second, third


def force_constants(cell, supercell, repeats, cutoff):
    """fc2 and fc3 in the compact form."""
    in_cells = supercell.positions @ np.linalg.inv(cell.cell)
    atom_at = {}
    for index, position in enumerate(in_cells):
        for atom, home in enumerate(cell.scaled_positions):
            shift = np.rint(position - home)
            if np.abs(position - home - shift).max() < 1e-4:
                atom_at[atom, *(shift.astype(int) % repeats)] = index
    n, n_super = len(cell), len(supercell)
    fc2, fc3 = np.zeros((n, n_super, 3, 3)), np.zeros((n, n_super, n_super, 3, 3, 3))
    for centre in range(n):
        atoms, vectors = cluster_of(cell, centre, cutoff)
        second, third = derivatives(cell, atoms, vectors)
        for i, (home, origin) in enumerate(atoms):
            seen = np.array([atom_at[atom, *((shift - origin) % repeats)] for atom, shift in atoms])
            np.add.at(fc2[home], seen, second[i].transpose(1, 0, 2))
            np.add.at(fc3[home], (seen[:, None], seen[None, :]), third[i].transpose(1, 3, 0, 2, 4))
    return fc2, np.rint(fc3 / STEP) * STEP + 0.0  # no negative zeros


def write(name, key, values, p2s_map):
    with h5py.File(name, "w") as file:
        file.create_dataset(key, data=values, compression="gzip", compression_opts=9, shuffle=True)
        file["p2s_map"] = p2s_map
        if key == "force_constants":
            file["physical_unit"] = np.array([b"eV/angstrom^2"])


name = sys.argv[1] if len(sys.argv) > 1 else "quartz"
cell, repeats, cutoff, nac_params = {"quartz": quartz, "wurtzite": wurtzite}[name]()
phonons = Phono3py(cell, supercell_matrix=repeats, primitive_matrix="P")
if nac_params:
    phonons.nac_params = nac_params
fc2, fc3 = force_constants(cell, phonons.supercell, repeats, cutoff)
write("fc2.hdf5", "force_constants", fc2, phonons.primitive.p2s_map)
write("fc3.hdf5", "fc3", fc3, phonons.primitive.p2s_map)
phonons.save("phono3py.yaml", settings={"force_constants": False})
filled = np.mean(np.abs(fc3).max(axis=(3, 4, 5)) > 0)
print(f"{phonons.symmetry.dataset.international}, {len(cell)} atoms, supercell of {len(phonons.supercell)}, "
      f"{100 * filled:.0f} % of the blocks of fc3 are not zero")
