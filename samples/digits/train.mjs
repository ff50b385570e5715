#!/usr/bin/env node
// Trained digits.onnx, which lies beside this file. Usage: gzip -dc digits.csv.gz | ./prepare | node train.mjs OUT.onnx    (Node 18 or later; no package)
// A network of three dense layers, 61 - 32 - 16 - 10, with tanh between them, by Adam on the cross-entropy of the first 1,297 digits; the other 500 are
// only measured. The loss also holds down the numbers that reach a tanh beyond +-1.5, since a polynomial takes its place between stated bounds.
import { readFileSync, writeFileSync } from 'node:fs'

const [widths, bound, epochs, batch, rate, decay, push] = [[61, 32, 16, 10], 1.5, 150, 32, 2e-3, 1e-2, 1]
const trained = 1297

let state = 2026 // splitmix32: initial weights and the order of the batches, nothing else
const random = () => {
  state = (state + 0x9e3779b9) | 0
  let t = state ^ (state >>> 16)
  t = Math.imul(t, 0x21f0aaad)
  t ^= t >>> 15
  t = Math.imul(t, 0x735a2d97)
  return ((t ^ (t >>> 15)) >>> 0) / 4294967296
}

const rows = readFileSync(0, 'utf8').trim().split('\n').slice(1).map(line => line.split(',').map(Number))
const data = rows.map(([label, ...x]) => ({ label, x }))

const layers = widths.slice(1).map((out, l) => ({
  out, in: widths[l],
  w: Float64Array.from({ length: widths[l] * out }, () => (random() * 2 - 1) * Math.sqrt(3 / widths[l])),
  b: new Float64Array(out),
}))
const forward = x => {
  const z = [], a = [x]
  layers.forEach((layer, l) => {
    const sums = Float64Array.from(layer.b)
    a[l].forEach((v, i) => { for (let j = 0; j < layer.out; j++) sums[j] += v * layer.w[i * layer.out + j] })
    z.push(sums)
    a.push(l < layers.length - 1 ? sums.map(Math.tanh) : sums)
  })
  return { z, a }
}
const best = scores => scores.indexOf(Math.max(...scores))
const accuracy = part => part.filter(d => best(forward(d.x).a.at(-1)) === d.label).length / part.length

const moments = layers.map(l => ({ mw: new Float64Array(l.w.length), vw: new Float64Array(l.w.length), mb: new Float64Array(l.out), vb: new Float64Array(l.out) }))
let step = 0
const adam = (p, g, m, v, at, weightDecay) => {
  for (let i = 0; i < p.length; i++) {
    m[i] = 0.9 * m[i] + 0.1 * g[i]
    v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i]
    p[i] -= at * (m[i] / (1 - 0.9 ** step) / (Math.sqrt(v[i] / (1 - 0.999 ** step)) + 1e-8) + weightDecay * p[i])
  }
}

for (let epoch = 0; epoch < epochs; epoch++) {
  const order = [...Array(trained).keys()]
  for (let i = trained - 1; i > 0; i--) { const j = Math.floor(random() * (i + 1)); [order[i], order[j]] = [order[j], order[i]] }
  for (let from = 0; from < trained; from += batch) {
    const some = order.slice(from, from + batch)
    const grads = layers.map(l => ({ w: new Float64Array(l.w.length), b: new Float64Array(l.out) }))
    for (const k of some) {
      const { z, a } = forward(data[k].x)
      const top = Math.max(...a.at(-1)), e = a.at(-1).map(s => Math.exp(s - top)), sum = e.reduce((p, q) => p + q)
      let delta = Float64Array.from(e, (v, j) => v / sum - (j === data[k].label ? 1 : 0))
      for (let l = layers.length - 1; l >= 0; l--) {
        const layer = layers[l]
        if (l < layers.length - 1) delta = delta.map((d, j) => d * (1 - a[l + 1][j] ** 2) + (Math.abs(z[l][j]) > bound ? push * (z[l][j] - Math.sign(z[l][j]) * bound) : 0))
        const back = new Float64Array(layer.in)
        for (let i = 0; i < layer.in; i++) {
          for (let j = 0; j < layer.out; j++) {
            grads[l].w[i * layer.out + j] += delta[j] * a[l][i] / some.length
            back[i] += delta[j] * layer.w[i * layer.out + j]
          }
        }
        delta.forEach((d, j) => { grads[l].b[j] += d / some.length })
        delta = back
      }
    }
    step++
    const at = rate * (1 - epoch / epochs)
    layers.forEach((l, i) => { adam(l.w, grads[i].w, moments[i].mw, moments[i].vw, at, decay); adam(l.b, grads[i].b, moments[i].mb, moments[i].vb, at, 0) })
  }
}
const reach = part => Math.max(...part.flatMap(d => forward(d.x).z.slice(0, -1).map(z => Math.max(...z.map(Math.abs)))))
console.log(JSON.stringify({ trained: accuracy(data.slice(0, trained)), tested: accuracy(data.slice(trained)), reachTrained: reach(data.slice(0, trained)), reachTested: reach(data.slice(trained)) }))

// ONNX by hand, after onnx.proto: protobuf fields as [number, bytes | integer].
const varint = n => { const out = []; for (let v = BigInt(n); ; v >>= 7n) { if (v < 128n) { out.push(Number(v)); return Buffer.from(out) } out.push(Number(v & 127n) | 128) } }
const field = (number, value) => typeof value === 'number'
  ? Buffer.concat([varint(number << 3), varint(value)])
  : Buffer.concat([varint((number << 3) | 2), varint(value.length), value])
const text = (number, s) => field(number, Buffer.from(s))
const message = (...parts) => Buffer.concat(parts)
const tensor = (name, dims, values) => message(...dims.map(d => field(1, d)), field(2, 1), text(8, name), field(9, Buffer.from(Float32Array.from(values).buffer)))
const value = (name, width) => message(text(1, name), field(2, field(1, message(field(1, 1), field(2, message(field(1, text(2, 'n')), field(1, field(1, width))))))))
const node = (kind, inputs, output) => message(...inputs.map(i => text(1, i)), text(2, output), text(3, output), text(4, kind))
const nodes = [], tensors = []
layers.forEach((layer, l) => {
  const last = l === layers.length - 1
  tensors.push(tensor(`w${l}`, [layer.in, layer.out], layer.w), tensor(`b${l}`, [layer.out], layer.b))
  nodes.push(node('Gemm', [l === 0 ? 'pixels' : `a${l - 1}`, `w${l}`, `b${l}`], last ? 'scores' : `z${l}`))
  if (!last) nodes.push(node('Tanh', [`z${l}`], `a${l}`))
})
const graph = message(...nodes.map(n => field(1, n)), text(2, 'digits'), ...tensors.map(t => field(5, t)), field(11, value('pixels', widths[0])), field(12, value('scores', widths.at(-1))))
writeFileSync(process.argv[2] ?? 'digits.onnx', message(field(1, 8), field(7, graph), field(8, field(2, 17))))
