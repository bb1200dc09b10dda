import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createMessages } from '../../../i18n.ts'

const { te } = createMessages().global
const read = (path: string) => readFileSync(new URL(`../../../../../${path}`, import.meta.url), 'utf8')
const alerts = [...read('ops/alerts.rules.yml').matchAll(/- alert: (\w+)/g)].map(found => found[1] ?? '')

test('every alert has a name and advice in words, and a runbook that the page can point to', () => {
  expect(alerts.length).toBeGreaterThan(10)
  expect(alerts.filter(alert => !te(`alerts.names.${alert}`) || !te(`alerts.advice.${alert}`))).toEqual([])
  const runbooks = read('docs/runbooks.md')
  expect(alerts.filter(alert => !runbooks.includes(`\n## ${alert}\n`))).toEqual([])
})
