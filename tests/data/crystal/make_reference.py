"""Writes cells.txt: crystals of several lattices with what phono3py makes of them (run with phono3py 4.10.0).

Every case holds the input (unit cell, matrices, charges of the independent atoms) and the peer's answer: index maps,
numbers of shortest images, the shortest vectors, space group, distinct rotations and the charges of all atoms.
"""

import contextlib
import io
import warnings

import numpy as np
from phono3py import Phono3py
from phonopy.file_IO import parse_BORN_from_strings
from phonopy.structure.atoms import PhonopyAtoms
from phonopy.structure.cells import get_cell_matrix
from phonopy.structure.symmetry import symmetrize_borns_and_epsilon

warnings.simplefilter("ignore")


def hexagonal(a, c):
    return [[a, 0, 0], [-a / 2, a * 0.75**0.5, 0], [0, 0, c]]


def centred(shifts, basis):
    return [[(p + s) % 1 for p, s in zip(b, t)] for b in basis for t in shifts]


F = [[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]]
R = [[0, 0, 0], [2 / 3, 1 / 3, 1 / 3], [1 / 3, 2 / 3, 2 / 3]]
C = [[0, 0, 0], [0.5, 0.5, 0]]
x, u, v = 0.3048, 0.3819, 0.4697
o = np.array([0.4135, 0.2669, 0.7858])
quartz = [[v, 0, 2 / 3], [0, v, 1 / 3], [-v, -v, 0]] + [
    [o[0], o[1], o[2]], [-o[1], o[0] - o[1], o[2] + 2 / 3], [o[1] - o[0], -o[0], o[2] + 1 / 3],
    [o[1], o[0], -o[2]], [o[0] - o[1], -o[1], 1 / 3 - o[2]], [-o[0], o[1] - o[0], 2 / 3 - o[2]]]  # fmt: skip
triclinic = [[0.1, 0.2, 0.3], [0.9, 0.8, 0.7], [0.42, 0.11, 0.77]]

CASES = {
    "nacl-fcc": (np.eye(3) * 5.64, centred(F, [[0, 0, 0], [0.5, 0.5, 0.5]]), "Na4Cl4", [1, 1, 1], [2, 1, 1], "F"),
    "silicon-oblique": (np.eye(3) * 5.43, centred(F, [[0, 0, 0], [0.25] * 3]), "Si8", [[-1, 1, 1], [1, -1, 1], [1, 1, -1]], None, "auto"),
    "wurtzite": (hexagonal(3.11, 4.98), [[1 / 3, 2 / 3, 0], [2 / 3, 1 / 3, 0.5], [1 / 3, 2 / 3, u], [2 / 3, 1 / 3, 0.5 + u]], "Al2N2", [2, 2, 1], [[2, -1, 0], [1, 1, 0], [0, 0, 1]], "P"),
    "rutile": (np.diag([4.594, 4.594, 2.959]), [[0, 0, 0], [0.5, 0.5, 0.5], [x, x, 0], [-x, -x, 0], [0.5 - x, 0.5 + x, 0.5], [0.5 + x, 0.5 - x, 0.5]], "Ti2O4", [[1, 1, 0], [-1, 1, 0], [0, 0, 1]], [1, 1, 2], "auto"),
    "quartz": (hexagonal(4.914, 5.405), quartz, "Si3O6", [1, 1, 1], None, "P"),
    "monoclinic-c": (get_cell_matrix(9.1, 3.2, 6.3, 90, 107.3, 90), centred(C, [[0.12, 0, 0.31], [0.88, 0, 0.69], [0.37, 0, 0.07], [0.63, 0, 0.93]]), "Ga4O4", [1, 2, 1], [[1, 0, 1], [0, 2, 0], [-1, 0, 1]], "auto"),
    "triclinic-skewed": (np.array([[1, 0, 0], [2, 1, 0], [0, 3, 1]]) @ get_cell_matrix(4.1, 5.3, 6.2, 81.0, 77.5, 66.0), (np.array(triclinic) @ np.linalg.inv([[1, 0, 0], [2, 1, 0], [0, 3, 1]])).tolist(), "Al2O1", [[1, 2, 0], [0, 2, 1], [1, 0, 2]], [2, 1, 1], "P"),
    "tungsten-bcc": (np.eye(3) * 3.17, [[0, 0, 0], [0.5, 0.5, 0.5]], "W2", [2, 2, 2], [[0, 1, 1], [1, 0, 1], [1, 1, 0]], "I"),
    "bismuth-telluride": (hexagonal(4.38, 30.5), centred(R, [[0, 0, 0.4], [0, 0, 0.6], [0, 0, 0], [0, 0, 0.21], [0, 0, 0.79]]), "Bi6Te9", [1, 1, 1], None, "R"),
    "perovskite-skewed": (np.eye(3) * 3.9, [[0, 0, 0], [0.5, 0.5, 0.5], [0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]], "Sr1Ti1O3", [[1, 4, 0], [0, 1, 5], [0, 0, 1]], [[1, 4, 0], [0, 1, 5], [0, 0, 2]], "P"),
}  # fmt: skip


