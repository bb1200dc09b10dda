import type { Move } from './moves.ts'
import { expect, test } from 'vitest'
import { obstacle, wayBack } from './moves.ts'

const lifecycles = ['ACTIVE', 'SUSPENDED', 'ARCHIVED', 'DELETING'] as const
const open: Record<Exclude<Move, 'cancel'>, readonly string[]> = {
  suspend: ['ACTIVE'],
  resume: ['SUSPENDED'],
  archive: ['ACTIVE', 'SUSPENDED'],
  unarchive: ['ARCHIVED'],
  delete: ['ARCHIVED'],
  keep: ['DELETING'],
}

test('each move is open in its states and in no other', () => {
  for (const [move, states] of Object.entries(open))
    expect(lifecycles.filter(lifecycle => !obstacle({ lifecycle, preparation: { status: 'READY' } }, move as Move)), move).toEqual(states)
})

test('a school is not archived while it is being prepared, and only then is there something to cancel', () => {
  expect(obstacle({ lifecycle: 'ACTIVE', preparation: { status: 'PREPARING' } }, 'archive')).toBe('underWay')
  expect(obstacle({ lifecycle: 'ACTIVE', preparation: { status: 'PENDING' } }, 'cancel')).toBeUndefined()
  expect(obstacle({ lifecycle: 'ACTIVE', preparation: { status: 'FAILED' } }, 'archive')).toBeUndefined()
  expect(obstacle({ lifecycle: 'ACTIVE', preparation: { status: 'FAILED' } }, 'cancel')).toBe('elsewhere')
})

test('every state but the open one has a way back', () => {
  expect(lifecycles.map(lifecycle => wayBack({ lifecycle, preparation: { status: 'READY' } }))).toEqual([undefined, 'resume', 'unarchive', 'keep'])
})
