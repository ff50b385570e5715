#!/usr/bin/env node
// Scores the rows of a CSV file at a PrivacyGrains gateway that never sees them. See README.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import SEAL from 'node-seal'
import { columnsOf, readCsv } from './csv.mjs'
import { Gateway } from './gateway.mjs'
import { scoreRows } from './scoring.mjs'

const usage = `node score.mjs --model NAME --input ROWS.csv [--url http://127.0.0.1:8080] [--key-file FILE] [--layout batched|packed] [--rows N]
  [--compression none|zlib|zstd] [--unseeded] [--out SCORES.csv] [--json]
The API key: --key-file (a file of 'key create --to', or up's operator key), or the environment variable PRIVACYGRAINS_KEY.`

try {
  const { values: told } = parseArgs({ options: {
    url: { type: 'string', default: process.env.PRIVACYGRAINS_URL ?? 'http://127.0.0.1:8080' },
    'key-file': { type: 'string' },
    model: { type: 'string' },
    input: { type: 'string' },
    layout: { type: 'string', default: 'batched' },
    compression: { type: 'string', default: 'zstd' },
    unseeded: { type: 'boolean', default: false },
    rows: { type: 'string' },
    out: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  } })
  if (told.help || !told.model || !told.input) {
    console.error(usage)
    process.exit(told.help ? 0 : 2)
  }

  const key = told['key-file'] ? readFileSync(told['key-file'], 'utf8').trim() : process.env.PRIVACYGRAINS_KEY
  if (!key) throw new Error('No API key was given: --key-file FILE, or PRIVACYGRAINS_KEY.')
  const gateway = new Gateway(told.url, key)
  const version = await gateway.version(told.model)
  const file = readCsv(readFileSync(told.input, 'utf8'))
  const rows = told.rows ? file.rows.slice(0, Number(told.rows)) : file.rows
  const columns = columnsOf({ ...file, rows }, version.features, version.inputs)
  const seal = await SEAL()
  const result = await scoreRows({
    seal, gateway, model: told.model, version, columns, layout: told.layout, compression: told.compression, seeded: !told.unseeded,
    say: line => console.error(line),
  })
  const lines = ['score', ...result.scores.map(row => row.join(','))]
  if (result.scores[0]?.length > 1) lines[0] = result.scores[0].map((_, i) => `score${i + 1}`).join(',')
  if (told.out) writeFileSync(told.out, lines.join('\n') + '\n')
  if (told.json) console.log(JSON.stringify(result))
  else if (!told.out) console.log(lines.join('\n'))
} catch (e) {
  console.error(e.message)
  process.exit(1)
}
