"""Reference values for private selection (Papernot, Steinke 2022), from the distributions themselves.

Needs mpmath. Prints v1/selection.json:
 counts     masses of the number of runs, from the definition, normalised by summing; their means
 bounds     theorems 2 and 6 over the grid of orders, in 50 digits, for losses a*rho
 selections small mechanisms whose outputs are ranked: the loss of one run at each order of the grid, and the exact divergence of the
            selection's output, summed over the number of runs. No bound may lie below it.
"""
import json
from mpmath import mp, mpf, exp, log, inf

mp.dps = 50
ORDERS = [1 + mpf(q) / 4 * mpf(2) ** o for o in range(-2, 10) for q in range(4, 8)] + [mpf(1025)]


def counts(eta, gamma):  # definition 1, k from 1
    masses, weight, k = [], mpf(1), 0
    while k < 20000:
        weight *= (1 - gamma) * ((k + eta) / mpf(k + 1) if eta != 0 or k > 0 else 1)
        k += 1
        masses.append(abs(weight))
        if masses[-1] < mpf(10) ** -40 * masses[0]:
            break
    total = sum(masses)
    return [m / total for m in masses]


def poisson(mean):  # k from 0
    masses, weight, k = [exp(-mean)], exp(-mean), 0
    while k < mean or weight > mpf(10) ** -40:
        k += 1
        weight *= mean / mpf(k)
        masses.append(weight)
    return masses


def theorem2(loss, eta, gamma):
    mean = sum(k * m for k, m in enumerate(counts(eta, gamma), 1))
    extra = min((1 + eta) * ((1 - 1 / b) * f + log(1 / gamma) / b) for b, f in zip(ORDERS, loss))
    return monotone([e + extra + log(mean) / (a - 1) for a, e in zip(ORDERS, loss)])


def theorem6(loss, mean):
    out = []
    for a, e in zip(ORDERS, loss):
        x = log(1 + 1 / (a - 1))
        d = min([mpf(1)] + [exp((b - 1) * (f - x)) / (b - 1) * (1 - 1 / b) ** b for b, f in zip(ORDERS, loss)])
        out.append(e + mean * d + log(mean) / (a - 1))
    return monotone(out)


def monotone(figures):
    return [min(figures[i:]) for i in range(len(figures))]


def divergence(p, q, a):
    return log(sum(x ** a * y ** (1 - a) for x, y in zip(p, q) if x > 0)) / (a - 1)


def both(p, q, a):
    return max(divergence(p, q, a), divergence(q, p, a))


def select(p, masses, first):  # outputs in rising rank; where there is no run, a last outcome
    out, below = [], mpf(0)
    for i in range(len(p)):
        up = below + p[i]
        out.append(sum(m * (up ** k - below ** k) for k, m in enumerate(masses, first) if k > 0))
        below = up
    return out + ([masses[0]] if first == 0 else [])


def main():
    tnb = [(mpf(1), mpf(1) / 8), (mpf(0), mpf(1) / 32), (mpf(1) / 2, mpf(1) / 16), (-mpf(1) / 2, mpf(1) / 64), (mpf(0), mpf(1) / 4)]
    result = {"counts": [], "bounds": [], "selections": []}
    for eta, gamma in tnb:
        masses = counts(eta, gamma)
        result["counts"].append({"eta": float(eta), "gamma": float(gamma), "mean": float(sum(k * m for k, m in enumerate(masses, 1))), "first": 1, "masses": [float(m) for m in masses[:200]]})
    for mean in (1, 5):
        result["counts"].append({"poisson": mean, "mean": mean, "first": 0, "masses": [float(m) for m in poisson(mpf(mean))[:200]]})
    for rho in (mpf("0.001"), mpf("0.05"), mpf("0.5")):
        loss = [a * rho for a in ORDERS]
        for eta, gamma in tnb:
            result["bounds"].append({"rho": float(rho), "eta": float(eta), "gamma": float(gamma), "losses": [float(x) for x in theorem2(loss, eta, gamma)]})
        for mean in (1, 5):
            result["bounds"].append({"rho": float(rho), "poisson": mean, "losses": [float(x) for x in theorem6(loss, mpf(mean))]})

    def response(eps, n):  # ranks 0..n-1, true one at the lowest, or at the highest
        z = exp(eps) + n - 1
        return [exp(eps) / z] + [1 / z] * (n - 1), [1 / z] * (n - 1) + [exp(eps) / z]

    def steps(sigma, n):  # a rounded, cut Gaussian score around n/2, and one further
        p = [exp(-(i - mpf(n) / 2) ** 2 / (2 * sigma ** 2)) for i in range(n)]
        q = [exp(-(i - mpf(n) / 2 - 1) ** 2 / (2 * sigma ** 2)) for i in range(n)]
        return [x / sum(p) for x in p], [x / sum(q) for x in q]

    for name, (p, q) in {"response 1": response(mpf(1), 2), "response 0.3 of 5": response(mpf("0.3"), 5), "steps 2": steps(mpf(2), 16), "steps 5": steps(mpf(5), 40)}.items():
        loss = [float(both(p, q, a)) for a in ORDERS]
        for eta, gamma, mean in [(e, g, None) for e, g in tnb[:4]] + [(None, None, mpf(1)), (None, None, mpf(5))]:
            masses, first = (counts(eta, gamma), 1) if mean is None else (poisson(mean), 0)
            a, b = select(p, masses, first), select(q, masses, first)
            each = {"name": name, "oneRun": loss, "exact": [float(both(a, b, o)) for o in ORDERS]}
            each.update({"poisson": int(mean)} if mean is not None else {"eta": float(eta), "gamma": float(gamma)})
            result["selections"].append(each)
    print(json.dumps(result))


main()
