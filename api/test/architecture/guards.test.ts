import type { Guard } from '../mutants/guard.ts'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { guards } from '../mutants/guards.ts'

const api = fileURLToPath(new URL('../..', import.meta.url))
const named = (wrong: (guard: Guard) => boolean) => guards.filter(wrong).map(({ name }) => name)

// Whether a test misses a guard takes long to ask; whether there is anything to take out, and anybody to miss it, does not.
test('every guard that is taken out stands once in its file', () => {
  expect(guards).not.toHaveLength(0)
  expect(named(({ file, guard }) => !existsSync(join(api, file)) || readFileSync(join(api, file), 'utf8').split(guard).length !== 2)).toEqual([])
  expect(named(({ guard, without }) => guard === without)).toEqual([])
})

test('the tests that are to miss it are there', () => {
  expect(named(({ tests }) => tests.length === 0 || !tests.every(file => existsSync(join(api, file))))).toEqual([])
})

test('no two guards have one name: the page of results knows them by it', () => {
  expect(named(({ name }) => guards.filter(other => other.name === name).length > 1)).toEqual([])
})
