#!/usr/bin/env python3
"""Writes journal.log.hex: a file journal of format 1, made from the description in src/Storage/Files and not by its code.

One stream of two appends (one entry; two entries), another of one, each append followed by its mark. Recorded at 2026-01-02T03:04:05.678901Z.
"""
import struct


def crc32c(data: bytes, crc: int = 0) -> int:
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


IDENTITY = bytes(range(0xA0, 0xB0))
SEED = crc32c(IDENTITY)
RECORDED_AT = 1767323045678901


def name(text: str) -> bytes:
    return bytes([len(text)]) + text.encode("ascii")


def body(stream: str, first_version: int, entries: list[tuple[str, bytes]]) -> bytes:
    head = name(stream) + struct.pack("<qqi", RECORDED_AT, first_version, len(entries))
    return head + b"".join(name(kind) + struct.pack("<i", len(payload)) + payload for kind, payload in entries)


def checked(head: bytes, offset: int) -> bytes:
    return head + struct.pack("<I", crc32c(struct.pack("<q", offset) + head, SEED))


header = b"PGJOURNL" + struct.pack("<I", 1) + IDENTITY
log = header + struct.pack("<I", crc32c(header))
for content in (
    body("hospital-a/budget", 1, [("ledger.reserved.v1", b'{"id":"c1"}')]),
    body("hospital-a/budget", 2, [("ledger.committed.v1", b'{"id":"c1"}'), ("ledger.reserved.v1", b"")]),
    body("job/round-1", 1, [("round.opened.v1", bytes(range(256)))]),
):
    log += checked(struct.pack("<4siI", b"APND", len(content), crc32c(content)), len(log)) + content
    log += checked(struct.pack("<4sq", b"MARK", len(log)), len(log))

with open("journal.log.hex", "w", encoding="ascii") as file:
    text = log.hex()
    file.write("\n".join(text[i:i + 120] for i in range(0, len(text), 120)) + "\n")
