"""Reference values for privacy accounting, from formulas and sums that share nothing with the C# code.

Needs numpy. Prints v1/accounting.json. Exact values come as "epsilon"; where only a bracket can be had (losses rounded down and up
on a fine grid, composed by numpy's FFT without tilting), as "low" and "high". Renyi divergences are sums over fine uniform grids
(trapezoid rule, which converges geometrically for these integrands) in the output space, not in that of losses.
"""
import json
import math

import numpy as np


def phi(x):
    return 0.5 * math.erfc(-x / math.sqrt(2))


def solve(delta_of, delta, high):
    low = 0.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if delta_of(middle) > delta else (low, middle)
    return high


def gaussian(sigma, delta):  # Balle, Wang 2018, theorem 8
    mu = 1 / sigma
    return solve(lambda e: phi(mu / 2 - e / mu) - math.exp(e) * phi(-mu / 2 - e / mu), delta, 600)


def laplace(b, delta):  # one release: delta(eps) = 1 - e^((eps - 1/b)/2)
    return max(0.0, 1 / b + 2 * math.log1p(-delta))


def pure(eps, k, delta):  # Kairouz, Oh, Viswanath 2015: a binomial sum
    def delta_of(e):
        total = 0.0
        for i in range(k + 1):
            loss = (k - 2 * i) * eps
            if loss <= e:
                break
            log = math.lgamma(k + 1) - math.lgamma(i + 1) - math.lgamma(k - i + 1) + (k - i) * eps - k * math.log1p(math.exp(eps))
            total += math.exp(log) * -math.expm1(e - loss)
        return total
    return solve(delta_of, delta, k * eps)


def response(noise, buckets, k, delta):  # a trinomial sum
    own, other = 1 - noise + noise / buckets, noise / buckets
    none, loss = other * (buckets - 2), math.log(own / other)

    def delta_of(e):
        total = 0.0
        for i in range(k + 1):
            for j in range(k + 1 - i):
                at = (i - j) * loss
                if at > e:
                    rest = k - i - j
                    if rest and none == 0:
                        continue
                    log = math.lgamma(k + 1) - math.lgamma(i + 1) - math.lgamma(j + 1) - math.lgamma(rest + 1) + i * math.log(own) + j * math.log(other) + (rest * math.log(none) if rest else 0)
                    total += math.exp(log) * -math.expm1(e - at)
        return total
    return solve(delta_of, delta, k * loss)


def discrete_gaussian(sigma, sensitivity, delta):  # one release: a sum over the integers
    x = np.arange(-int(40 * sigma) - 40, int(40 * sigma) + 41 + sensitivity)
    z = np.exp(-np.arange(-int(60 * sigma) - 60, int(60 * sigma) + 61) ** 2 / (2 * sigma ** 2)).sum()
    p, q = np.exp(-(x - sensitivity) ** 2 / (2 * sigma ** 2)) / z, np.exp(-x ** 2 / (2 * sigma ** 2)) / z
    return solve(lambda e: np.maximum(0, p - math.exp(e) * q).sum(), delta, 200)


def discrete_laplace(a, sensitivity, delta):
    x = np.arange(-int(800 / a), int(800 / a) + sensitivity)
    p, q = math.tanh(a / 2) * np.exp(-a * np.abs(x - sensitivity)), math.tanh(a / 2) * np.exp(-a * np.abs(x))
    return solve(lambda e: np.maximum(0, p - math.exp(e) * q).sum(), delta, a * sensitivity)


def composed(low, high, mass, k, delta, h):
    ends = []
    for index in (np.floor(low / h), np.ceil(high / h)):
        index = index.astype(np.int64)
        first = index.min()
        row = np.zeros(index.max() - first + 1)
        np.add.at(row, index - first, mass)
        at = (np.arange(len(row)) + first) * h
        mean = (row * at).sum()
        variance = (row * (at - mean) ** 2).sum()
        n = 1
        while n * h < 26 * math.sqrt(k * variance) + 2 * len(row) * h:
            n *= 2
        wrapped = np.zeros(n)
        np.add.at(wrapped, (np.arange(len(row)) + first) % n, row)
        summed = np.fft.irfft(np.fft.rfft(wrapped) ** k, n)
        place = np.arange(n) + int(k * mean / h) - n // 2
        p, losses = np.maximum(summed[place % n], 0), place * h

        def delta_of(e):
            above = losses > e
            return (p[above] * -np.expm1(e - losses[above])).sum()
        ends.append(solve(delta_of, delta, losses[-1]))
    return ends


def sampled(q, cdf, loss, low, high, k, delta, h, cells):  # a monotone loss over an output y; both directions
    y = np.linspace(low, high, cells + 1)
    p, r = np.diff(cdf(y - 1)), np.diff(cdf(y))
    at = np.log1p(q * np.expm1(loss(y)))
    removed = composed(at[:-1], at[1:], (1 - q) * r + q * p, k, delta, h)
    added = composed(-at[1:], -at[:-1], r, k, delta, h)
    return max(removed[0], added[0]), max(removed[1], added[1])


