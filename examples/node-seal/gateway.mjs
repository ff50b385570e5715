// The HTTP half of a client: what goes to the gateway and what comes back. No cryptography, and nothing here ever holds a secret key.

export class Gateway {
  #url
  #key

  /** @param url where the gateway listens; @param key an API key, pgk_... */
  constructor(url, key) {
    this.#url = url.replace(/\/+$/, '')
    this.#key = key
  }

  /** What clients need to know of a model: its newest version that is in use, and what is left of this key's quota. */
  async version(model) {
    const found = await (await this.#send('GET', at(model))).json()
    const version = found.versions.findLast(v => v.status === 'active')
    if (!version) throw new Error(`All versions of ${model} are retired.`)
    return { ...version, quota: found.quota }
  }

  /** A version's parameters as SEAL saves them, in the dialect of SEAL 4.1, which is node-seal 7's. */
  async parameters(model, version) {
    return bytesOf(await this.#send('GET', `${at(model)}/parameters?version=4.1&modelVersion=${version}`))
  }

  /** Opens a key set and tells its id. It expires by itself. */
  async openKeys(model, version) {
    return (await (await this.#send('POST', `${at(model)}/key-sets?modelVersion=${version}`)).json()).keySet
  }

  /** Uploads one kind of keys: `public`, `relinearization` or `galois`. */
  async uploadKeys(model, keySet, kind, bytes) {
    await this.#send('PUT', `${at(model)}/key-sets/${keySet}/${kind}`, bytes)
  }

  /** Sends ciphertexts, gets ciphertexts. The request's name makes it safe to send it again. */
  async score(model, { version, keySet, layout, packing, requestId = crypto.randomUUID() }, bytes) {
    const asked = new URLSearchParams({ modelVersion: version, layout, packing, requestId })
    return bytesOf(await this.#send('POST', `${at(model)}/key-sets/${keySet}/scores?${asked}`, bytes))
  }

  /** Erases a key set. */
  async deleteKeys(model, keySet) {
    await this.#send('DELETE', `${at(model)}/key-sets/${keySet}`)
  }

  async #send(method, path, body) {
    const headers = { authorization: `Bearer ${this.#key}` }
    if (body) headers['content-type'] = 'application/octet-stream'
    let answer
    try {
      answer = await fetch(this.#url + path, { method, headers, body })
    } catch (e) {
      throw new Error(`${this.#url} does not answer: ${e.cause?.message ?? e.message}`)
    }
    if (answer.ok) return answer
    const problem = await answer.json().catch(() => ({})) // RFC 9457
    throw new Error(`${problem.code ?? answer.status}: ${problem.detail ?? answer.statusText}`)
  }
}

const at = model => `/v1/encrypted-models/${encodeURIComponent(model)}`

const bytesOf = async answer => new Uint8Array(await answer.arrayBuffer())
