// Writes bench/results/ckks.json and ckks.md from runs of `privacygrains bench ckks --json`: commit, machine, load at the end, files.
import { readFileSync, writeFileSync } from 'node:fs'

const [commit, machine, load, ...files] = process.argv.slice(2)
const order = ['avx512', 'avx2', 'none']
const runs = files.map(file => JSON.parse(readFileSync(file, 'utf8'))).sort((a, b) => order.indexOf(a.vectors) - order.indexOf(b.vectors))
writeFileSync('bench/results/ckks.json', JSON.stringify({ commit, machine, load, runs }, null, 2) + '\n')

const time = us => us == null ? '-' : us >= 1000 ? Math.round(us).toLocaleString('en-US') : us >= 100 ? us.toFixed(0) : us.toFixed(1)
const ratio = value => value == null ? '-' : value.toFixed(3)
const names = { avx512: 'AVX-512', avx2: 'AVX2 at most (`--vectors avx2`)', none: 'No vectors (`--vectors none`)' }
const lines = [
  '# Measured: encrypted scoring', '',
  `[ckks.json](ckks.json) is what \`privacygrains bench ckks --json\` printed in ${runs.length} runs (\`bench/ckks/take\`), built in Release at commit ${commit}, on ${machine}, .NET 10; load averages at the end: ${load}.`,
  'Microseconds, medians, one thread. The baseline runs between ours, a few milliseconds each in turn, so what disturbs the machine disturbs both.',
  '"SEAL, scaled" is the earlier figure of SEAL 4.4.3 as its build makes it by default, times node-seal\'s time in this run over its time then: of the same operation, or of the multiplication where node-seal has no earlier figure (linear, load-seeded, ntt).',
  '`linear` is 30 features, one ciphertext each, weights and bias, then rescaled. SEAL has no product with one number, so its users encode it and multiply plaintexts; ours multiplies by one word for each prime, reduces a sum once, and leaves out primes that the answer does not need (at N = 16384 four of seven): a part of this lead is the algorithm\'s.',
  '`load-seeded` reads a ciphertext of half its length, not compressed, and expands the rest.',
]
for (const run of runs) {
  const native = run.results.some(r => r.sealNetMicroseconds != null)
  lines.push('', `## ${names[run.vectors]}`, '', run.baseline ? `Baseline: ${run.baseline}.` : `No baseline: ${run.baselineAbsence}`)
  for (const set of [...new Set(run.results.map(r => r.set))]) {
    lines.push('', `${set}:`, '', `| operation | ours | allocated | node-seal | ratio |${native ? ' SEALNet | ratio |' : ''} SEAL, scaled | ratio | wanted | met |`, `|---|---|---|---|---|${native ? '---|---|' : ''}---|---|---|---|`)
    for (const r of run.results.filter(r => r.set === set)) {
      lines.push(`| ${r.operation} | ${time(r.microseconds)} | ${r.allocatedBytes} | ${time(r.nodeSealMicroseconds)} | ${ratio(r.ratio)} |${native ? ` ${time(r.sealNetMicroseconds)} | ${ratio(r.ratioToSealNet)} |` : ''} `
        + `${time(r.sealScaledMicroseconds)} | ${ratio(r.ratioToSealScaled)} | ${r.wanted ?? ''} | ${r.met == null ? '' : r.met ? 'yes' : 'no'} |`)
    }
  }
}
writeFileSync('bench/results/ckks.md', lines.join('\n') + '\n')
