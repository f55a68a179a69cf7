"""Finer meshes until kappa at 300 K changes by less than three percent, with an estimate before each run."""

import pathlib

import umklapp

silicon = umklapp.load(pathlib.Path(__file__).parents[1] / "si-pbesol" / "phono3py_disp.yaml")

before = 0.0
for n in range(7, 32, 4):
    mesh = (n, n, n)
    estimate = silicon.estimate(mesh, temperatures=300)
    kappa = float(silicon.rta(mesh, temperatures=300).kappa[0, 0])
    print(f"{n:2d}x{n}x{n}: {estimate.n_points:4d} points, {estimate.bytes / 1e6:5.1f} MB, {kappa:7.2f} W/(m K)")
    if abs(kappa - before) < 0.03 * kappa:
        break
    before = kappa
