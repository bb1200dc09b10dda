import type { ProgramBucketFragment, ProgramKeyFragment } from '../../../apollo/generated/graphql.ts'

/** Whose limit it is: a school's, or that of one of its keys. */
export interface Limited {
  readonly school: { readonly id: string, readonly name: string }
  readonly key?: Pick<ProgramKeyFragment, 'id' | 'name'>
  readonly bucket: ProgramBucketFragment
}

export const spans = { hour: 1, day: 24, week: 7 * 24, month: 30 * 24 } as const
export type Span = keyof typeof spans

const most = 10_000_000

/** The points that were typed, with or without separators; undefined for what is no number the server would take. */
export function readPoints(text: string): number | undefined {
  const plain = text.replace(/[\s,.'’]/g, '')
  const points = /^\d{1,9}$/.test(plain) ? Number(plain) : 0
  return points >= 1 && points <= most ? points : undefined
}
