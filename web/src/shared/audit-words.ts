import type { AuditRowFragment } from '../apollo/generated/graphql.ts'

export type AuditRow = Omit<AuditRowFragment, 'details'> & { details: Readonly<Record<string, unknown>> }

/** A sentence that begins after the name of who did it: a key of activity.actions, and what goes into it. */
export interface Sentence { key: string, values: Record<string, string> }

interface Words {
  has: (key: string) => boolean
  role: (role: string) => string
  /** The name of an account, where it is known. */
  name: (accountId: string) => string | undefined
  somebody: string
}

// Actions told apart by one of their details.
const variants: Readonly<Record<string, string>> = { 'session.ended': 'reason', 'user.created': 'role', 'superadmin.access': 'mode', 'webhookEndpoint.disabled': 'reason' }

const text = (value: unknown) => (typeof value === 'string' ? value : '')

/** What was done, in words; undefined for an action nobody has found words for yet. */
export function sentenceOf({ action, subjectType, subjectId, details }: AuditRow, words: Words): Sentence | undefined {
  const plain = `activity.actions.${action}`
  const variant = `${plain}_${text(details[variants[action] ?? ''])}`
  const key = [variant, plain].find(each => words.has(each))
  if (!key)
    return undefined
  const accountId = text(details.accountId) || (subjectType === 'account' ? subjectId ?? '' : '')
  const role = (value: unknown) => text(value) && words.role(text(value))
  return {
    key,
    values: {
      who: words.name(accountId) ?? words.somebody,
      email: text(details.email),
      role: role(details.role),
      from: role(details.from),
      to: role(details.to),
      prefix: text(details.prefix),
    },
  }
}

/** `Ada Lovelace <ada@oakfield.example>` in its two parts. */
export function actorParts(actorName: string | null | undefined): { name?: string, email?: string } {
  const parts = /^(.*) <([^<>]+)>$/.exec(actorName ?? '')
  return parts ? { name: parts[1], email: parts[2] } : { name: actorName || undefined }
}

/** Events under the days they happened on in a time zone, in the order they came. */
export function byDay<Row extends { at: string }>(rows: readonly Row[], timeZone: string | undefined): { day: string, rows: Row[] }[] {
  const dayOf = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })
  const days: { day: string, rows: Row[] }[] = []
  for (const row of rows) {
    const day = dayOf.format(new Date(row.at))
    const last = days.at(-1)
    if (last?.day === day)
      last.rows.push(row)
    else
      days.push({ day, rows: [row] })
  }
  return days
}
