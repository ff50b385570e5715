// Makes v1/: objects and results of node-seal 7.0.0 (SEAL 4.1.2). See README.md. `npm install && npm run make`.
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import SEAL from 'node-seal'
import { ciphertext, keys, plaintext } from './words.mjs'

const seal = await SEAL()
const { none, zlib, zstd } = seal.ComprModeType
const out = new URL('./v1/', import.meta.url)
mkdirSync(out, { recursive: true })
const sha = (bytes) => createHash('sha256').update(bytes).digest('hex')
const save = (object, mode = none) => Buffer.from(object.saveToArray(mode))
const write = (name, bytes) => writeFileSync(new URL(name, out), bytes)

function contextOf(degree, bits) {
  const parms = new seal.EncryptionParameters(seal.SchemeType.ckks)
  parms.setPolyModulusDegree(degree)
  parms.setCoeffModulus(seal.CoeffModulus.Create(degree, Int32Array.from(bits)))
  const context = new seal.SEALContext(parms, true, seal.SecLevelType.tc128)
  const moduli = parms.coeffModulus()
  const primes = Array.from({ length: moduli.size() }, (_, i) => moduli.get(i).value())
  return { context, parms, primes, degree, bits }
}

// Everything an evaluator does to x and y, as digests of the uncompressed results.
function results(context, x, y, plain, relin, galois, levels) {
  const evaluator = new seal.Evaluator(context)
  const digests = {}
  const op = (name, f) => {
    const result = new seal.Ciphertext()
    f(result)
    digests[name] = sha(save(result))
    return result
  }
  op('add', (r) => evaluator.add(x, y, r))
  op('subtract', (r) => evaluator.sub(x, y, r))
  op('negate', (r) => evaluator.negate(x, r))
  op('multiply-plain', (r) => evaluator.multiplyPlain(x, plain, r))
  const product = op('multiply', (r) => evaluator.multiply(x, y, r))
  op('square', (r) => evaluator.square(x, r))
  const relinearized = op('relinearize', (r) => evaluator.relinearize(product, relin, r))
  for (const step of [1, -1, 3, -5]) op(`rotate ${step}`, (r) => evaluator.rotateVector(x, step, galois, r))
  op('conjugate', (r) => evaluator.complexConjugate(x, galois, r))
  if (levels > 1) {
    const rescaled = op('rescale', (r) => evaluator.rescaleToNext(relinearized, r))
    op('rescale product', (r) => evaluator.rescaleToNext(product, r))
    op('drop', (r) => evaluator.cipherModSwitchToNext(x, r))
    op('rotate 1 after rescale', (r) => evaluator.rotateVector(rescaled, 1, galois, r))
  }
  return digests
}

// Steps whose keys there are; 3 is 4 - 1, -5 is -1 - 4: by parts. 0 is conjugation.
const steps = [1, -1, 4, -4, 0]

