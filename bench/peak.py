"""Prints the flop rate of the processor, GFLOP/s: the best of some products of large matrices. Needs NumPy."""
import time

import numpy as np

SIZE, REPEATS = 1536, 12
a, b = np.ones((SIZE, SIZE)), np.ones((SIZE, SIZE))
product = np.empty((SIZE, SIZE))
best = float("inf")
for _ in range(REPEATS):
    begin = time.perf_counter()
    np.matmul(a, b, out=product)
    best = min(best, time.perf_counter() - begin)
print(f"{2 * SIZE**3 / best / 1e9:.1f}")
