"""Thermal conductivity of silicon: numbers, a file for phono3py's tools, pictures."""

import pathlib

import umklapp

silicon = umklapp.load(pathlib.Path(__file__).parents[1] / "si-pbesol" / "phono3py_disp.yaml")
print(silicon)

result = silicon.rta(mesh=(11, 11, 11), temperatures=[100, 300, 800], isotope=True)
for temperature, kappa in zip(result.temperatures, result.kappa, strict=True):
    print(f"{temperature:6.1f} K  {kappa[0]:8.2f} W/(m K)")

print("written:", result.to_hdf5())  # kappa-m111111.hdf5 in the current folder
again = umklapp.read("kappa-m111111.hdf5")
print("longest lifetime at 300 K:", f"{again.lifetimes[1][again.gamma[1] > 0].max():.0f} ps")

try:
    import matplotlib
except ImportError:
    print("no pictures: matplotlib is not installed")
else:
    matplotlib.use("Agg")
    for what in ("kappa", "linewidths", "accumulation"):
        result.plot(what).figure.savefig(f"silicon-{what}.png", dpi=150)
