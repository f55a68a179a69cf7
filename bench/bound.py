"""The flops that the scattering engine cannot do without, for each triplet, as a function of what it is given.

n bands; a strength has n^3 complex elements before the last contraction. Three steps (docs/performance.md):

1. once for a grid point: the sparse lattice form of fc3 is transformed over Ra, 108 flops for each 3x3x3 block (27
   complex multiples of real numbers, added), and leg 0 is contracted for each Rb, 8 n^4 flops;
2. the transform over Rb, one axis after the other: with even and odd parts paired an axis of extent L takes L - 1 real
   multiply-adds, 2 (L - 1) flops, for each component of a complex output. Only the last axis is done for every triplet;
   the others are shared by the triplets on a line or in a plane;
3. for a triplet: leg 2 is contracted by 8 n^4 flops, leg 1 by 8 n flops for each band triple whose weight is not zero.
"""
import csv
import dataclasses
import itertools

from cases import ROOT


@dataclasses.dataclass(frozen=True)
class Lattice:
    """A crystal as the bound sees it: one row of bench/lattice.csv, which bench/lattice.py makes."""

    bands: int
    lattice_vectors: int  # distinct Rb
    extents: tuple[int, int, int]  # of Rb along the axes
    blocks: int  # of the sparse lattice form
    nonzero_share: float  # of band triples


def read_lattices(path=ROOT / "bench" / "lattice.csv"):
    with path.open(newline="") as file:
        return {
            row["crystal"]: Lattice(int(row["bands"]), int(row["lattice_vectors"]),
                                    tuple(int(row[f"extent_{axis}"]) for axis in (1, 2, 3)),
                                    int(row["blocks"]), float(row["nonzero_share"]))
            for row in csv.DictReader(file)
        }


def step1(lattice, triplets_per_point):
    contraction = 8 * lattice.bands**4 * lattice.lattice_vectors
    return (contraction + 108 * lattice.blocks) / triplets_per_point


def step2_in_order(lattice, mesh, triplets_per_point, order):
    first, middle, last = (lattice.extents[axis] for axis in order)
    on_first = min(triplets_per_point, mesh[order[0]])  # points along the first axis, lines of the last two
    in_plane = min(triplets_per_point, mesh[order[0]] * mesh[order[1]])
    outputs = (
        on_first * lattice.lattice_vectors / first * (first - 1)
        + in_plane * last * (middle - 1)
        + triplets_per_point * (last - 1)
    )
    return 2 * 2 * outputs * lattice.bands**3 / triplets_per_point


def step2(lattice, mesh, triplets_per_point):
    return min(step2_in_order(lattice, mesh, triplets_per_point, order) for order in itertools.permutations(range(3)))


def step3(lattice):
    return 8 * lattice.bands**4 + lattice.nonzero_share * 8 * lattice.bands**4


def flops_per_triplet(lattice, mesh, triplets_per_point):
    """The three steps, in this order."""
    return step1(lattice, triplets_per_point), step2(lattice, mesh, triplets_per_point), step3(lattice)


def microseconds_per_triplet(lattice, mesh, triplets_per_point, peak_gflops):
    return sum(flops_per_triplet(lattice, mesh, triplets_per_point)) / (1e3 * peak_gflops)
