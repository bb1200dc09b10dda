import type { Overhear } from './client.ts'
import { Buffer } from 'node:buffer'
import { randomInt } from 'node:crypto'
import { schemaName } from '../../src/database/schema-names.ts'

/** A school as its neighbour must never see it. */
export interface Marked {
  readonly tenantId: string
  /** Stands in every text of the school, and nowhere else: where it turns up, something of the school has. */
  readonly mark: string
}

// Letters that no rule of ours folds into others: a slug's look, a username and a search text keep the mark whole.
const letters = 'abcdefghjkpqtuxyz'

/** A new mark: twelve letters that nobody types by chance. */
export function newMark(): string {
  return Array.from({ length: 12 }, () => letters[randomInt(letters.length)]).join('')
}

/** What of `foreign` a text says, plainly or wrapped in base64url as cursors and tokens are. Empty where all is well. */
export function tracesOf(foreign: Marked, text: string): string[] {
  const wrapped = [...text.matchAll(/[\w-]{16,}/g)].map(([run]) => Buffer.from(run, 'base64url').toString('latin1'))
  // Without hyphens an id is what its school's schema is named after.
  return surroundings([text, ...wrapped].join('\n').toLowerCase(), [foreign.mark, foreign.tenantId, foreign.tenantId.replaceAll('-', '')])
}

/** Schemas that a text names: nobody outside the server may learn of one, not even of their own school's. */
const schemasIn = (text: string) => surroundings(text, [/\bt_[0-9a-f]{32}\b/i])

function surroundings(text: string, traces: readonly (string | RegExp)[]): string[] {
  return traces.map(trace => text.search(trace)).filter(place => place >= 0).map(place => text.slice(Math.max(0, place - 60), place + 60))
}

/** What has been said to one school's people, as far as it matters afterwards. */
export interface Listening {
  readonly overhear: Overhear
  /** Every trace of the other school, with what it stood in. */
  readonly leaks: string[]
  /** Ids of the requests these people made. */
  readonly requestIds: Set<string>
  /** What these people were given that lets them in. */
  readonly secrets: Set<string>
}

/** Scans everything that is said to one school for the other one. */
export function listenFor(foreign: Marked): Listening {
  const leaks: string[] = []
  const requestIds = new Set<string>()
  const secrets = new Set<string>()
  return {
    leaks,
    requestIds,
    secrets,
    overhear(said) {
      leaks.push(...tracesOf(foreign, said), ...schemasIn(said))
      for (const [id] of said.matchAll(/(?<=x-request-id: |"requestId":")[^"\s]+/g))
        requestIds.add(id)
      for (const [secret] of said.matchAll(/(?<=\brt=|"(?:accessToken|secret|token)":")[^";\s]+/g))
        secrets.add(secret)
    },
  }
}

/** Lines of a log, kept as they are written. */
export function logSink() {
  const lines: string[] = []
  return { lines, write: (line: string) => void lines.push(line) }
}

interface LogLine { requestId?: string, tenantId?: string }

/** What a log tells that it must not: a secret, people's words, or one school in a line about the other. */
export function logLeaks(lines: readonly string[], secrets: Iterable<string>, sides: readonly { readonly own: Marked, readonly foreign: Marked, readonly requestIds: ReadonlySet<string> }[]): string[] {
  const known = [...secrets].filter(secret => secret.length > 0)
  return lines.flatMap((line) => {
    const { requestId, tenantId } = JSON.parse(line) as LogLine
    const about = sides.filter(({ own, requestIds }) => tenantId === own.tenantId || (requestId !== undefined && requestIds.has(requestId)))
    const told = [...known.filter(secret => line.includes(secret)).map(() => 'a secret'), ...about.flatMap(({ foreign }) => tracesOf(foreign, line))]
    // People's words are nobody's business there, whoever they are.
    const words = sides.filter(({ own }) => line.includes(own.mark)).map(({ own }) => own.mark)
    return [...told, ...words].map(what => `${what} in ${line}`)
  })
}

/** The schema of a marked school. */
export const schemaOf = ({ tenantId }: Marked): string => schemaName(tenantId)
