import type { FastifyHttpOptions, FastifyReply, FastifyRequest } from 'fastify'
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ErrorCode } from '../shared/error-codes.ts'
import type { Log } from '../shared/log.ts'
import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import { ExpectedError, Invalid } from '../shared/errors.ts'
import { expected, unexpectedWords } from './public-error.ts'

/** Sent with whatever is not a page. */
export const apiHeaders = {
  'cache-control': 'no-store',
  'vary': 'Authorization, Host, Origin, x-tenant-id',
  'x-content-type-options': 'nosniff',
  'content-security-policy': 'default-src \'none\'; frame-ancestors \'none\'',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-site',
}

/** A refusal that HTTP has a status of its own for. */
export class Refused extends ExpectedError {
  constructor(readonly status: number, message: string, code: ErrorCode = 'BAD_REQUEST') { super(message, code) }
}

/** How a server of ours names its requests, how much of one it reads, and what it answers where it cannot. */
export function readingOptions(log: Log) {
  return {
    genReqId: () => randomUUID(),
    http: { maxHeaderSize: 16 * 1024, headersTimeout: 10_000, requireHostHeader: false }, // we ask for it ourselves, and say so in JSON
    clientErrorHandler: answerUnread,
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply, log),
  } satisfies FastifyHttpOptions<Server>
}

/** Errors outside GraphQL (a broken body, a bad token, a conflict of tenants) answer in GraphQL's shape. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): FastifyReply {
  const status = (error as { statusCode?: number }).statusCode
  const known = expected(error) ?? (status && status < 500 ? unreadable(status) : undefined)
  if (!known)
    log.error({ err: error, requestId: request.id }, 'a request failed')
  if (known && typeof known.facts.retryAfter === 'number')
    void reply.header('retry-after', String(known.facts.retryAfter))
  return reply.code(known?.status ?? 500).headers({ ...apiHeaders, 'x-request-id': request.id }).type('application/json; charset=utf-8').send(bodyOf(known, request.id))
}

/** Whether a request is for the API in a way that the API has not. */
export function isMethodMistaken({ url, method }: FastifyRequest): boolean {
  return /^\/graphql(?:\?|$)/.test(url) && method !== 'GET' && method !== 'POST'
}

/** No such path, or no such method on it. */
export function answerNothing(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = isMethodMistaken(request) ? new Refused(405, 'Ask by POST.') : notHere()
  if (refusal.status === 405)
    void reply.header('allow', 'GET, POST')
  return reply.code(refusal.status).headers(apiHeaders).type('application/json; charset=utf-8').send(bodyOf(refusal, request.id))
}

export function notHere(): ExpectedError {
  return new Refused(404, 'There is nothing here.', 'NOT_FOUND')
}

/** Answers on a connection that has no reply, because no request could be read or it was to become a socket, and ends it. */
export function answerBare(socket: Duplex, error: ExpectedError, requestId: string = randomUUID()): void {
  // A peer that never closes its half would hold the connection, and the server's end with it.
  socket.once('finish', () => socket.destroy())
  const body = JSON.stringify(bodyOf(error, requestId))
  const headers = {
    ...apiHeaders,
    'connection': 'close',
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'x-request-id': requestId,
    ...(typeof error.facts.retryAfter === 'number' && { 'retry-after': String(error.facts.retryAfter) }),
  }
  socket.end(`HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\n${Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`)
}

/** What Node could not read as a request. */
function answerUnread(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable)
    return void socket.destroy()
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ''] ?? 400
  answerBare(socket, unreadable(status))
}

/**
 * Refuses what two readers of the same request could read differently: a host that is said twice or in two ways, a body
 * that is no UTF-8. Node itself would keep the first host, and our tenant is in it.
 */
export function refuseAmbiguous(request: IncomingMessage): void {
  const hosts = request.headersDistinct.host ?? []
  if (hosts.length > 1 || (hosts.length === 0 && request.httpVersion === '1.1'))
    throw new Invalid('Say the host, and say it once.', { code: 'BAD_REQUEST' })
  const absolute = /^https?:\/\/([^/?#]*)/i.exec(request.url ?? '')
  if (absolute && absolute[1]!.toLowerCase() !== hosts[0]?.toLowerCase())
    throw new Invalid('The request line names another host than the Host header.', { code: 'BAD_REQUEST' })
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(request.headers['content-type'] ?? '')?.[1]
  if (charset !== undefined && !/^utf-?8$/i.test(charset))
    throw unreadable(415)
}

/** What Apollo refuses before there is an operation (a batch, a forged form) has no request id yet. */
export function nameRequest(requestId: string, status: number, payload: unknown): unknown {
  if (status < 400 || typeof payload !== 'string' || payload.includes('"requestId"'))
    return payload
  const body = JSON.parse(payload) as { errors: { extensions?: object }[] }
  return JSON.stringify({ ...body, errors: body.errors.map(error => ({ ...error, extensions: { ...error.extensions, requestId } })) })
}

/** What Fastify or Node refuses, in our words: their own may quote what was sent. */
function unreadable(status: number): ExpectedError {
  const words: Record<number, string> = {
    408: 'The request took too long to arrive.',
    413: 'This request is too large: at most 100 kB.',
    415: 'Send JSON in UTF-8: content-type application/json.',
    431: 'These headers are too large: at most 16 kB.',
  }
  return new Refused(status, words[status] ?? 'This request could not be read.')
}

function bodyOf(error: ExpectedError | undefined, requestId: string): object {
  const { http: _, ...extensions } = error?.extensions ?? { code: 'INTERNAL_SERVER_ERROR' }
  return { errors: [{ message: error?.message ?? unexpectedWords, extensions: { ...extensions, requestId } }] }
}