// 1. Real objects: made by a client with a secret key.
function real(name, degree, bits, scale) {
  const { context, parms } = contextOf(degree, bits)
  const generator = new seal.KeyGenerator(context)
  const publicKey = generator.createPublicKey()
  const encoder = new seal.CKKSEncoder(context)
  const encryptor = new seal.Encryptor(context, publicKey, generator.secretKey())
  const values = { x: Array.from({ length: 16 }, (_, i) => (i - 5) / 4), y: Array.from({ length: 16 }, (_, i) => (9 - i) / 8) }
  const encode = (v, at = scale) => {
    const plain = new seal.Plaintext()
    encoder.encode(Float64Array.from(v), at, plain)
    return plain
  }
  const load = (type, bytes) => {
    const object = new type()
    object.loadFromArray(context, new Uint8Array(bytes))
    return object
  }
  for (const [mode, value] of Object.entries({ none, zlib, zstd })) write(`${name}-parms-${mode}.seal`, save(parms, value))
  write(`${name}-secret.seal`, save(generator.secretKey(), zstd))
  const x = encryptor.encryptSymmetricSerializable(encode(values.x))
  const y = encryptor.encryptSymmetricSerializable(encode(values.y))
  for (const [mode, value] of Object.entries(degree <= 2048 ? { none, zlib, zstd } : { zstd })) write(`${name}-x-${mode}.seal`, save(x, value))
  write(`${name}-y-zstd.seal`, save(y, zstd))
  // SEAL built with SHAKE256 as its default writes 2 where ours writes 1, 64 bytes before the end; any build expands both.
  const shaken = save(x)
  shaken[shaken.length - 65] = 2
  const relin = generator.createRelinKeysSerializable()
  write(`${name}-relin.seal`, save(relin, zstd))
  const entry = { degree, bits, scale, values, loaded: { x: sha(save(load(seal.Ciphertext, save(x)))), shaken: sha(save(load(seal.Ciphertext, shaken))), relin: sha(save(load(seal.RelinKeys, save(relin)))) } }
  if (degree <= 2048) {
    const whole = new seal.Ciphertext()
    encryptor.encrypt(encode(values.y, 2 ** 20), whole)
    write(`${name}-whole-zlib.seal`, save(whole, zlib))
    write(`${name}-whole-zstd.seal`, save(whole, zstd))
    write(`${name}-plain.seal`, save(encode(values.x), zstd))
    write(`${name}-public.seal`, save(generator.createPublicKeySerializable(), zstd))
    const galois = generator.createGaloisKeysSerializableWithSteps(Int32Array.from(steps))
    write(`${name}-galois.seal`, save(galois, zstd))
    entry.loaded.galois = sha(save(load(seal.GaloisKeys, save(galois))))
    entry.results = results(context, load(seal.Ciphertext, save(x)), load(seal.Ciphertext, save(y)), encode(values.y), load(seal.RelinKeys, save(relin)), load(seal.GaloisKeys, save(galois)), bits.length - 1)
    delete entry.results['multiply-plain'] // its plaintext is SEAL's encoding, whose doubles are its own
  }
  return entry
}

// 2. Made-up words at the sizes of practice: digests alone.
function madeUp(degree, bits, scale) {
  const { context, primes } = contextOf(degree, bits)
  const id = (level) => Buffer.from(BigUint64Array.from(level.values()).buffer)
  const data = primes.slice(0, -1)
  const load = (type, bytes) => {
    const object = new type()
    object.loadFromArray(context, new Uint8Array(bytes))
    return object
  }
  const element = (step) => {
    let e = 1
    for (let i = step > 0 ? step : degree / 2 + step; i > 0; i--) e = (e * 3) % (2 * degree)
    return step === 0 ? 2 * degree - 1 : e
  }
  const x = load(seal.Ciphertext, ciphertext(id(context.firstParmsId()), data, degree, scale, 1000))
  const y = load(seal.Ciphertext, ciphertext(id(context.firstParmsId()), data, degree, scale, 2000))
  const plain = load(seal.Plaintext, plaintext(id(context.firstParmsId()), data, degree, scale, 3000))
  const relin = load(seal.RelinKeys, keys(id(context.keyParmsId()), primes, degree, 1, new Map([[0, 4000]])))
  const galois = load(seal.GaloisKeys, keys(id(context.keyParmsId()), primes, degree, degree, new Map(steps.map((s, i) => [(element(s) - 1) / 2, 5000 + 100 * i]))))
  return { degree, bits, scale, loaded: { x: sha(save(x)), relin: sha(save(relin)), galois: sha(save(galois)) }, results: results(context, x, y, plain, relin, galois, data.length) }
}

const expected = {
  package: 'node-seal 7.0.0',
  seal: '4.1.2',
  steps,
  real: { n2048: real('n2048', 2048, [27, 27], 2 ** 13), n4096: real('n4096', 4096, [30, 20, 30], 2 ** 20) },
  madeUp: [
    madeUp(4096, [40, 20, 40], 2 ** 20),
    madeUp(8192, [60, 40, 40, 60], 2 ** 40),
    madeUp(16384, [60, 40, 40, 40, 40, 40, 40, 60], 2 ** 40),
    madeUp(32768, [60, 50, 60], 2 ** 40),
  ],
}
write('expected.json', JSON.stringify(expected, null, 1) + '\n')
