"""Writes si.txt, nacl.txt and wurtzite.txt: crystals with force constants, and what phonopy makes of them.

Usage: python make_reference.py SI_FOLDER NACL_FOLDER   (needs phono3py 4.10)

The folders hold phono3py's examples Si-PBEsol and NaCl (phono3py_disp.yaml or phono3py_params_NaCl222.yaml.xz, and
fc2.hdf5). The wurtzite is a model: springs between neighbours and made-up charges.
"""

import sys

import numpy as np
import phono3py
from phono3py.file_IO import read_fc2_from_hdf5
from phonopy import Phonopy
from phonopy.harmonic.dynamical_matrix import get_dynamical_matrix
from phonopy.phonon.group_velocity import GroupVelocity
from phonopy.structure.atoms import PhonopyAtoms

FACTOR = 15.633302300230191
QS = [[0.1, 0.2, 0.3], [0.11, 0, 0], [0.5, 0, 0], [0.25, 0.25, 0], [1 / 9, 2 / 9, -1 / 9], [0.01, 0.02, 0.005]]
DIRECTIONS = [[1, 0, 0], [0, 0, 1], [1, 2, 3]]


def numbers(values):
    return " ".join("%.17g" % x for x in np.ravel(values))


def springs(ph, cutoff=3.2):
    """Central and transverse springs between all images within the cutoff; the sum rule gives the on-site terms."""
    cell, positions, z = ph.supercell.cell, ph.supercell.positions, ph.supercell.numbers
    n = len(z)
    shifts = np.array([[a, b, c] for a in (-1, 0, 1) for b in (-1, 0, 1) for c in (-1, 0, 1)]) @ cell
    fc = np.zeros((n, n, 3, 3))
    for i in range(n):
        for j in range(n):
            for v in positions[j] - positions[i] + shifts:
                length = np.linalg.norm(v)
                if 0.1 < length < cutoff:
                    strength = (20 + z[i] * z[j] % 7) * np.exp(-(length - 1.8) / 0.7)
                    along = np.outer(v, v) / length**2
                    fc[i, j] -= strength * (along + 0.12 * (np.eye(3) - along))
        fc[i, i] -= fc[i].sum(axis=0)
    return fc


def wurtzite():
    a, c, u = 3.11, 4.98, 0.3815
    cell = PhonopyAtoms(
        symbols=["Al", "Al", "N", "N"],
        cell=[[a, 0, 0], [-a / 2, a * 3**0.5 / 2, 0], [0, 0, c]],
        scaled_positions=[[1 / 3, 2 / 3, 0], [2 / 3, 1 / 3, 0.5], [1 / 3, 2 / 3, u], [2 / 3, 1 / 3, u + 0.5]],
    )
    size = np.diag([3, 3, 2])
    p3 = phono3py.Phono3py(cell, supercell_matrix=size, primitive_matrix=np.eye(3), log_level=0)
    p3.fc2 = springs(Phonopy(cell, size, primitive_matrix=np.eye(3), log_level=0))
    charge = np.diag([2.5, 2.5, 2.7])
    p3.nac_params = {
        "born": np.array([charge, charge, -charge, -charge]),
        "dielectric": np.diag([4.4, 4.4, 4.7]),
        "factor": 14.4,
    }
    return p3


def write_crystal(f, p3):
    p, s = p3.phonon_primitive, p3.phonon_supercell
    vectors, multiplicity = p.get_smallest_vectors()
    fc2 = p3.fc2 if len(p3.fc2) == len(p) else p3.fc2[p.p2s_map]
    rotations = p3.primitive_symmetry.pointgroup_operations
    f.write("atoms %d %d\n" % (len(p), len(s)))
    f.write("lattice %s\n" % numbers(p.cell))
    f.write("positions %s\n" % numbers(p.scaled_positions))
    f.write("masses %s\n" % numbers(p.masses))
    f.write("supercell %s\n" % numbers(s.cell))
    f.write("s2pp %s\n" % numbers([p.p2p_map[i] for i in p.s2p_map]))
    f.write("multiplicity %s\n" % numbers(multiplicity))
    f.write("vectors %d\n%s\n" % (len(vectors), "\n".join(numbers(v) for v in vectors)))
    f.write("rotations %d %s\n" % (len(rotations), numbers(rotations)))
    nonzero = [(i, k) for i in range(len(p)) for k in range(len(s)) if fc2[i, k].any()]
    f.write("constants %d\n" % len(nonzero))
    for i, k in nonzero:
        f.write("%d %d %s\n" % (i, k, numbers(fc2[i, k])))
    nac = p3.nac_params
    f.write("charges %d\n" % (0 if nac is None else 1))
    if nac is not None:
        f.write("%s\n%s\n%s\n" % (numbers(nac["born"]), numbers(nac["dielectric"]), numbers(nac["factor"])))


def frequencies(matrix):
    values = np.linalg.eigvalsh(matrix)
    return np.sign(values) * np.sqrt(abs(values)) * FACTOR


def write_reference(f, p3):
    methods = [(2, None)]
    if p3.nac_params is not None:
        methods = [(0, "gonze"), (1, "wang"), (2, None)]
    for number, method in methods:
        nac = None if method is None else dict(p3.nac_params, method=method)
        dm = get_dynamical_matrix(p3.fc2, p3.phonon_supercell, p3.phonon_primitive, nac_params=nac)
        gv = GroupVelocity(dm, symmetry=p3.primitive_symmetry, frequency_factor_to_THz=FACTOR)
        f.write("method %d %d %d\n" % (number, len(QS), 0 if method is None else len(DIRECTIONS)))
        for q in QS:
            dm.run(q)
            f.write("%s\n%s\n" % (numbers(q), numbers(frequencies(dm.dynamical_matrix))))
            gv.run([q])
            f.write("%s\n" % numbers(gv.group_velocities[0]))
        for direction in DIRECTIONS if method else []:
            dm.run([0, 0, 0], q_direction=direction)
            f.write("%s\n%s\n" % (numbers(direction), numbers(frequencies(dm.dynamical_matrix))))
    f.write("end\n")


def main():
    si = phono3py.load(sys.argv[1] + "/phono3py_disp.yaml", produce_fc=False, log_level=0)
    si.fc2 = read_fc2_from_hdf5(sys.argv[1] + "/fc2.hdf5")
    nacl = phono3py.load(sys.argv[2] + "/phono3py_params_NaCl222.yaml.xz", produce_fc=False, log_level=0)
    nacl.fc2 = read_fc2_from_hdf5(sys.argv[2] + "/fc2.hdf5")
    for name, p3 in (("si", si), ("nacl", nacl), ("wurtzite", wurtzite())):
        with open(name + ".txt", "w") as f:
            write_crystal(f, p3)
            write_reference(f, p3)


main()
