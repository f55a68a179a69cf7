"""What an installed wheel does in a fresh virtual environment: results of the program, bit for bit; its own libraries.

Usage: check_wheel.py INPUT FOLDER, where FOLDER holds the files of `umklapp rta INPUT --mesh 11 --ts 300`.
"""

import filecmp
import os
import pathlib
import platform
import subprocess
import sys


def strange_libraries():
    """Libraries that this process has loaded and that a wheel has to bring along, from outside of the environment."""
    lines = pathlib.Path("/proc/self/maps").read_text().splitlines()
    paths = {line.split(maxsplit=5)[5] for line in lines if ".so" in line}
    names = ("libhdf5", "libopenblas", "liblapack", "libsymspg", "libyaml")
    return sorted(p for p in paths if os.path.basename(p).startswith(names) and not p.startswith(sys.prefix))


def main():
    example, expected = sys.argv[1], pathlib.Path(sys.argv[2])
    import umklapp

    result = umklapp.load(example).rta(mesh=11, temperatures=300)
    made = pathlib.Path(result.to_hdf5())
    if not filecmp.cmp(made, expected / made.name, shallow=False):
        sys.exit(f"{made} is not what the program makes")
    made.unlink()
    program = os.path.join(os.path.dirname(sys.executable), "umklapp")
    subprocess.run([program, "rta", example, "--mesh", "11", "--ts", "300", "-q"], check=True)
    if not filecmp.cmp(made.name, expected / made.name, shallow=False):
        sys.exit(f"{program} makes another {made.name}")
    if sys.platform == "linux" and strange_libraries():
        sys.exit(f"not from the wheel: {', '.join(strange_libraries())}")
    print(f"Python {platform.python_version()}: kappa {result.kappa[0, 0]:.3f} W/(m K), as the program")


if __name__ == "__main__":
    main()
