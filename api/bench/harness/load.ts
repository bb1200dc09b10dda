import autocannon from 'autocannon'

export interface Asking {
  readonly url: string
  readonly body: object
  readonly authorization?: string
}

const headers = ({ authorization }: Asking) => ({ 'content-type': 'application/json', ...(authorization && { authorization }) })

/** Asks once. */
export async function send(request: Asking): Promise<never> {
  const response = await fetch(request.url, { method: 'POST', headers: headers(request), body: JSON.stringify(request.body) })
  const text = await response.text()
  if (!response.ok || text.includes('"errors"'))
    throw new Error(`${request.url} answered ${response.status}: ${text.slice(0, 500)}`)
  return JSON.parse(text) as never
}

/** Blocks of each side that do not count: engines compile what has run often, and servers run for weeks. */
export const warmUp = 5

/** Asks over ten connections for some seconds, each as soon as it has its answer. */
export async function load(request: Asking, seconds: number): Promise<{ perSecond: number, latency: number }> {
  const result = await autocannon({ url: request.url, method: 'POST', headers: headers(request), body: JSON.stringify(request.body), connections: 10, duration: seconds })
  if (result.non2xx > 0 || result.errors > 0 || result.timeouts > 0)
    throw new Error(`${request.url}: ${result.non2xx} answers were not 2xx, ${result.errors} failed, ${result.timeouts} came too late.`)
  return { perSecond: result.requests.total / result.duration, latency: result.latency.p50 }
}
