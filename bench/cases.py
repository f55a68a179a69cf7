"""The cases of bench/cases."""
import dataclasses
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    command: str
    weights: list[str]
    beside: list[str]
    input: pathlib.Path
    options: list[str]

    @property
    def crystal(self):
        return self.input.parent.name


def read_cases(path=ROOT / "bench" / "cases"):
    cases = []
    for line in path.read_text().splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        name, command, weights, beside, source, *options = words
        beside = [] if beside == "-" else beside.split(",")
        cases.append(Case(name, command, weights.split(","), beside, ROOT / source, options))
    return cases
