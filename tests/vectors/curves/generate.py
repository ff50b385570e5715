#!/usr/bin/env python3
"""Thresholds and coefficients of some curves, by an implementation of its own of docs/protocols/functions.md: doubles and the four operations alone, so
that every platform and language gets the same integers."""
import json, math, os

here = os.path.dirname(os.path.abspath(__file__))
HIGH, LOW = 0.693147180369123816490, 1.90821492927058770002e-10
NODES = [-0.9238795325112867, -0.3826834323650898, 0.3826834323650898, 0.9238795325112867]


def exp(x):
    n = float(round(x / (HIGH + LOW)))
    r = (x - n * HIGH) - n * LOW
    s = 1.0
    for i in range(16, 0, -1):
        s = 1 + r * s / i
    return math.ldexp(s, int(n))


def log(x):
    m, n = math.frexp(x)
    m, n = m * 2, n - 1
    if m > 1.4142135623730951:
        m, n = m / 2, n + 1
    s = (m - 1) / (m + 1)
    t = 0.0
    for i in range(41, 0, -2):
        t = t * s * s + 1.0 / i
    return n * HIGH + (2 * s * t + n * LOW)


def logistic(x):
    return exp(x) / (1 + exp(x)) if x < 0 else 1 / (1 + exp(-x))


def ilogb(x):
    return math.frexp(x)[1] - 1


class Fit:
    def __init__(self, headroom, modulus, bits, out, f, tol):
        self.h, self.p, self.n, self.m, self.f, self.tol = headroom, modulus, bits, out, f, tol

    def element(self, v):
        return v % self.p

    def poly(self, c, u):
        return c[0] + u * (c[1] + u * (c[2] + u * c[3]))

    def interpolate(self, middle, u):
        d = [self.f(middle + at) for at in u]
        for order in range(1, 4):
            for i in range(3, order - 1, -1):
                d[i] = (d[i] - d[i - 1]) / (u[i] - u[i - order])
        c = [d[3], 0.0, 0.0, 0.0]
        for i in range(2, -1, -1):
            c = [d[i] - u[i] * c[0], c[0] - u[i] * c[1], c[1] - u[i] * c[2], c[2] - u[i] * c[3]]
        return c

    def expand(self, c, center, shift, scale):
        kept, m = self.n - shift, center >> shift
        v = math.ldexp(m - math.ldexp(center, -shift), -kept)
        at = [c[0] + v * (c[1] + v * (c[2] + v * c[3])), c[1] + v * (2 * c[2] + 3 * v * c[3]), c[2] + 3 * v * c[3], c[3]]
        a = [round(math.ldexp(x, scale - k * kept)) for k, x in enumerate(at)]
        return [self.element(x) for x in (a[0] - a[1] * m + a[2] * m * m - a[3] * m ** 3, a[1] - 2 * a[2] * m + 3 * a[3] * m * m, a[2] - 3 * a[3] * m, a[3])]

    def attempt(self, start, width):
        unit = math.ldexp(1.0, -self.n)
        narrow = width < 4
        center = start if narrow else start + width // 2
        half = max(width, 2) / 2.0 * unit
        middle = center * unit
        c = self.interpolate(middle, [0, unit, 2 * unit, 3 * unit] if narrow else [node * half for node in NODES])
        reach = width * unit if narrow else half
        most = slope = error = 0.0
        allowed = math.inf
        for i in range(49):
            u = unit * (start - center + (min(i, width) if width < 48 else width * i / 48))
            wanted, got = self.f(middle + u), self.poly(c, u)
            most, slope = max(most, abs(got)), max(slope, abs(c[1] + u * (2 * c[2] + 3 * u * c[3])))
            error, allowed = max(error, abs(got - wanted)), min(allowed, self.tol(wanted))
        scale = min(self.h - 3 - max(-20, ilogb(max(most, 1e-9))), self.m + 58)
        choices = {}
        for shift in range(min(self.n + 30, 59)):
            if scale <= self.m:
                break
            kept = self.n - shift
            rounding = 0 if shift == 0 else slope * math.ldexp(1.0, -kept)
            power = 1.0
            for k in range(4):
                rounding += math.ldexp(power, k * kept - scale - 1)
                power *= reach
            if error + rounding <= 0.97 * allowed:
                choices[shift] = (self.expand(c, center, shift, scale), scale - self.m)
        return choices

    def widest(self, start, most):
        whole = self.attempt(start, most)
        if whole:
            return most, whole
        fits, wide, best, width = 0, most, None, most // 2
        while width > 0 and wide - fits > max(1, fits >> 6):
            piece = self.attempt(start, width) if width > fits else None
            if piece:
                fits, best = width, piece
            else:
                wide = width
            width = fits + (wide - fits) // 2
        return fits, best

    def cover(self, start, end):
        between, choices = [], []
        while start < end:
            width, piece = self.widest(start, end - start)
            choices.append(piece)
            start += width
            if start < end:
                between.append(start)
        pieces = [None] * len(choices)
        while None in pieces:
            count = {}
            for i, choice in enumerate(choices):
                if pieces[i] is None:
                    for shift in choice:
                        count[shift] = count.get(shift, 0) + 1
            shift = min(count, key=lambda s: (-count[s], s))
            for i, choice in enumerate(choices):
                if pieces[i] is None and shift in choice:
                    pieces[i] = (shift,) + choice[shift]
        return between, pieces


FINE, COARSE = 1.0 / 4096, 4.4e-4
CURVES = {
    "Sigmoid": (logistic, -7.75, 7.75, lambda v: COARSE, 0, 1),
    "Tanh": (lambda x: 2 * logistic(2 * x) - 1, -4.25, 4.25, lambda v: COARSE, -1, 1),
    "Exp 0": (exp, -8.375, 0, lambda v: FINE * max(v, 1), 0, None),
    "Log 0.25 64": (log, 0.25, 64, lambda v: FINE, None, None),
    "InverseSqrt 0.25 64": (lambda x: 1 / math.sqrt(x), 0.25, 64, lambda v: FINE * max(v, 1), None, None),
}
out = []
for algebra, headroom, modulus in (("ring64", 62, 1 << 64), ("field61", 59, (1 << 61) - 1)):
    for name, (f, start, end, tol, left, right) in CURVES.items():
        for bits in (13, 16, 20):
            fit = Fit(headroom, modulus, bits, bits, f, tol)
            a, b = round(math.ldexp(start, bits)), round(math.ldexp(end, bits))
            thresholds, pieces = fit.cover(a, b)
            if left is not None:
                thresholds, pieces = [a] + thresholds, [(-1, [fit.element(left << bits)], 0)] + pieces
            if right is not None:
                thresholds, pieces = thresholds + [b], pieces + [(-1, [fit.element(right << bits)], 0)]
            out.append({"algebra": algebra, "curve": name, "bits": bits, "thresholds": thresholds,
                        "pieces": [{"shift": s, "truncation": t, "coefficients": [str(x) for x in c]} for s, c, t in pieces]})
with open(os.path.join(here, "v1", "tables.json"), "w") as file:
    json.dump(out, file, indent=0)
    file.write("\n")
