"""Finer meshes until kappa of NaCl at 300 K changes by less than three percent, with an estimate before each run."""

import pathlib

import umklapp

nacl = umklapp.load(pathlib.Path(__file__).parents[1] / "nacl" / "phono3py_params_NaCl222.yaml.xz")

before = 0.0
for n in range(5, 32, 2):
    mesh = (n, n, n)
    estimate = nacl.estimate(mesh, temperatures=300)
    kappa = float(nacl.rta(mesh, temperatures=300).kappa[0, 0])
    print(f"{n:2d}x{n}x{n}: {estimate.n_points:4d} points, {estimate.bytes / 1e6:5.1f} MB, {kappa:7.2f} W/(m K)")
    if abs(kappa - before) < 0.03 * kappa:
        break
    before = kappa