def sampled_gaussian(q, sigma, k, delta, h):
    cdf = np.vectorize(lambda x: phi(x / sigma))
    return sampled(q, cdf, lambda y: (2 * y - 1) / (2 * sigma ** 2), -12 * sigma, 1 + 12 * sigma, k, delta, h, 100000)


def sampled_laplace(q, b, k, delta, h):
    cdf = np.vectorize(lambda x: 0.5 * math.exp(x / b) if x < 0 else 1 - 0.5 * math.exp(-x / b))
    return sampled(q, cdf, lambda y: (np.abs(y) - np.abs(y - 1)) / b, -40 * b, 1 + 40 * b, k, delta, h, 100000)


def renyi_sampled_gaussian(q, sigma, order):  # both directions, trapezoid in the output space
    y = np.linspace(-40 * sigma - 2, order + 40 * sigma + 2, 400_001)
    step = y[1] - y[0]
    log_q = -y ** 2 / (2 * sigma ** 2) - math.log(sigma * math.sqrt(2 * math.pi))
    log_p = -(y - 1) ** 2 / (2 * sigma ** 2) - math.log(sigma * math.sqrt(2 * math.pi))
    mixed = np.logaddexp(math.log1p(-q) + log_q, math.log(q) + log_p)

    def divergence(one, other):
        term = order * one + (1 - order) * other
        top = term.max()
        return (top + math.log(np.exp(term - top).sum() * step)) / (order - 1)
    return max(divergence(mixed, log_q), divergence(log_q, mixed))


def main():
    one = lambda kind, **fields: {"kind": kind, **fields}
    many = lambda count, event: {"kind": "repeat", "count": count, "event": event}
    epsilons, brackets, renyi = [], [], []

    def exact(neighbours, delta, epsilon, *events):
        epsilons.append({"plan": {"neighbors": neighbours, "events": list(events)}, "delta": delta, "epsilon": epsilon})

    for sigma in (0.2, 0.7, 1, 3.3, 25):
        for delta in (1e-3, 1e-6, 1e-11):
            exact("add-remove", delta, gaussian(sigma, delta), one("gaussian", noiseMultiplier=sigma))
    exact("replace-one", 1e-6, gaussian(2 / math.sqrt(50), 1e-6), many(50, one("gaussian", noiseMultiplier=2)))
    for b in (0.25, 1, 6):
        exact("add-remove", 1e-3, laplace(b, 1e-3), one("laplace", noiseMultiplier=b))
    for eps, k, delta in ((1, 1, 1e-6), (0.3, 40, 1e-6), (0.02, 5000, 1e-8), (0.7, 25, 1e-10)):
        exact("replace-one", delta, pure(eps, k, delta), many(k, one("pure", epsilon=eps)))
    for noise, buckets, k in ((0.5, 2, 20), (0.8, 7, 30), (0.3, 100, 3)):
        exact("replace-one", 1e-6, response(noise, buckets, k, 1e-6), many(k, one("randomized-response", noise=noise, buckets=buckets)))
    for sigma, sensitivity in ((0.8, 1), (5, 3), (40, 10)):
        exact("add-remove", 1e-7, float(discrete_gaussian(sigma, sensitivity, 1e-7)), one("discrete-gaussian", sigma=sigma, sensitivity=sensitivity))
    for a, sensitivity in ((0.5, 1), (0.1, 12)):
        exact("add-remove", 1e-3, float(discrete_laplace(a, sensitivity, 1e-3)), one("discrete-laplace", a=a, sensitivity=sensitivity))

    for q, sigma, k, delta, h in ((0.01, 1.0, 1000, 1e-5, 4e-6), (256 / 60000, 1.1, 14062, 1e-5, 2e-6), (0.2, 2.5, 60, 1e-7, 2e-5), (0.02, 0.6, 50, 1e-6, 2e-5)):
        low, high = sampled_gaussian(q, sigma, k, delta, h)
        brackets.append({"plan": {"neighbors": "add-remove", "events": [many(k, one("poisson", probability=q, event=one("gaussian", noiseMultiplier=sigma)))]}, "delta": delta, "low": low, "high": high})
    for q, b, k, delta, h in ((0.1, 0.5, 100, 1e-6, 2e-5), (0.01, 0.3, 200, 1e-6, 2e-5)):
        low, high = sampled_laplace(q, b, k, delta, h)
        brackets.append({"plan": {"neighbors": "add-remove", "events": [many(k, one("poisson", probability=q, event=one("laplace", noiseMultiplier=b)))]}, "delta": delta, "low": low, "high": high})

    for q, sigma in ((0.01, 1.0), (0.1, 0.8), (0.004, 4.0), (0.5, 2.0)):
        for order in (1.1, 1.5, 2, 3.7, 8, 20.25, 64):
            renyi.append({"probability": q, "noiseMultiplier": sigma, "order": order, "divergence": float(renyi_sampled_gaussian(q, sigma, order))})
    print(json.dumps({"epsilons": epsilons, "brackets": brackets, "renyi": renyi}, indent=1))


main()
