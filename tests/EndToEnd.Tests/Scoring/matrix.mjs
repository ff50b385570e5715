// Every way to send: run by NodeSealTests beside the example's modules. Usage: node matrix.mjs URL KEY-FILE ROWS.csv MODEL...
import { readFileSync } from 'node:fs'
import SEAL from 'node-seal'
import { columnsOf, readCsv } from './csv.mjs'
import { Gateway } from './gateway.mjs'
import { scoreRows } from './scoring.mjs'

const [url, keyFile, input, ...models] = process.argv.slice(2)
const gateway = new Gateway(url, readFileSync(keyFile, 'utf8').trim())
const file = readCsv(readFileSync(input, 'utf8'))
const seal = await SEAL()
for (const model of models) {
  const version = await gateway.version(model)
  const columns = columnsOf(file, version.features, version.inputs)
  for (const compression of ['none', 'zlib', 'zstd']) {
    for (const seeded of [true, false]) {
      const { scores, bytesUp } = await scoreRows({ seal, gateway, model, version, columns, compression, seeded })
      console.log(JSON.stringify({ model, compression, seeded, bytesUp, scores: scores.map(row => row[0]) }))
    }
  }
}
