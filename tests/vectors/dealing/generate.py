#!/usr/bin/env python3
"""A dealer's blobs, a multiplication and a truncation on them: Python's integers over OpenSSL's AES-CTR streams.

Written from docs/protocols/dealing.md, beaver.md and truncation.md, not from the library's code."""
import json, os, sys

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, ".."))
from aesctr import P, Stream

ROOT = "0f0e0d0c0b0a09080706050403020100"  # the dealer's own randomness: 16 bytes per party are its seeds
M = 2**64


def lagrange(points, at):
    out = []
    for i, x in enumerate(points):
        num = den = 1
        for j, y in enumerate(points):
            if i != j:
                num, den = num * (at - y) % P, den * (x - y) % P
        out.append(num * pow(den, -1, P) % P)
    return out


class Deal:
    """Every party's share of every part, and the words that each is sent."""

    def __init__(self, kind, n, t):
        self.kind, self.n, self.t, self.mod = kind, n, t, (M if kind == "additive" else P)
        root = Stream(ROOT, 16 * n)
        self.seeds = [root.bytes[16 * i:16 * i + 16].hex() for i in range(n)]
        self.streams = [Stream(s) for s in self.seeds]
        self.sent = [[] for _ in range(n)]

    def draw(self, i, count):
        return self.streams[i].words(count) if self.kind == "additive" else self.streams[i].field(count)

    def complete(self, shares, value):
        """Shares of the first parties (and the value at 0, where given) determine those of the rest."""
        count = len(shares[0]) if shares else len(value)
        if self.kind == "additive":
            if len(shares) == self.n:
                return shares
            last = [(v - sum(s[i] for s in shares)) % M for i, v in enumerate(value)]
            self.sent[-1] += last
            return shares + [last]
        points = list(range(1, len(shares) + 1))
        rows = list(shares)
        if value is not None:
            points, rows = [0] + points, [value] + rows
        for party in range(len(shares), self.n):
            l = lagrange(points, party + 1)
            share = [sum(c * r[i] for c, r in zip(l, rows)) % P for i in range(count)]
            self.sent[party] += share
            shares = shares + [share]
        return shares

    def open(self, shares):
        if self.kind == "additive":
            return [sum(c) % M for c in zip(*shares)]
        l = lagrange(list(range(1, self.t + 2)), 0)
        return [sum(c * s for c, s in zip(l, col)) % P for col in zip(*shares[:self.t + 1])]

    def random(self, count):
        shares = self.complete([self.draw(i, count) for i in range(self.t + 1)], None)
        return shares, self.open(shares)

    def fixed(self, value):
        return self.complete([self.draw(i, len(value)) for i in range(self.t)], value)

    def random_bits(self, words):
        shares = [s.words(words) for s in self.streams]
        return shares, xor(shares)

    def fixed_bits(self, value):
        shares = [s.words(len(value)) for s in self.streams[:-1]]
        last = [a ^ b for a, b in zip(value, xor(shares))]
        self.sent[-1] += last
        return shares + [last]


def xor(rows):
    out = [0] * len(rows[0])
    for r in rows:
        out = [a ^ b for a, b in zip(out, r)]
    return out


