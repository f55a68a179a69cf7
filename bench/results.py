"""bench/results.csv: one row for each program, case, weights and number of threads; rows of one go share their date."""
import csv

from cases import ROOT

PATH = ROOT / "bench" / "results.csv"
FIELDS = [
    "date", "processor", "cores", "program", "version", "compiler", "case", "crystal", "bands", "mesh", "grid_points",
    "triplets", "weights", "threads", "runs", "wall_s", "cpu_s", "peak_mib", "us_per_triplet", "kappa_deviation",
    "peak_gflops", "stages",
]


def read(path=PATH):
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def append(rows, path=PATH, fields=FIELDS):
    is_new = not path.exists() or path.stat().st_size == 0
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n", restval="")
        if is_new:
            writer.writeheader()
        writer.writerows(rows)


def stages_to_text(shares):
    return "; ".join(f"{name} {share:g}" for name, share in shares.items())


def stages_from_text(text):
    shares = {}
    for item in filter(None, (text or "").split("; ")):
        name, _, share = item.rpartition(" ")
        shares[name] = float(share)
    return shares


def latest(rows):
    """The last row of each program, case, weights and number of threads, with what ran beside it in the same go only.

    Returns {(case, weights, threads): {program: row}}.
    """
    newest = {}
    for row in rows:
        if row["program"] == "umklapp":
            key = (row["case"], row["weights"], int(row["threads"]))
            # A go of umklapp alone does not hide one with it.
            beside = [r for r in rows if r["date"] == row["date"] and r["program"] != "umklapp"
                      and (r["case"], r["weights"], int(r["threads"])) == key]
            if beside or key not in newest or len(newest[key]) == 1:
                newest[key] = {"umklapp": row, **{r["program"]: r for r in beside}}
    return newest
