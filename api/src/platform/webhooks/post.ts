import type { Resolve } from './public-address.ts'
import { Agent, request } from 'undici'
import { answerStart } from './answer-start.ts'
import { readUrl, urlProblems } from './endpoint-url.ts'
import { checkedLookup } from './public-address.ts'

/** How one try ended: with a status, or with the reason why there is none, in words of ours. */
export interface Outcome {
  readonly status: number | null
  readonly error: string | null
  /** The start of the body, fit to be shown. */
  readonly answer: string | null
  /** How long the receiver asks to be left alone, in seconds. */
  readonly retryAfter: number | null
  readonly durationMs: number
}

export interface Post {
  /** Rejects only where `signal` says that nobody wants to know any more. */
  readonly send: (url: string, headers: Record<string, string>, body: string, signal: AbortSignal) => Promise<Outcome>
  readonly close: () => Promise<void>
}

/** Of an answer's body no more is read than this. */
const readBytes = 1_024

/** Sends to receivers: only to addresses that were checked, nowhere else than the URL says, and never for longer than `timeoutMs`. */
export function openPost(options: { readonly timeoutMs: number, readonly allowPrivate: boolean, readonly resolve: Resolve }): Post {
  const { timeoutMs, allowPrivate } = options
  const dispatcher = new Agent({
    connect: { lookup: checkedLookup(options.resolve, allowPrivate), timeout: timeoutMs },
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    keepAliveTimeout: 4_000,
    // Of headers too: an answer is a status and little more.
    maxHeaderSize: 16_384,
    pipelining: 1,
  })
  return {
    async send(url, headers, body, signal) {
      const startedAt = performance.now()
      const ended = (outcome: Partial<Outcome>): Outcome => ({ status: null, error: null, answer: null, retryAfter: null, durationMs: Math.round(performance.now() - startedAt), ...outcome })
      // Once more: an address in the URL is never looked up.
      const read = readUrl(url, allowPrivate)
      if ('problem' in read)
        return ended({ error: urlProblems[read.problem] })
      const patience = AbortSignal.timeout(timeoutMs)
      try {
        const response = await request(read.url, { method: 'POST', headers, body, dispatcher, signal: AbortSignal.any([signal, patience]) })
        const known = { status: response.statusCode, retryAfter: secondsOf(response.headers['retry-after']) }
        // With the status all is decided; what follows may break off.
        const start = await startOf(response.body).catch(() => null)
        signal.throwIfAborted()
        return ended({ ...known, answer: start && answerStart(start) })
      }
      catch (error) {
        signal.throwIfAborted()
        return ended({ error: patience.aborted ? `No answer within ${timeoutMs / 1_000} s.` : wordsFor(error) })
      }
    },
    close: () => dispatcher.destroy(),
  }
}

async function startOf(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  // Leaving the loop ends the connection where more is to come.
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= readBytes)
      break
  }
  return Buffer.concat(chunks).subarray(0, readBytes)
}

/** Of `Retry-After`, in either of its forms. */
function secondsOf(header: string | string[] | undefined): number | null {
  const text = Array.isArray(header) ? header[0] : header
  if (!text)
    return null
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1_000
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null
}

const words: Readonly<Record<string, string>> = {
  PRIVATE_ADDRESS: 'The name leads to an address that is not on the public internet.',
  ENOTFOUND: 'The host was not found.',
  ENODATA: 'The host has no address.',
  ECONNREFUSED: 'The connection was refused.',
  ECONNRESET: 'The connection was broken off.',
  UND_ERR_SOCKET: 'The connection was broken off.',
  UND_ERR_CONNECT_TIMEOUT: 'The connection could not be made in time.',
  UND_ERR_HEADERS_OVERFLOW: 'The answer has too many headers.',
  HPE_HEADER_OVERFLOW: 'The answer has too many headers.',
}

/** What went wrong, without what a library or receiver may have quoted. */
function wordsFor(error: unknown): string {
  const { code, cause, name } = error as { code?: string, cause?: { code?: string }, name?: string }
  const kind = code ?? cause?.code ?? ''
  if (words[kind])
    return words[kind]
  if (name === 'HTTPParserError')
    return 'The answer is not HTTP.'
  if (/CERT|SIGNATURE|SELF_SIGNED|UNABLE_TO/.test(kind))
    return `The certificate is not good (${kind}).`
  if (/^(?:ERR_SSL|EPROTO)/.test(kind))
    return 'No encrypted connection could be made.'
  return kind ? `It could not be sent (${kind.slice(0, 60)}).` : 'It could not be sent.'
}
