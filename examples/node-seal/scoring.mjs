// One request from end to end: fetch the parameters, make keys, encrypt, ask, decrypt. The same for Node and for browsers.
import { EncryptedRows, joined, objectsIn } from './encrypted-rows.mjs'

/**
 * Scores rows.
 * @param options.seal an initialised node-seal
 * @param options.gateway a Gateway
 * @param options.model the model's name
 * @param options.version what Gateway.version told of it
 * @param options.columns one Float64Array for each input, in the model's order and in the features' own units
 * @param options.layout `batched`: a ciphertext for each input, a row in each slot; `packed`: a ciphertext for each row
 * @param options.compression `none`, `zlib` or `zstd`
 * @param options.seeded whether what this side sends is seeded
 * @param options.say told each step
 * @returns `{ scores, seconds, bytesUp, bytesDown, keyBytes, ... }`; scores has one array for each row, one number for each output
 */
export async function scoreRows({ seal, gateway, model, version, columns, layout: name = 'batched', compression = 'zstd', seeded = true, say = () => {} }) {
  const layout = version.layouts.find(l => l.layout === name)
  if (!layout) throw new Error(`${model} takes no rows in the layout ${name}; it takes ${version.layouts.map(l => l.layout).join(', ')}.`)
  const count = columns[0].length
  const clock = stopwatch()

  // 1. The parameters are the model owner's choice; that they are 128-bit secure is checked here.
  const rows = new EncryptedRows(seal, await gateway.parameters(model, version.version), { compression, seeded })

  // 2. Keys: the public one always, others where the circuit needs them. The secret key stays in `rows`.
  const keys = [['public', rows.publicKey()]]
  if (layout.keys.includes('relinearization')) keys.push(['relinearization', rows.relinearizationKeys()])
  if (layout.keys.includes('galois')) keys.push(['galois', rows.galoisKeys(layout.steps)])
  const made = clock()
  const keySet = await gateway.openKeys(model, version.version)
  for (const [kind, bytes] of keys) await gateway.uploadKeys(model, keySet, kind, bytes)
  const keyBytes = keys.reduce((sum, [, bytes]) => sum + bytes.length, 0)
  say(`keys: ${keys.map(([kind, bytes]) => `${kind} ${bytes.length} bytes`).join(', ')}; made in ${made.toFixed(2)} s, uploaded in ${clock().toFixed(2)} s`)

  // 3. Rows as the model wants them: each feature from its public range to [-1, 1].
  const scaled = columns.map((column, i) => column.map(v => scale(v, version.ranges[i])))
  const result = { scores: [], errorBound: layout.errorBound, floodingBits: layout.floodingBits, rows: count, batches: 0, keyBytes, bytesUp: 0, bytesDown: 0, encrypting: 0, scoring: 0, decrypting: 0 }
  const step = name === 'batched' ? rows.slots : 1
  for (let from = 0; from < count; from += step) {
    const some = scaled.map(column => column.subarray(from, from + step))
    clock()
    const sent = name === 'batched'
      ? some.map(column => rows.encrypt(column, layout.scale, layout.leastPrimeCount))
      : [rows.encrypt(repeated(some.map(column => column[0]), layout.period, rows.slots), layout.scale, layout.leastPrimeCount)]
    result.encrypting += clock()
    const body = joined(sent)
    const answer = await gateway.score(model, { version: version.version, keySet, layout: name, packing: compression }, body)
    result.scoring += clock()
    const outputs = [...objectsIn(answer)].map(bytes => rows.decrypt(bytes))
    for (let r = 0; r < some[0].length; r++) {
      result.scores.push(link(version.link, name === 'batched' ? outputs.map(o => o[r]) : [...outputs[0].subarray(0, version.outputs)]))
    }
    result.decrypting += clock()
    result.batches++
    result.bytesUp += body.length
    result.bytesDown += answer.length
  }

  await gateway.deleteKeys(model, keySet)
  say(`${count} rows in ${result.batches} request${result.batches === 1 ? '' : 's'}: encrypted ${result.encrypting.toFixed(2)} s, scored ${result.scoring.toFixed(2)} s, ` +
    `decrypted ${result.decrypting.toFixed(2)} s; ${result.bytesUp} bytes up, ${result.bytesDown} bytes down`)
  return result
}

// What is exact in the clear is left to this side: a sigmoid or softmax of the decrypted numbers.
function link(kind, scores) {
  if (kind === 'sigmoid') return scores.map(z => 1 / (1 + Math.exp(-z)))
  if (kind !== 'softmax') return scores
  const powers = scores.map(z => Math.exp(z - Math.max(...scores)))
  const sum = powers.reduce((a, b) => a + b)
  return powers.map(p => p / sum)
}

function scale(value, range) {
  return range ? Math.min(1, Math.max(-1, (2 * (value - range.lower)) / (range.upper - range.lower) - 1)) : value
}

// A row padded with zeros to a period, again and again.
function repeated(row, period, slots) {
  return Float64Array.from({ length: slots }, (_, i) => row[i % period] ?? 0)
}

function stopwatch() {
  let last = performance.now()
  return () => {
    const now = performance.now()
    const seconds = (now - last) / 1000
    last = now
    return seconds
  }
}
