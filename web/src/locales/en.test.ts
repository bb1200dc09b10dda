import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { createMessages, loadDeveloperWords, loadOperatorWords, loadRosterWords } from '../i18n.ts'

const i18n = createMessages()
const { t, te } = i18n.global
beforeAll(() => Promise.all([loadOperatorWords(i18n), loadDeveloperWords(i18n), loadRosterWords(i18n)]))
const src = fileURLToPath(new URL('..', import.meta.url))

test('counts are put in words by the locale’s plural rule', () => {
  expect([0, 1, 2].map(count => t('people.count.students', count))).toEqual(['no students', '1 student', '2 students'])
  expect(t('errors.RATE_LIMITED_FOR', 1)).toContain('1 second.')
})

test('every text that a view asks for by its full name is there', () => {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(file => /\.(?:vue|ts)$/.test(file) && !file.endsWith('.test.ts'))
  const asked = files.flatMap(file => [...readFileSync(`${src}/${file}`, 'utf8').matchAll(/\bt\('([^']+)'|\btitle: '(\w+\.\w+)'/g)].map(found => found[1] ?? found[2] ?? ''))
  expect(asked.length).toBeGreaterThan(100)
  expect(asked.filter(key => !te(key))).toEqual([])
})
