"""Known answers for RFC 6962 Merkle trees, from the RFC's recursive definitions alone (sections 2.1, 2.1.1, 2.1.2).

Run: python3 generate.py > merkle.json. The first eight entries are the inputs of Certificate Transparency's own tests, and ROOTS are the root hashes
published there (google/certificate-transparency and its successor transparency-dev/merkle, testonly/constants.go); the script checks itself against them.
"""
import hashlib
import json

ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ENTRIES += [format(i, "02x") * i for i in range(8, 21)]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def sha(data):
    return hashlib.sha256(data).digest()


def split(n):
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def mth(d):
    if not d:
        return sha(b"")
    if len(d) == 1:
        return sha(b"\0" + d[0])
    k = split(len(d))
    return sha(b"\1" + mth(d[:k]) + mth(d[k:]))


def path(m, d):
    if len(d) == 1:
        return []
    k = split(len(d))
    return path(m, d[:k]) + [mth(d[k:])] if m < k else path(m - k, d[k:]) + [mth(d[:k])]


def subproof(m, d, whole):
    if m == len(d):
        return [] if whole else [mth(d)]
    k = split(len(d))
    if m <= k:
        return subproof(m, d[:k], whole) + [mth(d[k:])]
    return subproof(m - k, d[k:], False) + [mth(d[:k])]


def main():
    entries = [bytes.fromhex(e) for e in ENTRIES]
    roots = [mth(entries[:n]).hex() for n in range(len(entries) + 1)]
    assert roots[: len(ROOTS)] == ROOTS
    sizes = range(1, len(entries) + 1)
    json.dump(
        {
            "source": "RFC 6962 sections 2.1 to 2.1.2, computed by generate.py; the first nine roots as published with Certificate Transparency's tests",
            "entries": ENTRIES,
            "roots": roots,
            "inclusion": [
                {"index": i, "size": n, "proof": [h.hex() for h in path(i, entries[:n])]} for n in sizes for i in range(n)
            ],
            "consistency": [
                {"earlier": m, "later": n, "proof": [h.hex() for h in subproof(m, entries[:n], True)]} for n in sizes for m in range(1, n + 1)
            ],
        },
        __import__("sys").stdout,
        indent=0,
    )
    print()


main()
