import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { createMessages, loadOperatorWords } from '../../../i18n.ts'

const i18n = createMessages()
const { te } = i18n.global
beforeAll(() => loadOperatorWords(i18n))
const read = (path: string) => readFileSync(new URL(`../../../../../${path}`, import.meta.url), 'utf8')
const alerts = [...read('ops/alerts.rules.yml').matchAll(/- alert: (\w+)/g)].map(found => found[1] ?? '')

test('every alert has a name and advice in words, and a runbook that the page can point to', () => {
  expect(alerts.length).toBeGreaterThan(10)
  expect(alerts.filter(alert => !te(`alerts.names.${alert}`) || !te(`alerts.advice.${alert}`))).toEqual([])
  const runbooks = read('docs/runbooks.md')
  expect(alerts.filter(alert => !runbooks.includes(`\n## ${alert}\n`))).toEqual([])
})
