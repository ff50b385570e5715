#!/usr/bin/env node
// Serves the page, these modules and node-seal on this machine, and passes /v1/ on to a gateway, so that the page has one origin.
// Usage: node serve.mjs [--gateway http://127.0.0.1:8080] [--port 8090]
import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values: told } = parseArgs({ options: { gateway: { type: 'string', default: 'http://127.0.0.1:8080' }, port: { type: 'string', default: '8090' } } })
const here = fileURLToPath(new URL('.', import.meta.url))
const kinds = { '.html': 'text/html; charset=utf-8', '.mjs': 'text/javascript', '.js': 'text/javascript', '.wasm': 'application/wasm', '.css': 'text/css' }
const sealFolder = fileURLToPath(new URL('.', import.meta.resolve('node-seal')))

const server = createServer((asked, answer) => {
  const { pathname, search } = new URL(asked.url, 'http://localhost')
  if (pathname.startsWith('/v1/')) {
    const to = new URL(pathname + search, told.gateway)
    const passed = (to.protocol === 'https:' ? httpsRequest : httpRequest)(to, { method: asked.method, headers: { ...asked.headers, host: to.host } }, got => {
      answer.writeHead(got.statusCode, got.headers)
      got.pipe(answer)
    })
    passed.on('error', e => answer.writeHead(502, { 'content-type': 'text/plain' }).end(`The gateway is not there: ${e.message}`))
    asked.pipe(passed)
    return
  }
  const name = pathname === '/' ? 'index.html' : normalize(decodeURIComponent(pathname)).slice(1)
  const file = name.startsWith('node-seal/') ? join(sealFolder, name.slice('node-seal/'.length)) : join(here, name)
  const isOurs = (file.startsWith(here) || file.startsWith(sealFolder)) && extname(file) in kinds && existsSync(file) && statSync(file).isFile()
  if (asked.method !== 'GET' || !isOurs) {
    answer.writeHead(404, { 'content-type': 'text/plain' }).end('Not here.')
    return
  }
  answer.writeHead(200, { 'content-type': kinds[extname(file)], 'cache-control': 'no-cache' })
  createReadStream(file).pipe(answer)
})
server.listen(Number(told.port), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`))
