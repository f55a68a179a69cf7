"""The scripts of bench/ on made-up output; standard library only."""
import pathlib
import runpy
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "bench"))

import bound
import callgrind
import cases
import machine
import programs
import restarting
import results
import scaling

UMKLAPP_TEXT = """Primitive cell: 9 atoms (Si Si Si O O O O O O), 113.011 A^3. Supercell: 72 atoms.
Mesh: 7 x 7 x 6, 294 grid points, 40 irreducible.
Grid points: 40, triplets: about 3949, threads: 2.
Scattering  50 %, 0.1 s, 1 s left
stage              seconds   share
reading             0.012     1.5 %
force constants     0.2      25 %
linewidths          0.588    73.5 %
total               0.8     100.0 %
"""

TIMINGS_TEXT = """   300.0    124.386    124.386    124.386     -0.000     -0.000      0.000
----------- Timings -----------
#  stage                  time (s) share (%)
   reading                   0.021      1.05
   preparation of fc3        0.250     12.50
   weights                   0.750     37.50
   strengths                 0.500     25.00
   linewidths                0.125      6.25
{waiting}   other                     0.354     17.70
   total                     2.000    100.00
Threads at work, on the average: 1.98 of 2.
"""
WAITING = "   waiting                   0.375     18.75\n"

CALLGRIND_TEXT = """# callgrind format
events: Ir
ob=(1) /somewhere/libumklapp.so.0.1.0
fl=(1) ???
fn=(1) first
0 10
cob=(2) /lib/libm.so.6
cfi=(1)
cfn=(2) cos
calls=3 0
0 3000
+0 5
fn=(3) second
0 7

ob=(2)
fn=(2)
0 3000

ob=(1)
fn=(1)
* 2
"""


def row(program, date, case="si-9", threads="1", weights="averaged"):
    return {"program": program, "date": date, "case": case, "threads": threads, "weights": weights}


class Parsing(unittest.TestCase):
    def test_facts(self):
        self.assertEqual(programs.umklapp_facts(UMKLAPP_TEXT),
                         {"bands": 27, "mesh": "7x7x6", "grid_points": 40, "triplets": 3949})
        self.assertEqual(programs.umklapp_facts("nothing"), {})

    def test_triplets_of_the_peer(self):
        self.assertEqual(programs.peer_triplets("Number of triplets: 7\nx\nNumber of triplets: 10\n"), 17)

    def test_stages(self):
        shares = programs.stages(UMKLAPP_TEXT)
        self.assertEqual(shares, {"reading": 1.5, "force constants": 25.0, "linewidths": 73.5})
        self.assertEqual(results.stages_from_text(results.stages_to_text(shares)), shares)
        without_signs = UMKLAPP_TEXT.replace("stage     ", "---- Timings ----\n#  stage").replace("%", "")
        self.assertEqual(programs.stages(without_signs + "Threads at work: 1.98 of 2.\n"), shares)
        self.assertEqual(programs.stages("#  T(K)   xx\n  300.0   66.059\n"), {})

    def test_compiler(self):
        for line, expected in [
            ("gcc (Debian 12.2.0-14+deb12u1) 12.2.0", "gcc 12.2.0"),
            ("cc (GCC) 13.2.1 20230801 (Red Hat 13.2.1-7)", "gcc 13.2.1"),
            ("Debian clang version 14.0.6", "clang 14.0.6"),
            ("Apple clang version 15.0.0 (clang-1500.3.9.4)", "clang 15.0.0"),
        ]:
            self.assertEqual(machine.compiler_of(line), expected)

    def test_own_instructions_only(self):
        functions = callgrind.of_object(callgrind.self_costs(CALLGRIND_TEXT.splitlines()), "libumklapp")
        self.assertEqual(functions, {"first": 17, "second": 7})


class Commands(unittest.TestCase):
    def words(self, run, of_case, /, **others):
        """What a run would start: the words behind the program's name."""
        case = cases.Case("lbte", of_case, ["averaged"], [], ROOT / "bench" / "cases", ["--mesh", "5", "5", "5"])
        with (mock.patch.object(programs, "measure", return_value=(1.0, 1.0, 1.0, "")) as measure,
              mock.patch.object(programs, "result_file"), tempfile.TemporaryDirectory() as folder):
            run(case=case, weights="averaged", threads=1, folder=pathlib.Path(folder), **others)
        return [word for word in measure.call_args.args[0][1:] if word not in (case.input, case.input.name)]

    def test_umklapp(self):
        for command, of_program, expected in [("rta", None, ["rta"]), ("lbte", None, ["lbte"]),
                                              ("lbte", "direct", ["lbte", "--solver", "direct"]),
                                              ("lbte", "rta", ["rta"])]:
            words = self.words(programs.run_umklapp, command, known_options=set(), command=programs.OWN.get(of_program))
            self.assertEqual(words, [*expected, "--mesh", "5", "5", "5", "--threads", "1", "-o", "out.yaml"])

    def test_peer(self):
        for command, flag in [("rta", "--br"), ("lbte", "--lbte")]:
            words = self.words(programs.run_peer, command, peer="phono3py")
            self.assertEqual(words[:5], [flag, "--mesh", "5", "5", "5"])


