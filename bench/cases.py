"""The cases of bench/cases."""
import dataclasses
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    weights: list[str]
    peers: list[str]
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
        name, weights, peers, source, *options = words
        cases.append(Case(name, weights.split(","), [] if peers == "-" else peers.split(","), ROOT / source, options))
    return cases
