import { z } from 'zod'
import { optionalLine } from '../../shared/validate.ts'
import { choosable } from './event-types.ts'

/** Endpoints of one school. */
export const mostEndpoints = 10
/** Hours for which the old secret goes on signing, unless told, and at the most. */
export const overlapHours = { usual: 24, longest: 168 } as const
/** Deliveries that are sent again with one call. */
export const mostReplayed = 10_000

const chosen = z.array(z.enum(choosable as [string, ...string[]])).min(1).max(100).transform(types => [...new Set(types)]).nullable()

export const newEndpoint = z.strictObject({
  // Looked at by itself, since its name is resolved.
  url: z.string(),
  description: optionalLine(200),
  eventTypes: chosen.default(null),
})

/** What is left out stays as it is. */
export const changedEndpoint = z.strictObject({
  url: z.string().nullish(),
  description: optionalLine(200).optional(),
  eventTypes: chosen.optional(),
  enabled: z.boolean().nullish(),
})

export const overlap = z.strictObject({ overlapHours: z.int().min(0).max(overlapHours.longest) })

export const replayRange = z.strictObject({
  since: z.date(),
  until: z.date().nullish(),
  all: z.boolean().nullish(),
}).refine(({ since, until }) => !until || until > since, { path: ['until'], params: { code: 'ENDS_BEFORE_START' }, message: 'The end must come after the start.' })
