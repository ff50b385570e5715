// The baseline of `privacygrains bench ckks`: node-seal does the same operations in a process of its own, a few runs at a time when it is told to.
// A line in is a command, a line out its answer. The one argument is node-seal's main module, as a URL.
import { createInterface } from 'node:readline'

const seal = await (await import(process.argv.at(-1))).default()
const none = seal.ComprModeType.none
let operations = {}

function prepare({ degree, bits, scaleBits, features }) {
  const parameters = new seal.EncryptionParameters(seal.SchemeType.ckks)
  parameters.setPolyModulusDegree(degree)
  parameters.setCoeffModulus(seal.CoeffModulus.Create(degree, Int32Array.from(bits)))
  const context = new seal.SEALContext(parameters, true, seal.SecLevelType.tc128)
  if (!context.parametersSet()) throw new Error('SEAL refuses the parameters')

  const generator = new seal.KeyGenerator(context)
  const [secretKey, publicKey] = [generator.secretKey(), generator.createPublicKey()]
  const [relinKeys, galoisKeys] = [generator.createRelinKeys(), generator.createGaloisKeysWithSteps(Int32Array.from([1]))]
  const [encoder, evaluator] = [new seal.CKKSEncoder(context), new seal.Evaluator(context)]
  const encryptor = new seal.Encryptor(context, publicKey)
  encryptor.setSecretKey(secretKey)
  const decryptor = new seal.Decryptor(context, secretKey)

  const scale = 2 ** scaleBits
  const values = Float64Array.from({ length: degree / 2 }, (_, i) => Math.sin(i))
  const [plain, otherPlain] = [new seal.Plaintext(), new seal.Plaintext()]
  const [x, y, product, result] = Array.from({ length: 4 }, () => new seal.Ciphertext())
  encoder.encode(values, scale, plain)
  encryptor.encrypt(plain, x)
  encryptor.encrypt(plain, y)
  evaluator.multiply(x, y, product)
  const seeded = encryptor.encryptSymmetricSerializable(plain).saveToArray(none)

  operations = {
    'add': () => evaluator.add(x, y, result),
    'multiply-plain': () => evaluator.multiplyPlain(x, plain, result),
    'multiply': () => evaluator.multiply(x, y, result),
    'relinearize': () => evaluator.relinearize(product, relinKeys, result),
    'rescale': () => evaluator.rescaleToNext(x, result),
    'rotate': () => evaluator.rotateVector(x, 1, galoisKeys, result),
    'encode': () => encoder.encode(values, scale, otherPlain),
    'decode': () => encoder.decodeFloat64(plain),
    'encrypt': () => encryptor.encrypt(plain, result),
    'encrypt-symmetric': () => encryptor.encryptSymmetric(plain, result),
    'decrypt': () => decryptor.decrypt(x, otherPlain),
    'load-seeded': () => result.loadFromArray(context, seeded),
  }
  if (features > 0) {
    const inputs = Array.from({ length: features }, () => { const c = new seal.Ciphertext(); encryptor.encrypt(plain, c); return c })
    // SEAL has no product with one number: its users encode it in every slot.
    const weights = inputs.map((_, i) => { const p = new seal.Plaintext(); encoder.encode(new Float64Array(degree / 2).fill(0.1 + i / 50), scale, p); return p })
    const [sum, term, bias] = [new seal.Ciphertext(), new seal.Ciphertext(), new seal.Plaintext()]
    encoder.encode(new Float64Array(degree / 2).fill(0.5), scale * scale, bias)
    operations['linear'] = () => {
      evaluator.multiplyPlain(inputs[0], weights[0], sum)
      for (let i = 1; i < features; i++) {
        evaluator.multiplyPlain(inputs[i], weights[i], term)
        evaluator.addInplace(sum, term)
      }
      evaluator.addPlainInplace(sum, bias)
      evaluator.rescaleToNext(sum, result)
    }
  }
}

function run({ operation, runs }) {
  const times = []
  for (let i = 0; i < runs && operations[operation]; i++) {
    const start = performance.now()
    operations[operation]()
    times.push((performance.now() - start) * 1000)
  }
  return times
}

const answer = value => process.stdout.write(JSON.stringify(value) + '\n')
answer({ node: process.version })
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line)
  answer(command.degree ? (prepare(command), { ready: true }) : { microseconds: run(command) })
}
