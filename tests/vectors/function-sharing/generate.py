#!/usr/bin/env python3
"""Keys of distributed comparison and point functions and their evaluation, one function at a time on Python's integers over OpenSSL's AES-ECB.

Written from figure 1 of Boyle, Chandran, Gilboa, Gupta, Ishai, Kumar, Rathee (eprint 2020/1392), figure 1 of Boyle, Gilboa, Ishai (eprint 2018/707) and docs/protocols/comparison.md, not from the library's code."""
import hashlib, json, os, random, subprocess

here = os.path.dirname(os.path.abspath(__file__))
M = 2**64
KEY = hashlib.sha256(b"PrivacyGrains fixed-key hash v1").digest()[:16].hex()
cache = {}


def aes(block):
    if block not in cache:
        cache[block] = subprocess.run(["openssl", "enc", "-aes-128-ecb", "-nopad", "-K", KEY], input=block, capture_output=True, check=True).stdout
    return cache[block]


def hashed(low, high):
    """AES(s(x)) xor s(x); s swaps the halves and adds the old high half to the new high one."""
    image = high.to_bytes(8, "little") + (high ^ low).to_bytes(8, "little")
    out = bytes(a ^ b for a, b in zip(aes(image), image))
    return int.from_bytes(out[:8], "little"), int.from_bytes(out[8:], "little")


