#!/usr/bin/env python3
"""Known answers for Z_2^64, F_p with p = 2^61 - 1, Lagrange coefficients and fixed point, by Python's integers and fractions."""
import json, os, random
from fractions import Fraction

P = 2**61 - 1
M = 2**64
rng = random.Random(20260101)
here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "v1")


def write(name, value):
    with open(os.path.join(here, name), "w") as f:
        json.dump(value, f, indent=1)
        f.write("\n")


def edges(modulus):
    return [0, 1, 2, modulus - 1, modulus - 2, modulus // 2, modulus // 2 + 1, 2**31, 2**32 - 1, 2**60]


def binary(modulus):
    pairs = [(x, y) for x in edges(modulus) for y in edges(modulus)]
    pairs += [(rng.randrange(modulus), rng.randrange(modulus)) for _ in range(100)]
    return [{"x": str(x), "y": str(y), "sum": str((x + y) % modulus), "difference": str((x - y) % modulus), "product": str(x * y % modulus)} for x, y in pairs]


def matrix(modulus, m, k, n):
    a = [[rng.randrange(modulus) for _ in range(k)] for _ in range(m)]
    b = [[rng.randrange(modulus) for _ in range(n)] for _ in range(k)]
    c = [[sum(a[i][l] * b[l][j] for l in range(k)) % modulus for j in range(n)] for i in range(m)]
    flat = lambda x: [str(v) for row in x for v in row]
    return {"m": m, "k": k, "n": n, "left": flat(a), "right": flat(b), "product": flat(c)}


def lagrange(points, at):
    out = []
    for i, x in enumerate(points):
        num = den = 1
        for j, y in enumerate(points):
            if i != j:
                num = num * (at - y) % P
                den = den * (x - y) % P
        out.append(num * pow(den, -1, P) % P)
    return {"points": [str(p) for p in points], "at": str(at), "coefficients": [str(c) for c in out]}


def quantize(value, bits):
    # Fraction(value) is exact; round() of a Fraction rounds ties to even.
    return {"value": value, "fractionalBits": bits, "integer": str(round(Fraction(value) * 2**bits))}


shapes = [(1, 1, 1), (2, 3, 4), (5, 33, 9), (4, 70, 17), (3, 65, 1), (6, 1, 40)]
write("ring64.json", {"binary": binary(M), "matrices": [matrix(M, *s) for s in shapes]})
write("field61.json", {
    "binary": binary(P),
    "inverses": [{"x": str(x), "inverse": str(pow(x, -1, P))} for x in [1, 2, 3, P - 1, P - 2] + [rng.randrange(1, P) for _ in range(20)]],
    "matrices": [matrix(P, *s) for s in shapes],
    "lagrange": [lagrange(list(range(1, n + 1)), at) for n in range(1, 8) for at in (0, 9)] + [lagrange([3, 1, 7], 0), lagrange([P - 1, 5], 0)],
})
write("fixedpoint.json", [quantize(v, f) for f in (0, 1, 13, 16, 20, 40) for v in
    (0.0, 1.0, -1.0, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 3.141592653589793, -2.718281828459045, 1e-9, 0.1, -0.1, 2**-17, 3 * 2**-17, -(2**-17), 12345.678)])
