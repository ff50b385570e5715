// The cryptographic half of a client: keys, ciphertexts, plain numbers. Runs in Node and in browsers; takes an initialised node-seal 7.
// The secret key lives in this object and nowhere else: nothing here can send anything.

/** Everything that one model version's rows are encrypted with. */
export class EncryptedRows {
  #seal
  #context
  #encoder
  #encryptor
  #decryptor
  #keys
  #mode
  #seeded

  /**
   * Makes fresh keys.
   * @param seal what `await SEAL()` of node-seal gives
   * @param parameters the gateway's parameters, in SEAL's bytes
   * @param options.compression `none`, `zlib` or `zstd`: how everything is packed that is sent
   * @param options.seeded half the bytes: the secret key encrypts, and the random half of a ciphertext or key goes as the 64-byte seed that it was made of
   */
  constructor(seal, parameters, { compression = 'zstd', seeded = true } = {}) {
    this.#seal = seal
    this.#seeded = seeded
    this.#mode = seal.ComprModeType[compression]
    if (!this.#mode) throw new RangeError(`compression is none, zlib or zstd, not ${compression}`)
    const read = new seal.EncryptionParameters(seal.SchemeType.ckks)
    withReasons(() => read.loadFromArray(parameters))
    this.#context = new seal.SEALContext(read, true, seal.SecLevelType.tc128) // refuses what is not 128-bit secure
    if (read.scheme().value !== seal.SchemeType.ckks.value || !this.#context.parametersSet()) {
      throw new Error('The gateway named parameters that are no 128-bit secure CKKS parameters. No key was made.')
    }
    this.slots = read.polyModulusDegree() / 2
    this.dataPrimes = read.coeffModulus().size() - 1
    this.#keys = new seal.KeyGenerator(this.#context)
    this.#encoder = new seal.CKKSEncoder(this.#context)
    this.#encryptor = new seal.Encryptor(this.#context, this.#keys.createPublicKey(), this.#keys.secretKey())
    this.#decryptor = new seal.Decryptor(this.#context, this.#keys.secretKey())
  }

  /** The public key: the server re-randomises its answers with it. Always seeded: it is half as long, and the server sees that its random half was not chosen. */
  publicKey() {
    return this.#saved(this.#keys.createPublicKeySerializable())
  }

  /** Relinearisation keys, for circuits that multiply ciphertexts. */
  relinearizationKeys() {
    return this.#saved(this.#seeded ? this.#keys.createRelinKeysSerializable() : this.#keys.createRelinKeys())
  }

  /** Galois keys for these rotations alone: all that SEAL makes by default would be many times as large. */
  galoisKeys(steps) {
    const wanted = Int32Array.from(steps)
    return this.#saved(this.#seeded ? this.#keys.createGaloisKeysSerializableWithSteps(wanted) : this.#keys.createGaloisKeysWithSteps(wanted))
  }

  /**
   * Encrypts up to `slots` numbers.
   * @param values one for each slot from the first on; the others are 0
   * @param scale what they are multiplied by before rounding
   * @param primeCount under how many data primes: fewer are fewer bytes, where the circuit needs no more
   */
  encrypt(values, scale, primeCount = this.dataPrimes) {
    if (values.length > this.slots) throw new RangeError(`${values.length} numbers do not fit into ${this.slots} slots`)
    const all = new Float64Array(this.slots)
    all.set(values)
    const plain = new this.#seal.Plaintext()
    try {
      withReasons(() => {
        this.#encoder.encode(all, scale, plain)
        if (primeCount < this.dataPrimes) new this.#seal.Evaluator(this.#context).plainModSwitchToInplace(plain, this.#level(primeCount))
      })
      if (this.#seeded) return this.#saved(this.#encryptor.encryptSymmetricSerializable(plain))
      const encrypted = new this.#seal.Ciphertext()
      withReasons(() => this.#encryptor.encrypt(plain, encrypted))
      return this.#saved(encrypted)
    } finally {
      plain.delete()
    }
  }

  /** Decrypts an answer. What comes out stays with the caller: sent back to the server, it would say something about the secret key (Li, Micciancio 2021). */
  decrypt(bytes) {
    const [encrypted, plain] = [new this.#seal.Ciphertext(), new this.#seal.Plaintext()]
    try {
      return withReasons(() => {
        encrypted.loadFromArray(this.#context, bytes)
        this.#decryptor.decrypt(encrypted, plain)
        return Float64Array.from(this.#encoder.decodeFloat64(plain))
      })
    } finally {
      encrypted.delete()
      plain.delete()
    }
  }

  #level(primeCount) {
    let level = this.#context.firstContextData()
    for (let primes = this.dataPrimes; primes > primeCount; primes--) level = level.nextContextData()
    return level.parmsId()
  }

  #saved(object) {
    try {
      return withReasons(() => object.saveToArray(this.#mode))
    } finally {
      object.delete()
    }
  }
}

/** SEAL's objects one after another, taken apart: each names its whole length in its header. */
export function* objectsIn(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < bytes.length;) {
    const size = at + 16 <= bytes.length && view.getUint16(at, true) === 0xa15e ? Number(view.getBigUint64(at + 8, true)) : 0
    if (size < 16 || at + size > bytes.length) throw new Error('The answer is no sequence of SEAL objects.')
    yield bytes.subarray(at, at + size)
    at += size
  }
}

/** One array of bytes after another. */
export function joined(arrays) {
  const all = new Uint8Array(arrays.reduce((sum, a) => sum + a.length, 0))
  let at = 0
  for (const a of arrays) {
    all.set(a, at)
    at += a.length
  }
  return all
}

// node-seal throws C++ exceptions, whose message is [type, text].
function withReasons(work) {
  try {
    return work()
  } catch (e) {
    throw Array.isArray(e?.message) ? new Error(e.message.join(': '), { cause: e }) : e
  }
}
