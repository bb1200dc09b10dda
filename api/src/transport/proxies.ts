import type { IncomingMessage } from 'node:http'
import proxyAddr from '@fastify/proxy-addr'

/** Who sent a request and which host they asked for; forwarded headers count only from configured proxies. */
export interface Sender {
  readonly address: string
  readonly host: string | undefined
}

/** Whether a request comes straight from one of the `trusted`. */
export function proxyReader(trusted: readonly string[]): (request: IncomingMessage) => boolean {
  const trust = trusted.length > 0 ? proxyAddr.compile([...trusted]) : () => false
  return request => trust(request.socket.remoteAddress ?? '', 0)
}

/** Reads senders of requests and upgrades alike. `trusted` are addresses, ranges, or loopback, linklocal, uniquelocal. */
export function senderReader(trusted: readonly string[]): (request: IncomingMessage) => Sender {
  if (trusted.length === 0)
    return request => ({ address: request.socket.remoteAddress ?? '', host: request.headers.host })
  const trust = proxyAddr.compile([...trusted])
  return (request) => {
    const forwardedHost = request.headers['x-forwarded-host']
    const byProxy = trust(request.socket.remoteAddress ?? '', 0)
    return {
      address: proxyAddr(request, trust),
      // The last is what our own proxy saw; what stands before it anyone may have written.
      host: byProxy && typeof forwardedHost === 'string' ? forwardedHost.split(',').at(-1)!.trim() : request.headers.host,
    }
  }
}