class Results(unittest.TestCase):
    def test_round_trip(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "results.csv"
            results.append([row("umklapp", "1")], path)
            results.append([row("phono3py", "1")], path)
            self.assertEqual([r["program"] for r in results.read(path)], ["umklapp", "phono3py"])

    def test_pairs_are_of_one_go(self):
        rows = [row("umklapp", "1"), row("phono3py", "1"), row("umklapp", "2"), row("phono3py", "2")]
        newest = results.latest(rows)["si-9", "averaged", 1]
        self.assertEqual({name: r["date"] for name, r in newest.items()}, {"umklapp": "2", "phono3py": "2"})

    def test_a_quick_go_does_not_hide_a_comparison(self):
        newest = results.latest([row("umklapp", "1"), row("phono3py", "1"), row("umklapp", "2")])
        self.assertEqual({r["date"] for r in newest["si-9", "averaged", 1].values()}, {"1"})


class Report(unittest.TestCase):
    report = runpy.run_path(str(ROOT / "bench" / "report"), run_name="report")

    def newest(self, *rows):
        common = {**dict.fromkeys(results.FIELDS, ""), "date": "1", "case": "lbte", "mesh": "15x15x15", "peak_mib": "50",
                  "weights": "averaged", "threads": "1"}
        return results.latest([{**common, **row} for row in rows])

    def test_full_equation(self):
        """Its own table, and in none of relaxation times."""
        newest = self.newest({"program": "umklapp", "wall_s": "1.50"},
                             {"program": "phono3py", "wall_s": "60", "kappa_deviation": "1e-9"},
                             {"program": "direct", "wall_s": "3.0", "kappa_deviation": "2e-9"},
                             {"program": "rta", "wall_s": "1.25", "kappa_deviation": "0"})
        lines = self.report["lbte"](newest).splitlines()[2:]
        cells = [[cell.strip() for cell in line.strip("|").split("|")][4:] for line in lines]
        self.assertEqual(cells, [["umklapp, iterative", "1.50", "40.00", "1.20", "50", ""],
                                 ["phono3py --lbte", "60.00", "", "48.00", "50", "1e-9"],
                                 ["umklapp, direct", "3.00", "20.00", "2.40", "50", "2e-9"],
                                 ["umklapp rta", "1.25", "", "", "50", "0"]])
        for name in ("comparison", "alone", "stages", "distance"):
            self.assertEqual(self.report[name](newest), self.report["NONE_YET"])

    def test_full_equation_alone(self):
        lines = self.report["lbte"](self.newest({"program": "umklapp", "wall_s": "1.50"})).splitlines()
        self.assertEqual(len(lines), 3)


class Scaling(unittest.TestCase):
    def test_scattering_seconds(self):
        self.assertAlmostEqual(scaling.scattering_seconds(TIMINGS_TEXT.format(waiting="")), 1.625)
        self.assertAlmostEqual(scaling.scattering_seconds(TIMINGS_TEXT.format(waiting=WAITING)), 2.0)

    def test_output_without_the_stages(self):
        for text in ("", TIMINGS_TEXT.replace("strengths", "surprises").format(waiting=WAITING)):
            with self.assertRaisesRegex(programs.Failure, "strengths"):
                scaling.scattering_seconds(text)

    def test_efficiencies(self):
        """A machine that takes 5 % where both processors are busy, and a program that loses 1/21 more."""
        row = scaling.summary(one=[2.0, 9.0, 2.0], apart=[2.1, 2.1, 7.0], together=[1.1025, 1.1025, 3.0], threads=2)
        for name in ("least", "median"):
            self.assertEqual(row[f"efficiency_{name}"], f"{2 / 2.205:.3f}")
            self.assertEqual(row[f"efficiency_apart_{name}"], f"{1 / 1.05:.3f}")
        row = scaling.summary(one=[1.0, 2.0, 6.0], apart=[1.0, 3.0, 3.0], together=[0.25, 0.5, 0.75], threads=4)
        self.assertEqual([row["one_least_s"], row["apart_least_s"], row["together_least_s"]], ["1.000", "1.000", "0.250"])
        self.assertEqual([row["one_median_s"], row["apart_median_s"], row["together_median_s"]],
                         ["2.000", "3.000", "0.500"])
        self.assertEqual([row["efficiency_least"], row["efficiency_median"]], ["1.000", "1.000"])
        self.assertEqual(row["efficiency_apart_median"], "1.500")
        self.assertLessEqual(set(row), set(scaling.FIELDS))

    def test_rows_are_kept(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "efficiency.csv"
            for date in ("1", "2"):
                results.append([{"case": "si-19", "threads": 2, "date": date}], path, scaling.FIELDS)
            self.assertEqual({key: row["date"] for key, row in scaling.latest(results.read(path)).items()},
                             {("si-19", 2): "2"})


class Restarting(unittest.TestCase):
    def test_lifetimes(self):
        for seed in range(20):
            times = restarting.lifetimes(seed, 10.0)
            self.assertEqual(times, restarting.lifetimes(seed, 10.0))
            self.assertEqual(len(times), restarting.KILLS)
            self.assertGreater(min(times), 0)
            self.assertLess(sum(times), 10)
            self.assertNotEqual(times, restarting.lifetimes(seed + 1, 10.0))
            for time, double in zip(times, restarting.lifetimes(seed, 20.0)):
                self.assertAlmostEqual(2 * time, double)
        self.assertTrue(any(sum(restarting.lifetimes(seed, 10.0)) > 9 for seed in range(20)))

    def test_processes(self):
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            loop = [sys.executable, "-c", "print('on', flush=True)\nwhile True: pass"]
            wall, processor, status, text = restarting.run_process(loop, folder, 0.5)
            self.assertEqual((status, text), (-9, "on\n"))
            self.assertGreaterEqual(wall, 0.5)
            self.assertLess(0, processor)
            self.assertLess(processor, 2 * wall)
            for code in (0, 3):
                for seconds in (None, 0.5):  # it has ended before the signal
                    words = [sys.executable, "-c", f"import sys; sys.exit({code})"]
                    self.assertEqual(restarting.run_process(words, folder, seconds)[2], code)

    def test_summary(self):
        undisturbed = [restarting.Run(wall, 2 * wall, [], "") for wall in (12.0, 10.0, 20.0)]
        killed = [restarting.Run(wall, 3 * wall, [1.0] * 5, "") for wall in (30.0, 11.0, 15.0)]
        row = restarting.summary(undisturbed, killed)
        self.assertLessEqual(set(row), set(restarting.FIELDS))
        self.assertEqual([row[f"{what}_wall_least_s"] for what in ("undisturbed", "killed")], ["10.000", "11.000"])
        self.assertEqual([row[f"{what}_cpu_median_s"] for what in ("undisturbed", "killed")], ["24.000", "45.000"])
        self.assertEqual([row[f"extra_{time}_{average}"] for time in ("wall", "cpu") for average in ("least", "median")],
                         ["0.100", "0.250", "0.650", "0.875"])

    def test_newest_go(self):
        rows = [{"case": case, "threads": "2", "date": date, "seed": seed}
                for case, date, seed in [("a", "1", 1), ("a", "1", 2), ("b", "1", 1), ("a", "2", 3), ("a", "2", 4)]]
        found = restarting.latest(rows)
        self.assertEqual({key: [row["seed"] for row in go] for key, go in found.items()},
                         {("a", 2): [3, 4], ("b", 2): [1]})


class Bound(unittest.TestCase):
    """One band and small numbers, by hand."""

    lattice = bound.Lattice(bands=1, lattice_vectors=60, extents=(3, 4, 5), blocks=10, nonzero_share=0.5)

    def test_steps(self):
        step1, step2, step3 = bound.flops_per_triplet(self.lattice, (10, 10, 10), 1000)
        self.assertAlmostEqual(step1, (8 * 60 + 108 * 10) / 1000)
        # Axes of extent 5, 4, 3: 10 lines of 12 values, 100 of 3, and 1000 single ones.
        self.assertAlmostEqual(step2, 4 * (10 * 12 * 4 + 100 * 3 * 3 + 1000 * 2) / 1000)
        self.assertAlmostEqual(step3, 8 + 4)

    def test_one_triplet_shares_nothing(self):
        self.assertAlmostEqual(bound.step2(self.lattice, (10, 10, 10), 1), 4 * (12 * 4 + 3 * 3 + 2))

    def test_time(self):
        flops = sum(bound.flops_per_triplet(self.lattice, (10, 10, 10), 1000))
        self.assertAlmostEqual(bound.microseconds_per_triplet(self.lattice, (10, 10, 10), 1000, 2.0), flops / 2000)


class Tree(unittest.TestCase):
    def test_cases(self):
        lattices = bound.read_lattices()
        found = cases.read_cases()
        self.assertEqual(len({case.name for case in found}), len(found))
        for case in found:
            with self.subTest(case=case.name):
                self.assertTrue(case.input.is_file())
                self.assertLessEqual(set(case.weights), {"averaged", "plain"})
                self.assertIn(case.command, programs.COMMANDS)
                own = set(programs.OWN) if case.command == "lbte" else set()
                self.assertLessEqual(set(case.beside), set(programs.PEERS) | own)
                self.assertIn(case.crystal, lattices)

    def test_results_have_the_present_columns(self):
        with results.PATH.open() as file:
            self.assertEqual(file.readline().strip(), ",".join(results.FIELDS))

    def test_efficiencies_have_the_present_columns(self):
        with scaling.PATH.open() as file:
            self.assertEqual(file.readline().strip(), ",".join(scaling.FIELDS))

    def test_restarts_have_the_present_columns(self):
        with restarting.PATH.open() as file:
            self.assertEqual(file.readline().strip(), ",".join(restarting.FIELDS))

    def test_document_shows_the_results(self):
        done = subprocess.run([sys.executable, ROOT / "bench" / "report", "--check"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
