#!/usr/bin/env python3
"""The error function and x Phi(x) to 30 digits (mpmath) on a grid with tails."""
import json, os
from mpmath import mp, mpf, erf, sqrt

mp.dps = 40
here = os.path.dirname(os.path.abspath(__file__))
xs = [mpf(i) / 16 for i in range(-96, 97)] + [mpf(s * v) for v in (8, 30, 1000, 30000) for s in (-1, 1)]
with open(os.path.join(here, "v1", "grid.json"), "w") as f:
    json.dump([{"x": float(x), "erf": float(erf(x)), "gelu": float(x * (1 + erf(x / sqrt(mpf(2)))) / 2)} for x in xs], f, indent=0)
    f.write("\n")
