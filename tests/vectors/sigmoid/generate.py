#!/usr/bin/env python3
"""The logistic function to 30 digits on a dense grid with tails, and (with --fit) the spline's coefficients by the Remez exchange."""
import json, math, os, sys
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


def solve(a, b):
    n = len(a)
    m = [row[:] + [v] for row, v in zip(a, b)]
    for i in range(n):
        p = max(range(i, n), key=lambda r: abs(m[r][i]))
        m[i], m[p] = m[p], m[i]
        for r in range(n):
            if r != i:
                f = m[r][i] / m[i][i]
                for c in range(i, n + 1):
                    m[r][c] -= f * m[i][c]
    return [m[i][n] / m[i][i] for i in range(n)]


def remez(f, a, b, degree, steps=60, grid=20000):
    xs = [(a + b) / 2 - (b - a) / 2 * math.cos(math.pi * i / (degree + 1)) for i in range(degree + 2)]
    for _ in range(steps):
        c = solve([[x**j for j in range(degree + 1)] + [(-1)**i] for i, x in enumerate(xs)], [f(x) for x in xs])[:-1]
        g = [a + (b - a) * i / grid for i in range(grid + 1)]
        e = [f(x) - sum(cj * x**j for j, cj in enumerate(c)) for x in g]
        extremes, cur = [], 0
        for k in range(1, grid + 1):
            if e[k] * e[cur] < 0:
                extremes.append(cur)
                cur = k
            elif abs(e[k]) > abs(e[cur]):
                cur = k
        extremes.append(cur)
        if len(extremes) < degree + 2:
            break
        while len(extremes) > degree + 2:
            extremes.pop(0 if abs(e[extremes[0]]) < abs(e[extremes[-1]]) else -1)
        xs = [g[k] for k in extremes]
    return c, max(map(abs, e))


write_grid()
if "--fit" in sys.argv:
    f = lambda x: 1 / (1 + math.exp(-x))
    for a, b in ((1.8125, 8.5), (-1.8125, 1.8125)):
        c, e = remez(f, a, b, 5)
        print(a, b, ["%.17g" % v for v in c], "error %.3g" % e)
