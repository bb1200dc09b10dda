/** What one reading of `/metrics` says: for each metric its samples. */
export type Scrape = ReadonlyMap<string, readonly Sample[]>

export interface Sample { readonly labels: Readonly<Record<string, string>>, readonly value: number }

export const metricsToken = 'a token for Prometheus'

/** Reads `/metrics` as Prometheus does, `up` included: 0 where nobody answers. */
export async function scrape(url: string): Promise<Scrape> {
  const text = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } }).then(
    answer => answer.ok ? answer.text() : undefined,
    () => undefined,
  )
  return new Map([...readExposition(text ?? ''), ['up', [{ labels: { job: 'homeroom' }, value: text === undefined ? 0 : 1 }]]])
}

/** Prometheus' text format. A line that is none throws. */
export function readExposition(text: string): Scrape {
  const found = new Map<string, Sample[]>()
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#'))
      continue
    const [, name, labels, value] = /^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/i.exec(line) ?? []
    if (!name || !value || (Number.isNaN(Number(value)) && value !== 'Nan' && !/^[+-]?Inf$/.test(value)))
      throw new Error(`This is no sample: ${line}`)
    const pairs = Array.from((labels ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g), ([, key, text]) => [key!, text!] as const)
    const samples = found.get(name) ?? []
    samples.push({ labels: Object.fromEntries(pairs), value: Number(value.replace('Inf', 'Infinity')) })
    found.set(name, samples)
  }
  return found
}

/** The kinds of metrics a reading names, by name: counter, gauge, histogram, summary. */
export function readKinds(text: string): ReadonlyMap<string, string> {
  return new Map(Array.from(text.matchAll(/^# TYPE (\S+) (\S+)$/gm), ([, name, kind]) => [name!, kind!]))
}
