#!/usr/bin/env python3
"""Rows of signed integers with their maximum and the lowest index that has it, and numbers with whether they are zero, by Python's integers."""
import json, os, random

rng = random.Random(20260301)
here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "v1")
EDGE = 2**58 - 1  # two such numbers differ by less than 2^59: within both algebras


def rows(columns):
    out = [[rng.randrange(-EDGE, EDGE + 1) for _ in range(columns)] for _ in range(6)]
    out += [[rng.randrange(-2, 3) for _ in range(columns)] for _ in range(12)]  # ties
    out += [[rng.choice([-EDGE, EDGE, 0, -1, 1]) for _ in range(columns)] for _ in range(12)]
    out += [[-EDGE] * columns, [EDGE] * columns, list(range(columns)), [-i for i in range(columns)]]
    return [{"row": [str(v) for v in r], "max": str(max(r)), "argmax": r.index(max(r))} for r in out]


def zeros():
    values = [0, 1, -1, 2, -2] + [s * 2**k for k in range(1, 60) for s in (-1, 1)] + [0] * 5
    values += [rng.randrange(-2**59, 2**59) for _ in range(100)]
    return [{"x": str(v), "zero": v == 0} for v in values]


def write(name, value):
    with open(os.path.join(here, name), "w") as f:
        json.dump(value, f, indent=0)
        f.write("\n")


write("maximum.json", [{"columns": k, "rows": rows(k)} for k in (1, 2, 3, 4, 5, 7, 9, 16)])
write("zero.json", zeros())
