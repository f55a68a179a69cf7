"""A crystal from arrays: force constants of any code, charges for the non-analytic term.

The arrays come from the example of NaCl here; those of another code do as well, as long as atoms are in phonopy's
order and units are eV, angstrom and elementary charges.
"""

import pathlib

import numpy as np

import umklapp

example = umklapp.load(pathlib.Path(__file__).parents[1] / "nacl" / "phono3py_params_NaCl222.yaml.xz")
fc2, fc3 = example.fc2, example.fc3  # (2, 64, 3, 3) eV/A^2 and (2, 64, 64, 3, 3, 3) eV/A^3

cell = umklapp.Cell(
    lattice=np.diag([5.69030148] * 3),
    positions=[
        [0, 0, 0],
        [0, 0.5, 0.5],
        [0.5, 0, 0.5],
        [0.5, 0.5, 0],
        [0.5, 0.5, 0.5],
        [0.5, 0, 0],
        [0, 0.5, 0],
        [0, 0, 0.5],
    ],
    symbols=["Na"] * 4 + ["Cl"] * 4,
)
born = umklapp.Born(charges=np.array([1.1037, -1.1037])[:, None, None] * np.eye(3), dielectric=2.4794 * np.eye(3))
crystal = umklapp.Crystal(cell, (2, 2, 2), fc2, fc3, born=born)  # or ASE's Atoms instead of the cell

with_charges = crystal.rta(mesh=(9, 9, 9), temperatures=300)
without = umklapp.Crystal(cell, (2, 2, 2), fc2, fc3).rta(mesh=(9, 9, 9), temperatures=300)
print(f"highest frequency: {with_charges.frequencies.max():.2f} THz, without charges {without.frequencies.max():.2f}")
print(f"kappa at 300 K: {with_charges.kappa[0, 0]:.2f} W/(m K), without charges {without.kappa[0, 0]:.2f}")
