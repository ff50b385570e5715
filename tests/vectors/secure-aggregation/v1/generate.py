"""Known answers for secure aggregation, computed by an implementation that shares no code with the C# one.

Run: python3 generate.py > rounds.json. Needs the package `cryptography` for P-256, HKDF, AES-CTR and AES-GCM; the wire form, the roster, Shamir's sharing
(with logarithm tables here, carry-less products there), the masks and the messages are written anew from docs/protocols and Bonawitz et al. 2017, figure 4.
Every client's keys and coefficients are fixed by hashes of labels, so that each message's signed content is known byte for byte (signatures are random).
"""
import hashlib
import json
import struct
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
KEY_SHARE, SEED_SHARE = 1, 2


class Wire:
    def __init__(self, kind):
        self.data = b""
        self.text(kind).byte(1)

    def byte(self, v):
        self.data += bytes([v])
        return self

    def int(self, v):
        self.data += struct.pack("<i", v)
        return self

    def long(self, v):
        self.data += struct.pack("<Q", v)
        return self

    def bytes(self, v):
        self.data += struct.pack("<i", len(v)) + v
        return self

    def text(self, v):
        return self.bytes(v.encode())


def sha(b):
    return hashlib.sha256(b).digest()


def stream(label, n):
    return b"".join(sha(f"{label}/{i}".encode()) for i in range((n + 31) // 32))[:n]


def private(label):
    return ec.derive_private_key(int.from_bytes(sha(label.encode()), "big") % (ORDER - 1) + 1, ec.SECP256R1())


def scalar(key):
    return key.private_numbers().private_value.to_bytes(32, "big")


def point(key):
    return key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def spki(key):
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def hkdf(secret, salt, info, n):
    return HKDF(hashes.SHA256(), n, salt, info).derive(secret)


# GF(2^8) by logarithms to the base 3.
EXP, LOG = [0] * 512, [0] * 256
value = 1
for i in range(255):
    EXP[i] = EXP[i + 255] = value
    LOG[value] = i
    value ^= (value << 1) ^ (0x11B if value & 0x80 else 0)
    value &= 0xFF


def mul(a, b):
    return 0 if a == 0 or b == 0 else EXP[LOG[a] + LOG[b]]


def share(secret, coefficients, t, x):
    out = []
    for j, s in enumerate(secret):
        power, total = 1, s
        for degree in range(1, t):
            power = mul(power, x)
            total ^= mul(coefficients[(degree - 1) * len(secret) + j], power)
        out.append(total)
    return bytes(out)


class Client:
    def __init__(self, index, t, length, bits):
        self.index = index
        self.name = f"client-{index}"
        self.signer = private(f"sign/{index}")
        self.c, self.s = private(f"c/{index}"), private(f"s/{index}")
        # The order in which a client draws: its self-mask secret, the key's coefficients, the seed's coefficients.
        self.random = stream(f"random/{index}", 32 + 2 * 32 * (t - 1))
        self.b = self.random[:32]
        self.key_coefficients = self.random[32 : 32 + 32 * (t - 1)]
        self.seed_coefficients = self.random[32 + 32 * (t - 1) :]
        raw = stream(f"input/{index}", 8 * length)
        self.x = [struct.unpack_from("<Q", raw, 8 * i)[0] % (1 << bits) for i in range(length)]

    def pair(self, t, x):
        return share(scalar(self.s), self.key_coefficients, t, x), share(self.b, self.seed_coefficients, t, x)


def roster_bytes(clients, t, cohort, session):
    w = Wire("roster").text("known-answers").long(7).text(session).text("p256-hkdfsha256-aes128gcm-v1").text("training-round")
    w.int(t).int(0).int(cohort).bytes(sha(b"computation")).int(len(clients))
    for c in clients:
        w.text(c.name).int(8).bytes(spki(c.signer))
    return w.data


def run(n, t, cohort, length, bits, dropped):
    clients = [Client(i, t, length, bits) for i in range(n)]
    session = f"known-{bits}"
    roster = roster_bytes(clients, t, cohort, session)
    context = sha(
        Wire("secagg.context").text("known-answers").long(7).text(session).bytes(sha(roster))
        .int(n).int(t).int(cohort).int(0).int(length).int(bits).data
    )

    def prg(seed):
        raw = Cipher(algorithms.AES(seed), modes.CTR(bytes(16))).encryptor().update(bytes(length * bits // 8))
        step = bits // 8
        return [int.from_bytes(raw[i * step : (i + 1) * step], "little") for i in range(length)]

    def derive(own, peer, kind, first, second, first_key, second_key):
        info = Wire(kind).int(first).int(second).bytes(first_key).bytes(second_key).data
        return hkdf(own.exchange(ec.ECDH(), peer.public_key()), context, info, 16)

    def start(kind, client):
        return Wire(kind).bytes(context).int(client.index)

    survivors = [c for c in clients if c.index not in dropped]
    out = []
    for u in clients:
        advertise = start("secagg.advertise", u).bytes(point(u.c)).bytes(point(u.s)).data
        shares = start("secagg.shares", u).int(n - 1)
        for v in clients:
            if v is not u:
                key_share, seed_share = u.pair(t, v.index + 1)
                plain = Wire("secagg.share-pair").int(u.index).int(v.index).bytes(key_share).bytes(seed_share).data
                key = derive(u.c, v.c, "secagg.encryption", u.index, v.index, point(u.c), point(v.c))
                shares.int(v.index).bytes(AESGCM(key).encrypt(bytes(12), plain, context))
        entry = {
            "name": u.name, "pkcs8": u.signer.private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).hex(),
            "c": scalar(u.c).hex(), "s": scalar(u.s).hex(), "random": u.random.hex(), "input": [str(x) for x in u.x],
            "advertise": advertise.hex(), "shares": shares.data.hex(),
        }
        if u in survivors:
            y = [a + b for a, b in zip(u.x, prg(hkdf(u.b, context, Wire("secagg.self-mask").int(u.index).data, 16)))]
            for v in clients:
                if v is not u:
                    low, high = sorted((u, v), key=lambda c: c.index)
                    mask = prg(derive(u.s, v.s, "secagg.pair-mask", low.index, high.index, point(low.s), point(high.s)))
                    sign = 1 if u.index > v.index else -1
                    y = [a + sign * m for a, m in zip(y, mask)]
            packed = b"".join((a % (1 << bits)).to_bytes(bits // 8, "little") for a in y)
            consistency = start("secagg.consistency", u).int(len(survivors))
            for v in survivors:
                consistency.int(v.index)
            unmask = start("secagg.unmask", u).int(n)
            for v in clients:
                key_share, seed_share = v.pair(t, u.index + 1)
                kind, given = (SEED_SHARE, seed_share) if v in survivors else (KEY_SHARE, key_share)
                unmask.int(v.index).byte(kind).bytes(given)
            entry |= {
                "masked": start("secagg.masked", u).bytes(packed).data.hex(), "consistency": consistency.data.hex(), "unmask": unmask.data.hex(),
            }
        out.append(entry)
    return {
        "reconstructionThreshold": t, "minimumCohort": cohort, "vectorLength": length, "wordBits": bits, "session": session,
        "computation": sha(b"computation").hex(), "roster": roster.hex(), "context": context.hex(), "clients": out,
        "sum": [str(sum(c.x[i] for c in survivors) % (1 << bits)) for i in range(length)],
    }


json.dump(
    {
        "source": "generate.py, after Bonawitz et al., CCS 2017, figure 4",
        "rounds": [run(4, 3, 3, 5, 32, {1}), run(4, 3, 3, 5, 64, {3}), run(5, 3, 3, 4, 24, {0, 4}), run(3, 2, 3, 6, 8, set())],
    },
    sys.stdout,
    indent=1,
)
print()
