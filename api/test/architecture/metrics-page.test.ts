import type { TestHomeroom } from '../harness/homeroom.ts'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startApi, startWorker } from '../../src/compose.ts'
import { createLog } from '../../src/shared/log.ts'
import { createMetrics } from '../../src/shared/metrics.ts'
import { readAlertRules } from '../harness/alert-rules.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { metricsToken, readExposition, readKinds } from '../harness/scrape.ts'

const page = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), 'utf8')

interface Row { readonly type: string, readonly labels: readonly string[], readonly who: string }
const table = new Map<string, Row>(Array.from(page('docs/metrics.md').matchAll(/^\| `([a-z_]+\*?)` \| (\w*) ?\| ([\w, ]*?) ?\| (api|worker|both) \|/gm), ([, name, type, labels, who]) =>
  [name!, { type: type!, labels: labels!.split(',').map(label => label.trim()).filter(Boolean), who: who! }]))

let homeroom: TestHomeroom
/** What each part says when something of everything has happened in it. */
const texts = new Map<string, string>()

beforeAll(async () => {
  homeroom = await openHomeroom({ worker: false })
  const { config, database } = homeroom
  const log = createLog('silent')
  const api = await startApi({ ...config, process: 'api', metricsToken }, database.urls, log, undefined, createMetrics('api'))
  const worker = await startWorker({ ...config, process: 'worker', workerPort: 0, metricsToken }, database.urls, log, undefined, createMetrics('worker'))
  const both = createMetrics('all')
  const all = [await startWorker({ ...config, process: 'all' }, database.urls, log, undefined, both), await startApi({ ...config, process: 'all', metricsToken }, database.urls, log, undefined, both)] as const
  const { tenantId } = await homeroom.signUp('counted')
  await homeroom.visitor.watch(tenantId)
  await fetch(`${api.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"query": "{ viewer { id } }"}' })
  for (const [part, url] of [['api', api.url], ['worker', worker.url], ['all', all[1].url]] as const)
    texts.set(part, await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } })).text())
  await Promise.all([api.stop(), worker.stop(), ...all.map(part => part.stop())])
})
afterAll(() => homeroom?.stop())

const documented = (name: string) => table.has(name) ? name : [...table.keys()].find(pattern => pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1)))

test.each(['api', 'worker', 'all'])('what the part %s shows is in docs/metrics.md, and the other way round', (part) => {
  const kinds = readKinds(texts.get(part)!)
  expect([...new Set(Array.from(kinds.keys(), name => documented(name) ?? `not documented: ${name}`))].sort()).toEqual(
    Array.from(table).filter(([, { who }]) => part === 'all' || who === 'both' || who === part).map(([name]) => name).sort(),
  )
  for (const [name, kind] of kinds) {
    const row = table.get(name)
    if (row)
      expect([name, row.type]).toEqual([name, kind])
  }
})

test('labels are those of the page', () => {
  let seen = 0
  for (const [name, samples] of [...readExposition(texts.get('api')!), ...readExposition(texts.get('worker')!)]) {
    const row = table.get(name) ?? table.get(name.replace(/_(?:bucket|count|sum)$/, ''))
    for (const { labels } of row ? samples : []) {
      expect([name, Object.keys(labels).filter(label => label !== 'le').sort()]).toEqual([name, [...row!.labels].sort()])
      seen += 1
    }
  }
  expect(seen).toBeGreaterThan(100)
})

test('what is counted is right after one request and one school', () => {
  const all = readExposition(texts.get('api')!)
  expect(all.get('graphql_requests_total')).toContainEqual({ labels: { operation: 'viewer', outcome: 'ok' }, value: 1 })
  expect(all.get('tenants')).toEqual([{ labels: { preparation: 'READY', lifecycle: 'ACTIVE' }, value: 1 }])
  expect(all.get('pool_connections_max')).toEqual(['platform', 'school'].map(pool => ({ labels: { pool }, value: homeroom.config.poolSize })))
  const ready = ['worker', 'all'].map(part => readExposition(texts.get(part)!).get('preparations_total')!.find(({ labels }) => labels.outcome === 'ready')!.value)
  expect(ready[0]! + ready[1]!).toBe(1)
})

/** Names of metrics in an expression. */
function metricsIn(expr: string): string[] {
  const words = expr.replace(/"[^"]*"/g, '').replace(/\{[^}]*\}/g, '').replace(/\b(?:by|without) ?\([^)]*\)/g, '').replace(/\[[^\]]*\]/g, '').match(/[a-z_][\w:]*/gi) ?? []
  const functions = new Set(['sum', 'max', 'min', 'rate', 'increase', 'histogram_quantile', 'clamp_min'])
  return words.filter(word => !functions.has(word))
}
const shown = () => new Set(['up', ...[...texts.values()].flatMap(text => [...readExposition(text).keys()])])

test('alerts and the dashboard ask only for what is shown', () => {
  const { panels } = JSON.parse(page('ops/grafana-dashboard.json')) as { panels: { title: string, targets?: { expr: string }[] }[] }
  const asked = [...readAlertRules().map(({ expr }) => expr), ...panels.flatMap(({ targets }) => targets ?? []).map(({ expr }) => expr)]
  expect(asked.length).toBeGreaterThan(25)
  const known = shown()
  for (const expr of asked) {
    expect(metricsIn(expr).length, expr).toBeGreaterThan(0)
    expect(metricsIn(expr).filter(name => !known.has(name)), expr).toEqual([])
  }
})
