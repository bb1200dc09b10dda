import type { Lifecycle, PreparationStatus } from '../../../apollo/generated/graphql.ts'

/** What an operator can do to a school beside trying its preparation again. */
export type Move = 'cancel' | 'suspend' | 'resume' | 'archive' | 'unarchive' | 'delete' | 'keep'
interface School { lifecycle: Lifecycle, preparation: { status: PreparationStatus } }

const from: Readonly<Record<Exclude<Move, 'cancel'>, readonly Lifecycle[]>> = {
  suspend: ['ACTIVE'],
  resume: ['SUSPENDED'],
  archive: ['ACTIVE', 'SUSPENDED'],
  unarchive: ['ARCHIVED'],
  delete: ['ARCHIVED'],
  keep: ['DELETING'],
}
/** The way back out of each state that has one. */
const ways: Partial<Record<Lifecycle, Move>> = { SUSPENDED: 'resume', ARCHIVED: 'unarchive', DELETING: 'keep' }
export const wayBack = ({ lifecycle }: School) => ways[lifecycle]

export const dangers = ['suspend', 'archive', 'delete'] as const
/** Those that are said to the school, in words it reads. */
export const withReason = new Set<Move>(['suspend', 'archive', 'delete'])
/** Those that open or keep something. */
export const gentle = new Set<Move>(['resume', 'unarchive', 'keep'])

const underWay = ({ preparation: { status } }: School) => status === 'PENDING' || status === 'PREPARING'

/** Why a move cannot be made now, as a key of console.moves.<move>; undefined where it can. The server decides again. */
export function obstacle(school: School, move: Move): 'elsewhere' | 'underWay' | undefined {
  if (move === 'cancel')
    return underWay(school) ? undefined : 'elsewhere'
  if (!from[move].includes(school.lifecycle))
    return 'elsewhere'
  return move === 'archive' && underWay(school) ? 'underWay' : undefined
}
