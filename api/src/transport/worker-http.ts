import type { FastifyInstance } from 'fastify'
import type { Config } from '../config.ts'
import type { Log } from '../shared/log.ts'
import type { Metrics } from '../shared/metrics.ts'
import type { Health } from './probes.ts'
import { fastify as createFastify, LogController } from 'fastify'
import { serveMetrics } from './metrics.ts'
import { serveProbes } from './probes.ts'
import { answerError, answerNothing, readingOptions } from './refusals.ts'

/** What a process without an API says about itself: whether it lives, whether it is ready, what it counted. */
export interface WorkerHttp {
  readonly url: string
  /** From now on it is not ready. */
  drain: () => void
  stop: () => Promise<void>
}

export async function openWorkerHttp(options: {
  config: Pick<Config, 'host' | 'workerPort' | 'metricsToken'>
  health: () => Promise<Health>
  metrics: Metrics
  log: Log
}): Promise<WorkerHttp> {
  const { config, log } = options
  let draining = false
  const server = createFastify({
    loggerInstance: log.child({}, { level: log.isLevelEnabled('warn') ? 'warn' : log.level }) as FastifyInstance['log'],
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 1_024,
    requestTimeout: 15_000,
    forceCloseConnections: true,
    ...readingOptions(log),
  })
  server.setErrorHandler((error, request, reply) => answerError(error, request, reply, log))
  server.setNotFoundHandler(answerNothing)
  serveProbes(server, { health: options.health, draining: () => draining })
  serveMetrics(server, options.metrics, config.metricsToken)
  const url = await server.listen({ port: config.workerPort ?? 0, host: config.host })
  return {
    url,
    drain: () => { draining = true },
    stop: () => server.close(),
  }
}
