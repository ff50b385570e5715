// Comma-separated numbers with a header (RFC 4180 without line breaks in fields).

/** @returns {{header: string[], rows: string[][]}} */
export function readCsv(text) {
  const [header, ...rows] = text.split(/\r?\n/).filter(line => line.trim() !== '').map(fields)
  if (!header) throw new Error('The file is empty.')
  const wrong = rows.findIndex(row => row.length !== header.length)
  if (wrong >= 0) throw new Error(`Line ${wrong + 2} has ${rows[wrong].length} fields, the header ${header.length}.`)
  if (rows.length === 0) throw new Error('The file has a header and no rows.')
  return { header, rows }
}

/** A model's inputs, each a column of numbers: columns by name, where the model names them, else in the file's order. */
export function columnsOf({ header, rows }, names, count) {
  const places = names.length > 0 ? names.map(name => header.indexOf(name)) : Array.from({ length: count }, (_, i) => i)
  const missing = places.findIndex(place => place < 0 || place >= header.length)
  if (missing >= 0) throw new Error(names.length > 0 ? `There is no column ${names[missing]}.` : `The model has ${count} inputs, the file ${header.length} columns.`)
  return places.map(place => Float64Array.from(rows, (row, r) => {
    const number = row[place].trim() === '' ? NaN : Number(row[place])
    if (!Number.isFinite(number)) throw new Error(`Line ${r + 2}, column ${header[place]}: not a number.`)
    return number
  }))
}

function fields(line) {
  const out = []
  for (let at = 0; at <= line.length;) {
    if (line[at] === '"') {
      let value = ''
      for (at++; at < line.length; at++) {
        if (line[at] !== '"') value += line[at]
        else if (line[at + 1] === '"') { value += '"'; at++ } else break
      }
      out.push(value)
      at += 2
    } else {
      const end = line.indexOf(',', at) < 0 ? line.length : line.indexOf(',', at)
      out.push(line.slice(at, end))
      at = end + 1
    }
  }
  return out
}
