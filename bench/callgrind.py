"""Reads the instructions that callgrind counted, by object file and function, from its output file.

Only what a function did itself is summed, not what it called: so that of a library of ours nothing of the C library,
BLAS or the dynamic loader is counted, whose code differs between machines.
"""
import collections
import re

NAME = re.compile(r"^(c?)(ob|fn|fl|fi|fe)=\((\d+)\)(?: (.*))?$")


def self_costs(lines):
    """{(object, function): instructions}"""
    names = {"ob": {}, "fn": {}}
    costs = collections.Counter()
    current = {"ob": "", "fn": ""}
    called = False
    for line in lines:
        line = line.rstrip("\n")
        if match := NAME.match(line):
            is_callee, kind, number, name = match.groups()
            if kind in names:
                if name is not None:
                    names[kind][number] = name
                if not is_callee:
                    current[kind] = names[kind][number]
        elif line.startswith("calls="):
            called = True  # the next line is what the callee cost
        elif line[:1] in "0123456789+-*":
            words = line.split()
            if not called and len(words) > 1:
                costs[current["ob"], current["fn"]] += int(words[1])
            called = False
    return costs


def of_object(costs, pattern):
    """{function: instructions} of the objects whose name matches."""
    functions = collections.Counter()
    for (where, function), count in costs.items():
        if re.search(pattern, where):
            functions[function] += count
    return functions
