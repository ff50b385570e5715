#!/usr/bin/env python3
"""Known shares: Python's integers over OpenSSL's AES-CTR stream."""
import json, os, sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, ".."))
from aesctr import P, Stream

SEED = "000102030405060708090a0b0c0d0e0f"
M = 2**64


def additive(n, values):
    s = Stream(SEED)
    shares = [s.words(len(values)) for _ in range(n - 1)]
    return shares + [[(v - sum(x)) % M for v, x in zip(values, zip(*shares))]]


def shamir(n, t, values):
    s = Stream(SEED)
    c = [s.field(len(values)) for _ in range(t)]  # c[0] is the coefficient of x, c[1] of x^2, ...
    return [[(v + sum(c[d][i] * pow(p, d + 1, P) for d in range(t))) % P for i, v in enumerate(values)] for p in range(1, n + 1)]


def case(kind, n, t, values, shares):
    return {"kind": kind, "parties": n, "corruptionThreshold": t, "seed": SEED, "values": [str(v) for v in values],
            "shares": [[str(w) for w in s] for s in shares]}


out = []
for n in (2, 3, 5):
    values = [0, 1, M - 1, 2**63, 12345678901234567890]
    out.append(case("additive", n, n - 1, values, additive(n, values)))
for n, t in ((2, 1), (3, 1), (3, 2), (5, 2), (5, 4), (7, 3)):
    values = [0, 1, P - 1, 2**60, 1234567890123456789]
    out.append(case("shamir", n, t, values, shamir(n, t, values)))
with open(os.path.join(here, "v1", "shares.json"), "w") as f:
    json.dump(out, f, indent=1)
    f.write("\n")
