import 'reflect-metadata'
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { choosable, eventTypeOf, notSent } from '../../src/platform/webhooks/room.ts'
import { rosterRoom } from '../../src/school/roster/room.ts'

/** What rooms of a school say they did in so many words, beside what they list. */
function writtenActions(): string[] {
  const school = new URL('../../src/school/', import.meta.url)
  const sources = readdirSync(school, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts')).map(name => readFileSync(new URL(name, school), 'utf8'))
  return sources.flatMap(source => Array.from(source.matchAll(/\baction: [^\n]*?'([A-Za-z]+\.[A-Za-z]+)'/g), ([, action]) => action!))
}

test('everything that a school can tell is an event in the catalogue, or named as not sent', () => {
  const actions = [...new Set([...rosterRoom().actions, ...writtenActions()])]
  expect(actions).toEqual(expect.arrayContaining(['class.created', 'enrollment.withdrawn', 'user.changed']))
  const lost = actions.filter((action) => {
    const type = eventTypeOf({ action, details: { role: 'student' } })
    return type ? !choosable.includes(`${type.noun}.${type.verb}`) : !notSent.has(action)
  })
  expect(lost).toEqual([])
  // And nothing is named that nobody says.
  expect([...notSent].filter(action => !actions.includes(action))).toEqual([])
})
