import type { Guard } from './guard.ts'

const probes = ['src/transport/probes.test.ts']
const alerts = ['src/platform/alerts/alerts.test.ts']
const tracing = ['test/journey/tracing.test.ts']
const log = ['src/shared/log.test.ts']

/** What a process tells of itself: whether it is ready, what it counts, logs and traces, and whom it tells. */
export const signalGuards: readonly Guard[] = [
  { name: 'signals: a process that stops is not ready', file: 'src/transport/probes.ts', guard: 'const status = options.draining() ?', without: 'const status = options.draining() && false ?', tests: probes },
  { name: 'signals: an API says that it stops before it does', file: 'src/compose.ts', guard: '      http.drain()\n      await sockets.stop()', without: '      await sockets.stop()', tests: probes },
  { name: 'signals: a missing platform migration is noticed', file: 'src/database/platform-schema.ts', guard: 'applied.has(name)', without: 'applied.has(name) || name !== \'\'', tests: probes },
  { name: 'signals: another version of the queues is noticed', file: 'src/jobs/queue.ts', guard: 'await boss.schemaVersion() === needed', without: 'await boss.schemaVersion() !== null || needed === null', tests: probes },
  { name: 'signals: requests are counted by root field', file: 'src/transport/operation-name.ts', guard: 'return names.size === 1 ? [...names][0]! : \'several\'', without: 'return operation.name?.value ?? (names.size === 1 ? [...names][0]! : \'several\')', tests: ['src/transport/graphql-metrics.test.ts'] },
  { name: 'signals: a scrape does not wait for a slow database', file: 'src/platform/alerts/fleet-metrics.ts', guard: 'const patienceMs = 2_000', without: 'const patienceMs = 20_000', tests: alerts },
  { name: 'signals: one worker at a time looks for alerts', file: 'src/platform/alerts/watch.ts', guard: 'if (lock?.taken)', without: 'if (lock)', tests: alerts },
  { name: 'signals: when somebody last looked is known', file: 'src/platform/alerts/watch.ts', guard: ' do update set at = excluded.at', without: ' do nothing', tests: alerts },
  { name: 'signals: a lasting alert is told once', file: 'src/platform/alerts/watch.ts', guard: 'rows.filter(({ begun }) => begun)', without: 'rows', tests: alerts },
  { name: 'signals: the webhook goes nowhere else', file: 'src/platform/alerts/webhook.worker.ts', guard: 'redirect: \'manual\'', without: 'redirect: \'follow\'', tests: alerts },
  { name: 'signals: a webhook that hangs is left', file: 'src/platform/alerts/webhook.worker.ts', guard: 'AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])', without: 'AbortSignal.any([signal, AbortSignal.timeout(patienceMs * 9)])', tests: alerts },
  { name: 'signals: what the webhook is told is signed', file: 'src/shared/standard-webhooks.ts', guard: '.sign(id, at, body)', without: '.sign(id, at, \'\')', tests: alerts },
  { name: 'signals: a repeated message keeps its id', file: 'src/shared/standard-webhooks.ts', guard: '\'webhook-id\': id,', without: '\'webhook-id\': `${id}${at.getTime()}`,', tests: alerts },
  { name: 'signals: a stranger does not write into traces', file: 'src/transport/trace-requests.ts', guard: 'isProxy(request.raw) ?', without: 'isProxy(request.raw) || request.raw ?', tests: tracing },
  { name: 'signals: values do not become part of a trace', file: 'src/shared/tracing.ts', guard: '\'db.query.text\': withoutValues(text)', without: '\'db.query.text\': withoutValues(text) && text', tests: tracing },
  { name: 'signals: words of errors do not either', file: 'src/shared/trace-export.ts', guard: 'spanProcessors: [withoutWords, ', without: 'spanProcessors: [...[withoutWords].slice(1), ', tests: tracing },
  { name: 'signals: nor do exceptions', file: 'src/shared/trace-export.ts', guard: ', eventCountLimit: 0', without: '', tests: tracing },
  { name: 'signals: secrets on errors are not logged', file: 'src/shared/log.ts', guard: 'secretName.test(name) ?', without: 'secretName.test(name) && depth < 0 ?', tests: log },
  { name: 'signals: secrets in texts are not logged', file: 'src/shared/log.ts', guard: '    hooks: { streamWrite: withoutSecretTexts },\n', without: '    hooks: { streamWrite: line => line || withoutSecretTexts(line) },\n', tests: log },
]
