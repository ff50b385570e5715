#!/usr/bin/env python3
"""The logistic function to 30 digits on a dense grid with tails."""
import json, os
from decimal import Decimal, getcontext

getcontext().prec = 40
here = os.path.dirname(os.path.abspath(__file__))


def logistic(x):
    return 1 / (1 + (-Decimal(x)).exp())


def write_grid():
    xs = [i / 64 for i in range(-12 * 64, 12 * 64 + 1)]
    for b in (1.8125, 8.5):
        for s in (-1, 1):
            for ulps in (-2, -1, 0, 1, 2):
                xs.append(s * b + ulps / 65536)
    xs += [s * v for v in (15, 20, 30, 100, 1000, 30000) for s in (-1, 1)]
    with open(os.path.join(here, "v1", "grid.json"), "w") as f:
        json.dump([{"x": x, "sigmoid": float(logistic(x))} for x in xs], f, indent=0)
        f.write("\n")


write_grid()
