"""Prints how far the kappa of one result file is from that of another, relative to the latter's largest element.

Runs in the peer's virtual environment, which has h5py. usage: compare_kappa.py FILE REFERENCE [DATASET OF FILE]
"""
import sys

import h5py
import numpy as np

path, reference_path, *dataset = sys.argv[1:]
kappa = h5py.File(path, "r")[dataset[0] if dataset else "kappa"][:]
reference = h5py.File(reference_path, "r")["kappa"][:]
if kappa.shape != reference.shape:
    sys.exit(f"kappa has the shapes {kappa.shape} and {reference.shape}")
print(np.abs(kappa - reference).max() / np.abs(reference).max())
