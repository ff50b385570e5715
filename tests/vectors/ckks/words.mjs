// Objects of SEAL's formats with words that anyone can make again: word i of stream s is splitmix64's, modulo its prime.
// An evaluator's operations are exact on whatever words there are, so these stand for ciphertexts and keys without a secret key.
const mask = (1n << 64n) - 1n

export function word(stream, i, prime) {
  let z = (BigInt(stream) * 0x9e3779b97f4a7c15n + BigInt(i + 1) * 0xbf58476d1ce4e5b9n) & mask
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask
  return ((z ^ (z >> 31n)) & mask) % prime
}

function header(size, version = [4, 1]) {
  const b = Buffer.alloc(16)
  b.writeUInt16LE(0xa15e, 0)
  b[2] = 16
  b[3] = version[0]
  b[4] = version[1]
  b.writeBigUInt64LE(BigInt(size), 8)
  return b
}

const u64 = (...values) => {
  const b = Buffer.alloc(8 * values.length)
  values.forEach((v, i) => b.writeBigUInt64LE(BigInt(v), 8 * i))
  return b
}

// Ciphertext or public key: polynomial-major, then prime, then place. Stream numbers rise by polynomial.
export function ciphertext(id, primes, degree, scale, stream, size = 2) {
  const k = primes.length
  const words = Buffer.alloc(8 * size * k * degree)
  for (let p = 0; p < size; p++)
    for (let j = 0; j < k; j++)
      for (let i = 0; i < degree; i++)
        words.writeBigUInt64LE(word(stream + p, j * degree + i, primes[j]), 8 * ((p * k + j) * degree + i))
  const s = Buffer.alloc(8)
  s.writeDoubleLE(scale)
  const body = Buffer.concat([id, Buffer.from([1]), u64(size, degree, k), s, u64(1), header(24 + words.length), u64(words.length / 8), words])
  return Buffer.concat([header(16 + body.length), body])
}

// Key-switching keys: places is a map from place to stream; entry j of it is of streams stream + 2 j and stream + 2 j + 1.
export function keys(id, primes, degree, size, places) {
  const parts = [id, u64(size)]
  for (let place = 0; place < size; place++) {
    const stream = places.get(place)
    parts.push(u64(stream === undefined ? 0 : primes.length - 1))
    for (let j = 0; stream !== undefined && j < primes.length - 1; j++) parts.push(ciphertext(id, primes, degree, 1, stream + 2 * j))
  }
  const body = Buffer.concat(parts)
  return Buffer.concat([header(16 + body.length), body])
}

export function plaintext(id, primes, degree, scale, stream) {
  const words = Buffer.alloc(8 * primes.length * degree)
  primes.forEach((prime, j) => {
    for (let i = 0; i < degree; i++) words.writeBigUInt64LE(word(stream, j * degree + i, prime), 8 * (j * degree + i))
  })
  const s = Buffer.alloc(8)
  s.writeDoubleLE(scale)
  const body = Buffer.concat([id, u64(primes.length * degree), s, header(24 + words.length), u64(words.length / 8), words])
  return Buffer.concat([header(16 + body.length), body])
}
