// type-graphql's decorators need it when the rooms below are read.
import 'reflect-metadata'
import type { EntitySchema } from '@mikro-orm/postgresql'
import type { SchoolMigration } from '../migrations/school/index.ts'
import type { Limits } from './access/limits.ts'
import type { Config } from './config.ts'
import type { LoginUrls } from './database/logins.ts'
import type { Platform } from './database/platform-db.ts'
import type { Bus } from './events/bus.ts'
import type { JobSender } from './jobs/queue.ts'
import type { Log } from './shared/log.ts'
import { schoolMigrations } from '../migrations/school/index.ts'
import { openLimits } from './access/limits.ts'
import { migratePlatform } from './database/migrate.ts'
import { openPlatform } from './database/platform-db.ts'
import { openSchools } from './database/school-db.ts'
import { openBus } from './events/bus.ts'
import { tenantPreparationChanged } from './events/topics.ts'
import { openJobSender, openJobWorker } from './jobs/queue.ts'
import { identityEntities, identityRoom, keepSigningKey, newSigningKey } from './platform/identity/room.ts'
import { preparationJobs, preparationRoom, startPreparationWorker } from './platform/preparation/room.ts'
import { registrationRoom } from './platform/registration/room.ts'
import { tenancyRoom, TenantSchema } from './platform/tenancy/room.ts'
import { rosterRoom } from './school/roster/room.ts'
import { createLog } from './shared/log.ts'
import { openHttp } from './transport/http.ts'
import { graphqlSchema, printContract } from './transport/schema.ts'
import { openSockets } from './transport/socket.ts'

/** A running part of Homeroom. */
export interface Running { stop: () => Promise<void> }

export interface RunningApi extends Running {
  /** Where it listens. */
  readonly url: string
}

/** What the control plane's ORM knows. */
export const platformEntities = [TenantSchema, ...identityEntities] as unknown as EntitySchema[]
const schoolEntities = rosterRoom().entities

/** Brings the control plane and the queues up to date. Needs the owner. */
export async function migrate(urls: Required<LoginUrls>, log: Log): Promise<void> {
  await migratePlatform(urls, preparationJobs, log)
}

/** What rooms stand on. */
interface Floor {
  readonly platform: Platform
  readonly limits: Limits
  readonly jobs: JobSender
  readonly bus: Bus
  readonly jwtPrivateKey: string
  readonly log: Log
}

/** Builds every room and lists who answers for the API. */
function joinRooms({ platform, limits, jobs, bus, jwtPrivateKey, log }: Floor) {
  const roster = rosterRoom()
  const { tenancy, ...tenancyPart } = tenancyRoom({ platform, limits })
  const { identity, sessions, ...identityPart } = identityRoom({ platform, tenancy, limits, jwtPrivateKey })
  const { preparation, ...preparationPart } = preparationRoom({ platform, bus, jobs, seeds: roster.seeds, limits, log })
  const registration = registrationRoom({ platform, tenancy, identity, preparation, limits })
  const resolvers = [tenancyPart, identityPart, preparationPart, registration, roster].flatMap(room => room.resolvers)
  return { tenancy, sessions, resolvers, stop: preparationPart.stop }
}

/** The published contract, made from the rooms without a database behind them. */
export async function contract(): Promise<string> {
  const none = () => Promise.reject(new Error('The contract is printed without a database.'))
  const platform: Platform = { fork: () => { throw new Error('The contract is printed without a database.') }, transaction: none, query: none, close: async () => {} }
  const rooms = joinRooms({
    platform,
    limits: { count: none },
    jobs: { enqueue: none, stop: async () => {} },
    bus: { listen: () => () => {}, onReconnect: () => () => {}, connected: false, close: async () => {} },
    jwtPrivateKey: newSigningKey(),
    log: createLog('silent'),
  })
  rooms.stop()
  return printContract(await graphqlSchema(rooms.resolvers))
}

/** The API: GraphQL over HTTP and sockets, and the built web client. Needs no owner. */
export async function startApi(config: Config, urls: LoginUrls, log: Log, webRoot?: string): Promise<RunningApi> {
  const warn = (message: string) => log.warn(message)
  const { request, listener } = urls
  const platform = await openPlatform({ url: request, poolSize: config.poolSize, entities: platformEntities, warn })
  const schools = await openSchools({ nodes: { main: request }, poolSize: config.poolSize, entities: schoolEntities, warn })
  const jobs = await openJobSender(request, log)
  const bus = await openBus({ url: listener, topics: [tenantPreparationChanged], log })
  const limits = openLimits({ enabled: config.rateLimits, platform })
  const rooms = joinRooms({ platform, limits, jobs, bus, jwtPrivateKey: config.jwtPrivateKey ?? keepSigningKey(config.dataDir), log })

  const schema = await graphqlSchema(rooms.resolvers)
  const { tenancy, sessions } = rooms
  const reception = {
    principalOf: (token: string) => sessions.principalOf(token),
    findTenantBySlug: (slug: string) => tenancy.findBySlug(slug),
    admit: (tenantId: string) => tenancy.admit(tenantId),
    schools,
    baseDomain: config.baseDomain,
    baseUrl: config.baseUrl,
    log,
  }
  const ready = async () => bus.connected && (await platform.query('select 1')).length === 1
  const http = await openHttp({ config, schema, reception, ready, webRoot, log })
  const sockets = openSockets({ server: http.fastify.server, schema, reception, config, log })
  const url = await http.fastify.listen({ port: config.port, host: config.host })
  return {
    url,
    async stop() {
      await sockets.stop()
      await http.stop()
      rooms.stop()
      await Promise.all([bus.close(), jobs.stop()])
      await Promise.all([schools.close(), platform.close()])
    },
  }
}

/** The worker: prepares schools. `migrations` is the schools' history, unless a test brings its own. */
export async function startWorker(config: Config, urls: Required<LoginUrls>, log: Log, migrations: readonly SchoolMigration[] = schoolMigrations): Promise<Running> {
  const concurrency = config.workerConcurrency
  // Transactional jobs hold a connection each; fetching, failing and supervising need some of their own.
  const jobs = await openJobWorker(urls.owner, concurrency + 3, log)
  const preparation = await startPreparationWorker({ ownerUrl: urls.owner, requestUrl: urls.request, jobs, migrations, seeds: rosterRoom().seeds, concurrency, log })
  return {
    async stop() {
      await jobs.stop(10_000)
      await preparation.stop()
    },
  }
}
