import type { Scope } from '../../access/scopes.ts'
import { z } from 'zod'
import { isScope, scopes } from '../../access/scopes.ts'
import { absent, line, refuse } from '../../shared/validate.ts'
import { asRange } from './addresses.ts'

const yearMs = 366 * 86_400_000

/** When a key ends: later than now, and a date that a key can live to see. */
const end = z.date().superRefine((at, context) => {
  if (at.getTime() <= Date.now())
    refuse(context, [], 'PAST', 'Choose a time that is still to come.')
  else if (at.getTime() > Date.now() + 10 * yearMs)
    refuse(context, [], 'TOO_FAR', 'Choose a time within the next ten years, or none.')
})

export const createApiKeyInput = z.strictObject({
  name: line(100),
  // None is the least: such a key can ask who it is, and nothing of the school.
  scopes: absent(z.array(z.string()).max(scopes.length)).transform((names, context): Scope[] => {
    const strange = (names ?? []).findIndex(name => !isScope(name))
    if (strange >= 0)
      refuse(context, [strange], 'UNKNOWN_SCOPE', 'There is no such scope: `apiScopes` lists them.')
    return [...new Set(names?.filter(isScope))].sort()
  }),
  expiresAt: absent(end),
  addresses: absent(z.array(z.string().max(60)).max(50)).transform((list, context): string[] => {
    const ranges = (list ?? []).map(text => asRange(text.trim()))
    const strange = ranges.indexOf(undefined)
    if (strange >= 0)
      refuse(context, [strange], 'INVALID_ADDRESS', 'Write an address or a range, such as 192.0.2.7 or 2001:db8::/32.')
    return [...new Set(ranges.filter(range => range !== undefined))]
  }),
})
export type NewApiKey = z.output<typeof createApiKeyInput>

/** The longest overlap of an old key and the one in its place. */
export const longestOverlapDays = 30

export const rollApiKeyInput = z.strictObject({
  id: z.string(),
  // A little in the past is now: clocks differ, and so do a form and its answer.
  worksUntil: absent(z.date().max(new Date(8.64e15))).superRefine((at, context) => {
    if (at && at.getTime() > Date.now() + longestOverlapDays * 86_400_000)
      refuse(context, [], 'TOO_FAR', `Two keys may overlap for at most ${longestOverlapDays} days.`)
  }),
  expiresAt: absent(end),
})

/** What is sought: the beginning of a key, from `hmr_live_` to the whole of it. */
export const foundKeyInput = z.strictObject({ prefix: z.string().trim().min(15, 'Give at least `hmr_live_` and six characters more.').max(200).regex(/^\w+$/, 'This is not the beginning of a key.') })

export const leakedKeyInput = z.strictObject({ id: z.string(), reason: line(500) })

/** Other points than everybody's, for a while that has an end. */
export const adjustLimitInput = z.strictObject({ tenantId: z.string(), keyId: absent(z.string()), points: z.int().min(1).max(10_000_000), expiresAt: end, reason: line(500) })

export const apiKeysFilter = z.strictObject({ state: absent(z.enum(['ACTIVE', 'EXPIRED', 'REVOKED'])) })
