"""The cumulative conductivity printed by phono3py-kaccum ends at the kappa of the file, temperature by temperature.

Usage: check_kaccum.py kappa-*.hdf5 printed.txt
"""

import sys

import h5py
import numpy as np


def blocks(path):
    """Yield (temperature, table) for each block of the printed text."""
    temperature, rows = None, []
    with open(path) as lines:
        for line in lines:
            words = line.split()
            if len(words) == 3 and words[0] == "#" and words[2] == "K":
                if rows:
                    yield temperature, np.array(rows)
                temperature, rows = float(words[1]), []
            elif words and words[0] != "#":
                rows.append([float(word) for word in words])
    if rows:
        yield temperature, np.array(rows)


def main():
    with h5py.File(sys.argv[1]) as file:
        kappa = dict(zip(file["temperature"][:].tolist(), file["kappa"][:]))
    found = dict(blocks(sys.argv[2]))
    if sorted(found) != sorted(kappa):
        sys.exit(f"temperatures {sorted(found)} instead of {sorted(kappa)}")
    for temperature, table in found.items():
        n = (table.shape[1] - 1) // 2
        expected = kappa[temperature] if n == 6 else [kappa[temperature][:3].sum() / 3]
        error = np.abs(table[-1, 1 : 1 + n] - expected).max()
        if not error < 1e-5 * np.abs(expected).max() + 1e-6:
            sys.exit(f"{temperature} K: {table[-1, 1 : 1 + n]} instead of {expected}")
        print(f"{temperature} K: ends at kappa within {error:.1e} W/mK")


if __name__ == "__main__":
    main()
