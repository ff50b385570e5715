#!/usr/bin/env python3
"""The hyperbolic tangent to 30 digits on a dense grid, around the spline's breakpoints (halved) and in the tails."""
import json, os
from decimal import Decimal, getcontext

getcontext().prec = 40
here = os.path.dirname(os.path.abspath(__file__))


def tanh(x):
    e = (2 * Decimal(x)).exp()
    return (e - 1) / (e + 1)


xs = [i / 64 for i in range(-6 * 64, 6 * 64 + 1)]
for b in (1.8125 / 2, 8.5 / 2):
    for s in (-1, 1):
        for ulps in (-2, -1, 0, 1, 2):
            xs.append(s * b + ulps / 65536)
xs += [s * v for v in (8, 15, 30, 100, 1000, 15000) for s in (-1, 1)]
with open(os.path.join(here, "v1", "grid.json"), "w") as f:
    json.dump([{"x": x, "tanh": float(tanh(x))} for x in xs], f, indent=0)
    f.write("\n")
