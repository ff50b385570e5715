#!/usr/bin/env python3
"""A logistic model of 30 features on 50 records: scores to 30 digits by Python's decimals."""
import json, os, random
from decimal import Decimal, getcontext

getcontext().prec = 40
here = os.path.dirname(os.path.abspath(__file__))
rng = random.Random(20260102)
rows, features = 50, 30
x = [[round(rng.gauss(0, 1), 6) for _ in range(features)] for _ in range(rows)]
w = [round(rng.gauss(0, 0.6), 6) for _ in range(features)]
b = -0.25
x[0] = [4.0 if v > 0 else -4.0 for v in w]    # far in the upper tail
x[1] = [-4.0 if v > 0 else 4.0 for v in w]    # and in the lower one
scores = []
for row in x:
    z = sum((Decimal(p) * Decimal(q) for p, q in zip(row, w)), Decimal(b))
    scores.append(float(1 / (1 + (-z).exp())))
with open(os.path.join(here, "v1", "logistic-50x30.json"), "w") as f:
    json.dump({"rows": rows, "features": features, "input": [v for r in x for v in r], "weights": w, "bias": b, "scores": scores}, f)
    f.write("\n")
