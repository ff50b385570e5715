"""Makes v1/zstd-*.zst with the zstd command line (1.5.4): frames of every kind of block. See README.md."""
import hashlib
import json
import random
import struct
import subprocess
import sys

random.seed(20261122)
words = lambda bits, n: b"".join(struct.pack("<Q", random.getrandbits(bits)) for _ in range(n))
text = b" ".join(random.choice([b"share", b"mask", b"open", b"triple", b"round", b"key"]) + str(random.randrange(99)).encode() for _ in range(1500))


def copies(n):
    """Matches near and far, literals between them, repeated offsets."""
    s = b""
    while len(s) < n:
        a = random.randrange(len(s) + 1)
        s += random.choice([random.randbytes(random.randrange(1, 9)), s[a : a + random.randrange(3, 900)], b"abc" * random.randrange(1, 30)])
    return s


inputs = {
    "empty": (b"", ["-3"]),
    "zeros": (bytes(300000), ["-3"]),
    "random": (random.randbytes(600), ["-3"]),
    "words": (words(27, 1024), ["-3", "--no-check"]),
    "two-values": (bytes(random.randrange(2) for _ in range(3000)), ["-3"]),
    "text": (text, ["-3"]),
    "text-best": (text, ["-19"]),
    "text-fast": (text, ["--fast=5", "--no-check"]),
    "copies": (copies(200000), ["-9"]),
    "copies-best": (copies(400000), ["--ultra", "-22", "--zstd=wlog=22", "--no-check"]),
    "unknown-size": (copies(150000) + words(20, 500), ["-5", "--no-content-size"]),
    "small-window": (copies(100000), ["-3", "--zstd=wlog=12"]),
}
digests = {}
for name, (raw, options) in inputs.items():
    packed = subprocess.run(["zstd", "-q", "-c", *options], input=raw, capture_output=True, check=True).stdout
    with open(f"v1/zstd-{name}.zst", "wb") as f:
        f.write(packed)
    digests[name] = {"length": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
    print(name, len(raw), len(packed), file=sys.stderr)
with open("v1/expected-zstd.json", "w") as f:
    json.dump(digests, f, indent=1)
    f.write("\n")