def spread(words, count):
    return [(words[i // 64] >> (i % 64)) & 1 for i in range(count)]


def planes(values, bits):
    width = (len(values) + 63) // 64
    out = [0] * (bits * width)
    for i, v in enumerate(values):
        for b in range(bits):
            out[b * width + i // 64] |= ((v >> b) & 1) << (i % 64)
    return out


def tuple_of(kind, r, f):
    if kind == "additive":
        return (r % 2**63) >> f, r >> 63
    return r >> f, (0 if r < 2**60 else (((r + 1) >> f) - (r >> f) - 2**(61 - f)) % P)


def adds(kind, party):
    return kind == "shamir" or party == 0


def signed(v, mod):
    return v - mod if v > mod // 2 else v


def case(kind, n, t):
    d = Deal(kind, n, t)
    mod = d.mod
    a, av = d.random(3)
    b, bv = d.random(3)
    c = d.fixed([x * y % mod for x, y in zip(av, bv)])
    r, rv = d.random(4)
    high = d.fixed([tuple_of(kind, v, 16)[0] for v in rv])
    over = d.fixed([tuple_of(kind, v, 16)[1] for v in rv])
    ma, mav = d.random(6)                                    # 2 x 3
    mb, mbv = d.random(3)                                    # 3 x 1
    d.fixed([sum(mav[3 * i + l] * mbv[l] for l in range(3)) % mod for i in range(2)])
    sq, sqv = d.random(2)
    d.fixed([v * v % mod for v in sqv])
    x, xv = d.random_bits(2)
    y, yv = d.random_bits(2)
    d.fixed_bits([p & q for p, q in zip(xv, yv)])
    s, sv = d.random_bits(2)
    d.fixed(spread(sv, 70))
    m, mv = d.random(65)
    d.fixed_bits(planes(mv, 64 if kind == "additive" else 61))
    e, ev = d.random_bits(1)
    bit = spread(ev, 5)
    d.fixed(bit)
    g, gv = d.random(5)
    d.fixed([p * q % mod for p, q in zip(gv, bit)])

    da, dav = d.random(6)                                    # 2 rows of 3
    db, dbv = d.random(6)
    dc = d.fixed([sum(dav[3 * i + l] * dbv[3 * i + l] for l in range(3)) % mod for i in range(2)])
    qa, qav = d.random(6)
    d.fixed([sum(qav[3 * i + l] ** 2 for l in range(3)) % mod for i in range(2)])

    # One multiplication on (a, b, c): inputs are shares made by hand.
    value_x, value_y = [3, mod - 7, mod // 2 - 5], [11, 13, 17]
    def hand(values, salt):
        rows = [[(salt * (i + 1) * (k + 3) + 1234567) % mod for k in range(len(values))] for i in range(t)]
        if kind == "additive":
            return rows + [[(v - sum(q[k] for q in rows)) % mod for k, v in enumerate(values)]]
        pts = [0] + list(range(1, t + 1))
        full = [values] + rows
        return rows + [[sum(l * q[k] for l, q in zip(lagrange(pts, p + 1), full)) % mod for k in range(len(values))] for p in range(t, n)]
    xs, ys = hand(value_x, 10**15 + 1), hand(value_y, 10**16 + 3)
    outs = [[(p - q) % mod for p, q in zip(xs[i], a[i])] + [(p - q) % mod for p, q in zip(ys[i], b[i])] for i in range(n)]
    opened = d.open(outs)
    dd, ee = opened[:3], opened[3:]
    products = [[(c[i][k] + dd[k] * b[i][k] + ee[k] * a[i][k] + (dd[k] * ee[k] if adds(kind, i) else 0)) % mod for k in range(3)] for i in range(n)]
    assert d.open(products) == [p * q % mod for p, q in zip(value_x, value_y)]

    # Two dot products of three on (da, db, dc).
    value_u, value_v = [3, mod - 7, 5, mod // 2, 1, mod - 1], [11, 13, mod - 17, 2, mod - 3, 9]
    us, vs = hand(value_u, 10**13 + 9), hand(value_v, 10**12 + 11)
    douts = [[(p - q) % mod for p, q in zip(us[i], da[i])] + [(p - q) % mod for p, q in zip(vs[i], db[i])] for i in range(n)]
    both = d.open(douts)
    ud, ve = both[:6], both[6:]
    term = lambda i, k: ud[k] * db[i][k] + ve[k] * da[i][k] + (ud[k] * ve[k] if adds(kind, i) else 0)
    dots = [[(dc[i][r] + sum(term(i, 3 * r + l) for l in range(3))) % mod for r in range(2)] for i in range(n)]
    assert d.open(dots) == [sum(value_u[3 * r + l] * value_v[3 * r + l] for l in range(3)) % mod for r in range(2)]

    # One truncation by 16 bits on (r, high, over).
    edge = 2**62 if kind == "additive" else 2**59
    value_z = [0, 65536 * 1000 + 1, mod - 1, (1 - edge) % mod]
    zs = hand(value_z, 10**14 + 7)
    touts = [[(p + q + (edge if adds(kind, i) else 0)) % mod for p, q in zip(zs[i], r[i])] for i in range(n)]
    cs = d.open(touts)
    results = []
    for i in range(n):
        row = []
        for k in range(4):
            pub = adds(kind, i)
            if kind == "additive":
                top = cs[k] >> 63
                row.append(((cs[k] % 2**63 >> 16) * pub + (top * pub + over[i][k] - 2 * top * over[i][k]) * 2**47 - high[i][k] - 2**46 * pub) % mod)
            else:
                row.append(((cs[k] >> 16) - high[i][k] - (over[i][k] if cs[k] < 2**60 else 0) - 2**43) % mod)
        results.append(row)
    for got, z in zip(d.open(results), value_z):
        assert abs(signed(got, mod) * 65536 - signed(z, mod)) < 65536, (kind, n, t)

    text = lambda rows: [[str(w) for w in row] for row in rows]
    return {
        "kind": kind, "parties": n, "corruptionThreshold": t, "root": ROOT, "seeds": d.seeds, "corrections": text(d.sent),
        "multiplication": {"x": text(xs), "y": text(ys), "outbound": text(outs), "product": text(products)},
        "dotProducts": {"x": text(us), "y": text(vs), "outbound": text(douts), "product": text(dots)},
        "truncation": {"x": text(zs), "outbound": text(touts), "result": text(results)},
    }


with open(os.path.join(here, "v1", "deals.json"), "w") as f:
    json.dump([case("additive", n, n - 1) for n in (2, 3, 5)] + [case("shamir", n, t) for n, t in ((2, 1), (3, 1), (3, 2), (5, 2))], f, indent=1)
    f.write("\n")
