import { expect, test } from 'vitest'
import { askRequests, readRequests, writeRequests } from './requests-state.ts'

test('what is shown is in the address, and is what is asked for', () => {
  const state = { failed: true, keyId: 'k', after: 'c', before: undefined }
  expect(readRequests(writeRequests(state))).toEqual(state)
  expect(askRequests(state)).toMatchObject({ after: 'c', filter: { failed: true, keyId: 'k' } })
  expect(askRequests(readRequests({})).filter).toEqual({})
})
