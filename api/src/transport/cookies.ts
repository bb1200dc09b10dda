import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Client } from '../access/request-context.ts'

/** What resolvers may know of a request's sender. The refresh cookie is host-only: no Domain. */
export function clientOf(request: FastifyRequest, reply: FastifyReply, address: string, secure: boolean): Client {
  const name = secure ? '__Host-rt' : 'rt'
  const attributes = { httpOnly: true, sameSite: 'strict', secure, path: '/' } as const
  return {
    address,
    userAgent: request.headers['user-agent']?.slice(0, 300),
    refreshToken: request.cookies[name],
    keepRefreshToken: (token, expires) => {
      if (token)
        void reply.setCookie(name, token, { ...attributes, expires })
      else
        void reply.clearCookie(name, attributes)
    },
  }
}