def grow(seed, side, payload):
    """The child's seed, its control bit and the payload's words on one side."""
    low, high = hashed(seed[0] ^ side, seed[1])
    words = []
    for pair in range((payload + 1) // 2):
        words += hashed(seed[0] ^ (2 * (pair + 1) + side), seed[1])
    return (low & ~3, high), low & 1, words[:payload]


def xor(a, b, on):
    return (a[0] ^ b[0], a[1] ^ b[1]) if on else a


def gen(roots, levels, alpha, beta):
    n = len(beta)
    seeds, control, path = list(roots), [0, 1], [0] * n
    key = []
    for level in range(levels):
        keep = alpha >> (levels - 1 - level) & 1
        lose = 1 - keep
        g = [[grow(seeds[b], side, n) for side in (0, 1)] for b in (0, 1)]
        sign = -1 if control[1] else 1
        seed_cw = xor(g[0][lose][0], g[1][lose][0], True)
        words = [sign * (g[1][lose][2][w] - g[0][lose][2][w] - path[w] + (beta[w] if lose == 0 else 0)) % M for w in range(n)]
        path = [(path[w] - g[1][keep][2][w] + g[0][keep][2][w] + sign * words[w]) % M for w in range(n)]
        left = g[0][0][1] ^ g[1][0][1] ^ keep ^ 1
        right = g[0][1][1] ^ g[1][1][1] ^ keep
        key.append((seed_cw[0] | left << 1 | right, seed_cw[1], words))
        bit = (left, right)[keep]
        for b in (0, 1):
            seeds[b] = xor(g[b][keep][0], seed_cw, control[b])
            control[b] = g[b][keep][1] ^ (control[b] & bit)
    ends = [grow(seeds[b], 0, n)[2] for b in (0, 1)]
    sign = -1 if control[1] else 1
    return key, [sign * (ends[1][w] - ends[0][w] - path[w]) % M for w in range(n)]


def evaluate(b, root, key, last, x):
    n, levels = len(last), len(key)
    seed, control, total = root, b, [0] * n
    for level, (low, high, words) in enumerate(key):
        side = x >> (levels - 1 - level) & 1
        child, bit, values = grow(seed, side, n)
        total = [(t + v + control * w) % M for t, v, w in zip(total, values, words)]
        flip = low >> (1 - side) & 1
        seed = xor(child, (low & ~3, high), control)
        control = bit ^ (control & flip)
    values = grow(seed, 0, n)[2]
    total = [(t + v + control * w) % M for t, v, w in zip(total, values, last)]
    return total if b == 0 else [-t % M for t in total]


def point_gen(roots, bits, alpha, beta):
    """All but the last bit of the point is a way down the tree; the leaf's expansion has one word for either value of the last."""
    seeds, control, key = list(roots), [0, 1], []
    for level in range(bits - 1):
        keep = alpha >> (bits - 1 - level) & 1
        g = [[grow(seeds[b], side, 0) for side in (0, 1)] for b in (0, 1)]
        seed_cw = xor(g[0][1 - keep][0], g[1][1 - keep][0], True)
        t = (g[0][0][1] ^ g[1][0][1] ^ keep ^ 1, g[0][1][1] ^ g[1][1][1] ^ keep)
        key.append((seed_cw[0] | t[0] << 1 | t[1], seed_cw[1]))
        for b in (0, 1):
            seeds[b] = xor(g[b][keep][0], seed_cw, control[b])
            control[b] = g[b][keep][1] ^ (control[b] & t[keep])
    ends = [hashed(seeds[b][0] ^ 2, seeds[b][1]) for b in (0, 1)]
    sign = -1 if control[1] else 1
    return key, [sign * ((beta if alpha & 1 == w else 0) - ends[0][w] + ends[1][w]) % M for w in (0, 1)]


def point_evaluate(b, root, key, last, x):
    seed, control = root, b
    for level, (low, high) in enumerate(key):
        side = x >> (len(key) - level) & 1
        child, bit, _ = grow(seed, side, 0)
        flip = low >> (1 - side) & 1
        seed = xor(child, (low & ~3, high), control)
        control = bit ^ (control & flip)
    value = hashed(seed[0] ^ 2, seed[1])[x & 1] + control * last[x & 1]
    return value % M if b == 0 else -value % M


def points_main(rng):
    cases = []
    for bits, count in [(1, 2), (2, 3), (12, 2), (64, 2)]:
        roots = [[(rng.getrandbits(64) & ~3, rng.getrandbits(64)) for _ in range(count)] for _ in (0, 1)]
        alpha, beta = [rng.getrandbits(bits) for _ in range(count)], [rng.getrandbits(64) for _ in range(count)]
        keys = [point_gen([roots[0][i], roots[1][i]], bits, alpha[i], beta[i]) for i in range(count)]
        common = [word for level in range(bits - 1) for key, _ in keys for word in key[level]] + [last[w] for w in (0, 1) for _, last in keys]
        points, shares = [], []
        for step in range(4):
            x = [[rng.getrandbits(bits), alpha[i], alpha[i] ^ 1, alpha[i] ^ 1 << bits - 1][step] for i in range(count)]
            both = [[point_evaluate(b, roots[b][i], *keys[i], x[i]) for i in range(count)] for b in (0, 1)]
            for i in range(count):
                assert (both[0][i] + both[1][i]) % M == (beta[i] if x[i] == alpha[i] else 0)
            points.append([str(p) for p in x])
            shares.append([[str(v) for v in both[b]] for b in (0, 1)])
        cases.append({
            "bits": bits, "count": count, "roots": [[str(word) for root in roots[b] for word in root] for b in (0, 1)],
            "alpha": [str(a) for a in alpha], "beta": [str(v) for v in beta], "common": [str(word) for word in common], "points": points, "shares": shares,
        })
    with open(os.path.join(here, "v1", "point.json"), "w") as out:
        json.dump(cases, out, indent=1)
        out.write("\n")


def main():
    rng = random.Random(20201392)
    cases = []
    for levels, payload, count in [(1, 1, 2), (5, 3, 3), (12, 2, 2), (63, 1, 1)]:
        roots = [[(rng.getrandbits(64) & ~3, rng.getrandbits(64)) for _ in range(count)] for _ in (0, 1)]
        alpha = [rng.getrandbits(levels) for _ in range(count)]
        beta = [[rng.getrandbits(64) for _ in range(payload)] for _ in range(count)]
        keys = [gen([roots[0][i], roots[1][i]], levels, alpha[i], beta[i]) for i in range(count)]
        common = []
        for level in range(levels):
            for key, _ in keys:
                common += key[level][:2]
            common += [keys[i][0][level][2][w] for w in range(payload) for i in range(count)]
        common += [keys[i][1][w] for w in range(payload) for i in range(count)]
        points, shares = [], []
        for step in range(3):
            x = [[rng.getrandbits(levels), alpha[i], (alpha[i] - 1) % 2**levels][step] for i in range(count)]
            both = [[evaluate(b, roots[b][i], *keys[i], x[i]) for i in range(count)] for b in (0, 1)]
            for i in range(count):
                for w in range(payload):
                    assert (both[0][i][w] + both[1][i][w]) % M == (beta[i][w] if x[i] < alpha[i] else 0)
            points.append([str(p) for p in x])
            shares.append([[str(both[b][i][w]) for w in range(payload) for i in range(count)] for b in (0, 1)])
        cases.append({
            "levels": levels, "payload": payload, "count": count,
            "roots": [[str(word) for root in roots[b] for word in root] for b in (0, 1)],
            "alpha": [str(a) for a in alpha], "beta": [str(beta[i][w]) for w in range(payload) for i in range(count)],
            "common": [str(word) for word in common], "points": points, "shares": shares,
        })
    with open(os.path.join(here, "v1", "comparison.json"), "w") as out:
        json.dump(cases, out, indent=1)
        out.write("\n")


main()
points_main(random.Random(2018707))
