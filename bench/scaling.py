"""Parallel efficiency of the scattering part, and bench/efficiency.csv: one row for each case and number of threads.

Of N threads that share the work a run takes t_N, of one thread t_1, and of N runs with one thread each, at the same
time and on processors of their own, t_apart on the average. The efficiency is t_1 / (N t_N). t_apart / (N t_N) tells
what of the loss is the program's: it leaves out what the processors take from each other in any case.
"""
import statistics

import programs
from cases import ROOT

PATH = ROOT / "bench" / "efficiency.csv"
FIELDS = [
    "date", "processor", "cores", "version", "compiler", "case", "crystal", "bands", "mesh", "grid_points", "triplets",
    "threads", "rounds", "one_least_s", "apart_least_s", "together_least_s", "efficiency_least",
    "efficiency_apart_least", "one_median_s", "apart_median_s", "together_median_s", "efficiency_median",
    "efficiency_apart_median",
]
# The rows of --timings are averages over the threads and add up to the wall time.
STAGES = ["preparation of fc3", "weights", "strengths", "linewidths", "waiting"]
AVERAGES = {"least": min, "median": statistics.median}


def scattering_seconds(text):
    """Wall time of the scattering part, from the output of a run with --timings."""
    seconds = programs.stage_seconds(text)
    missing = [stage for stage in STAGES if stage not in seconds and stage != "waiting"]
    if missing:
        raise programs.Failure(f"--timings does not tell of {', '.join(missing)}")
    return sum(seconds.get(stage, 0) for stage in STAGES)


def summary(one, apart, together, threads):
    """The columns of times and efficiencies, from lists with the seconds of each round."""
    row = {}
    for name, average in AVERAGES.items():
        t_1, t_apart, t_n = average(one), average(apart), average(together)
        row[f"one_{name}_s"], row[f"apart_{name}_s"], row[f"together_{name}_s"] = (f"{t:.3f}" for t in (t_1, t_apart, t_n))
        row[f"efficiency_{name}"] = f"{t_1 / (threads * t_n):.3f}"
        row[f"efficiency_apart_{name}"] = f"{t_apart / (threads * t_n):.3f}"
    return row


def latest(rows):
    """{(case, threads): its last row}"""
    return {(row["case"], int(row["threads"])): row for row in rows}
