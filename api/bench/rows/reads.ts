import type { Bench } from '../bench.ts'
import type { Line } from '../harness/report.ts'
import { deepStrictEqual } from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { loadConfig } from '../../src/config.ts'
import { startChild } from '../harness/children.ts'
import { countStatements } from '../harness/count-statements.ts'
import { openHomeroom } from '../harness/homeroom.ts'
import { load, send, warmUp } from '../harness/load.ts'
import { median, ratioInTurn, takeTurns } from '../harness/samples.ts'
import { openSchool } from '../harness/school.ts'
import { questions } from './questions.ts'

const handWritten = fileURLToPath(new URL('../rivals/json-agg.ts', import.meta.url))
const otherEngine = fileURLToPath(new URL('../rivals/postgraphile.ts', import.meta.url))

/** Requests per second for three reads of one school, against a hand-written server and PostGraphile. */
export async function reads(bench: Bench): Promise<Line[]> {
  // One of its own: PostGraphile introspects every schema there is.
  const homeroom = await openHomeroom()
  const school = await openSchool(homeroom)
  const env = { NODE_ENV: 'production', DATABASE_URL: homeroom.urls.request, SCHEMA: school.schema }
  const [floor, postgraphile] = await Promise.all([startChild([handWritten], env, 'listening at '), startChild([otherEngine], env, 'listening at ')])
  const lines: Line[] = []
  for (const question of questions(school)) {
    const requests = {
      floor: { url: `${floor.word}${question.floorPath}`, body: { variables: { value: question.value } } },
      ours: { url: `${homeroom.url}/graphql`, body: { query: question.ours, variables: { value: question.value } }, authorization: `Bearer ${school.accessToken}` },
      postgraphile: { url: `${postgraphile.word}/graphql`, body: { query: question.postgraphile, variables: { value: question.value } } },
    }
    const expected = await send(requests.floor)
    deepStrictEqual(await send(requests.ours), expected)
    deepStrictEqual(question.asOurs(await send(requests.postgraphile)), expected)

    const config = { ...loadConfig({ DATA_DIR: homeroom.dataDir, PORT: '0', LOG_LEVEL: 'error' }), rateLimits: false }
    const { statements } = await countStatements(config, homeroom.urls, school.accessToken, { statements: { query: question.ours, variables: { value: question.value } } })

    const latencies = { floor: [] as number[], ours: [] as number[], postgraphile: [] as number[] }
    const turn = (side: keyof typeof requests) => async () => {
      const { perSecond, latency } = await load(requests[side], 2)
      latencies[side].push(latency)
      return perSecond
    }
    const taken = await takeTurns(bench.rounds(9), warmUp, { floor: turn('floor'), ours: turn('ours'), postgraphile: turn('postgraphile') })
    const perSecond = { floor: median(taken.floor), ours: median(taken.ours), postgraphile: median(taken.postgraphile) }
    const latency = (side: keyof typeof latencies) => `${median(latencies[side]).toFixed(1)} ms`
    const against = (name: 'floor' | 'postgraphile', target: number | undefined, notes: string[]): Line => {
      const ratio = ratioInTurn(taken.ours, taken[name])
      return {
        what: `${question.what}, × ${name === 'floor' ? 'json_agg' : 'PostGraphile'}`,
        floor: [perSecond[name]],
        ours: [perSecond.ours],
        unit: '/s',
        held: [ratio],
        heldUnit: '×',
        target: target === undefined ? 'none' : `≥ ${target.toFixed(2)} ×`,
        met: target === undefined ? undefined : ratio >= target,
        notes,
      }
    }
    lines.push(
      against('floor', question.targets?.floor, [
        `requests per second, 10 connections, blocks of 2 s in turn after ${warmUp} of each; p50 of a request: floor ${latency('floor')}, ours ${latency('ours')}, PostGraphile ${latency('postgraphile')}`,
        `ours sends PostgreSQL ${statements} statements, with those that open and end the transaction and the one that looks at session, membership and tenant`,
        'all three answer the same rows under the tenant\'s role; only ours checks a token, session, membership and the tenant\'s state',
      ]),
      against('postgraphile', question.targets?.postgraphile, []),
    )
  }
  await Promise.all([floor.stop(), postgraphile.stop()])
  await homeroom.stop()
  return lines
}
