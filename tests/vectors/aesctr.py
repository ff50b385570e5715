"""AES-128 in counter mode from OpenSSL, and the draws that the library makes from it."""
import subprocess

P = 2**61 - 1


class Stream:
    def __init__(self, seed_hex, length=1 << 17):
        self.bytes = subprocess.run(
            ["openssl", "enc", "-aes-128-ctr", "-K", seed_hex, "-iv", "0" * 32], input=bytes(length), capture_output=True, check=True).stdout
        self.at = 0

    def words(self, count):
        out = [int.from_bytes(self.bytes[self.at + 8 * i:self.at + 8 * i + 8], "little") for i in range(count)]
        self.at += 8 * count
        assert self.at <= len(self.bytes)
        return out

    def field(self, count):
        out = [w & P for w in self.words(count)]
        assert P not in out  # a redraw happens once in 2^61 words
        return out
