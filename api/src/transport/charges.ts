import type { GraphQLResponse } from '@apollo/server'
import type { Charge } from '../access/charge.ts'
import { windowSeconds } from '../access/charge.ts'

/**
 * Says what an operation of an API key cost: as `extensions.cost`, of the bucket that has less left, and in the headers of
 * the IETF's draft-ietf-httpapi-ratelimit-headers-10, of both. Their quotas are points, not requests: `qu`.
 */
export function tellCharge({ requested, buckets }: Charge, { http, body }: Pick<GraphQLResponse, 'http' | 'body'>): void {
  const [tightest] = buckets.toSorted((a, b) => a.remaining - b.remaining)
  if (!tightest)
    return
  http.headers.set('ratelimit-policy', buckets.map(({ of, limit }) => `"${of}";q=${limit};w=${windowSeconds};qu="points"`).join(', '))
  http.headers.set('ratelimit', buckets.map(({ of, remaining, resetAt }) => `"${of}";r=${remaining};t=${Math.max(0, Math.ceil((resetAt.getTime() - Date.now()) / 1_000))}`).join(', '))
  if (body.kind !== 'single')
    return
  const { limit, remaining, resetAt } = tightest
  body.singleResult.extensions = { ...body.singleResult.extensions, cost: { requested, remaining, limit, resetAt: resetAt.toISOString() } }
}
