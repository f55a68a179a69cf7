"""Prints how far the kappa of one result file is from that of another, relative to the latter's largest element.

Runs in the peer's virtual environment, which has h5py. usage: compare_kappa.py FILE REFERENCE
"""
import sys

import h5py
import numpy as np

kappa, reference = (h5py.File(name, "r")["kappa"][:] for name in sys.argv[1:3])
if kappa.shape != reference.shape:
    sys.exit(f"kappa has the shapes {kappa.shape} and {reference.shape}")
print(np.abs(kappa - reference).max() / np.abs(reference).max())
