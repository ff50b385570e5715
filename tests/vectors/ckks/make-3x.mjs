// Makes v1/3x-*: objects of node-seal 4.6.4 (SEAL 3.7.3), whose dialect has no correction factor. See README.md.
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { mkdirSync, writeFileSync } from 'node:fs'

const SEAL = createRequire(import.meta.url)('node-seal-3x')
const seal = await SEAL()
const out = new URL('./v1/', import.meta.url)
mkdirSync(out, { recursive: true })
const write = (name, bytes) => writeFileSync(new URL(name, out), bytes)
const { none, zlib, zstd } = seal.ComprModeType

const [degree, bits, scale] = [2048, [27, 27], 2 ** 11]
const parms = seal.EncryptionParameters(seal.SchemeType.ckks)
parms.setPolyModulusDegree(degree)
parms.setCoeffModulus(seal.CoeffModulus.Create(degree, Int32Array.from(bits)))
const context = seal.Context(parms, true, seal.SecurityLevel.tc128)
const generator = seal.KeyGenerator(context)
const secret = generator.secretKey()
const encoder = seal.CKKSEncoder(context)
const encryptor = seal.Encryptor(context, generator.createPublicKey(), secret)
const values = Array.from({ length: 16 }, (_, i) => (i - 5) / 4)
const plain = encoder.encode(Float64Array.from(values), scale)
const x = encryptor.encryptSymmetricSerializable(plain)

write('3x-parms.seal', parms.saveArray(zstd))
write('3x-secret.seal', secret.saveArray(zstd))
write('3x-public.seal', generator.createPublicKeySerializable().saveArray(zlib))
write('3x-x-none.seal', x.saveArray(none))
write('3x-x-zstd.seal', x.saveArray(zstd))
write('3x-whole.seal', encryptor.encrypt(encoder.encode(Float64Array.from(values), 2 ** 20)).saveArray(zstd))
write('3x-relin.seal', generator.createRelinKeysSerializable().saveArray(zstd))
const loaded = seal.CipherText()
loaded.loadArray(context, x.saveArray(none))
const sha = (bytes) => createHash('sha256').update(bytes).digest('hex')
write('expected-3x.json', JSON.stringify({ package: 'node-seal 4.6.4', seal: '3.7.3', degree, bits, scale, values, loaded: { x: sha(loaded.saveArray(none)) } }, null, 1) + '\n')
