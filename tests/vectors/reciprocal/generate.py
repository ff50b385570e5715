#!/usr/bin/env python3
"""Numbers of 16 fractional bits from 2^-6 to 2^8 and their reciprocals, by Python's integers and fractions."""
import json, os, random
from fractions import Fraction

rng = random.Random(20260302)
here = os.path.dirname(os.path.abspath(__file__))
LOW, HIGH = 2**10, 2**24  # times 2^-16

xs = [LOW, LOW + 1, HIGH - 1, HIGH]
for j in range(11, 24):
    xs += [2**j - 1, 2**j, 2**j + 1, 3 * 2**(j - 1)]
xs += [int(2**rng.uniform(10, 24)) for _ in range(300)]
with open(os.path.join(here, "v1", "grid.json"), "w") as f:
    json.dump([{"x": x / 2**16, "reciprocal": float(Fraction(2**16, x))} for x in xs], f, indent=0)
    f.write("\n")