def symbols_of(formula):
    symbols, rest = [], formula
    while rest:
        n = 2 if len(rest) > 1 and rest[1].islower() else 1
        symbols += [rest[:n]] * int(rest[n])
        rest = rest[n + 1 :]
    return symbols


def numbers(values, form="%.10g"):
    return " ".join(form % (v + 0.0) for v in np.ravel(values))


def matrix(entry):
    return np.diag(entry) if np.ndim(entry) == 1 else np.array(entry)


def write_supercell(out, name, primitive, supercell):
    vectors, multiplicity = primitive.get_smallest_vectors()
    print(f"{name} {len(supercell)}", file=out)
    print(numbers(supercell.cell), file=out)
    print(numbers(supercell.scaled_positions, "%.6f"), file=out)
    print(numbers(primitive.p2s_map, "%d"), file=out)
    print(numbers([primitive.p2p_map[i] for i in primitive.s2p_map], "%d"), file=out)
    print(numbers(multiplicity[:, :, 0], "%d"), file=out)
    print(len(vectors), numbers(vectors, "%.6g"), file=out)


def write_case(out, name, lattice, positions, formula, dim, phonon_dim, axes, generator):
    cell = PhonopyAtoms(cell=lattice, scaled_positions=positions, symbols=symbols_of(formula))
    with contextlib.redirect_stdout(io.StringIO()):
        crystal = Phono3py(cell, matrix(dim), primitive_matrix=axes,
                           phonon_supercell_matrix=None if phonon_dim is None else matrix(phonon_dim))  # fmt: skip
    primitive, symmetry = crystal.primitive, crystal.primitive_symmetry
    print(f"case {name}\n{numbers(lattice, '%.15g')}\n{len(cell)}", file=out)
    for symbol, mass, position in zip(cell.symbols, cell.masses, positions):
        print(symbol, numbers([mass, *position], "%.15g"), file=out)
    print(numbers(matrix(dim), "%d"), file=out)
    print(numbers(matrix(dim if phonon_dim is None else phonon_dim), "%d"), axes, file=out)
    independent = symmetry.get_independent_atoms()
    charges, dielectric = symmetrize_borns_and_epsilon(
        generator.normal(size=(len(primitive), 3, 3)), generator.normal(size=(3, 3)), primitive
    )
    charges, dielectric = np.round(charges, 6), np.round(dielectric, 6)
    lines = ["14.4", numbers(dielectric)] + [numbers(charges[i]) for i in independent]
    expanded = parse_BORN_from_strings("\n".join(lines) + "\n", primitive)["born"]
    print(len(independent), *lines[1:], sep="\n", file=out)

    table = symmetry.get_international_table().replace("(", "").replace(")", "")
    print(f"primitive {len(primitive)} {numbers(primitive.cell)}", file=out)
    print(table, len(symmetry.symmetry_operations["rotations"]), len(symmetry.pointgroup_operations), file=out)
    print(numbers(symmetry.pointgroup_operations, "%d"), file=out)
    print(numbers(expanded, "%.8g"), file=out)
    write_supercell(out, "fc3", primitive, crystal.supercell)
    write_supercell(out, "fc2", crystal.phonon_primitive, crystal.phonon_supercell)


with open("cells.txt", "w") as out:
    generator = np.random.default_rng(1)
    for name, case in CASES.items():
        write_case(out, name, *case, generator)
    print("end", file=out)
