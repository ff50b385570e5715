#!/bin/sh
# Known answers for the seed expansion: OpenSSL's AES-128-CTR over zeros, counter block 0. One line: seed, offset, 64 bytes of the stream from there.
set -eu
cd "$(dirname "$0")/v1"
: > streams.txt
for seed in 00000000000000000000000000000000 000102030405060708090a0b0c0d0e0f ffffffffffffffffffffffffffffffff 2b7e151628aed2a6abf7158809cf4f3c; do
  for offset in 0 4064 65536; do
    hex=$(head -c $((offset + 64)) /dev/zero | openssl enc -aes-128-ctr -K $seed -iv 00000000000000000000000000000000 | tail -c 64 | od -An -v -tx1 | tr -d ' \n')
    echo "$seed $offset $hex" >> streams.txt
  done
done
