import 'reflect-metadata' // first: type-graphql's decorators need it when the rooms are read
import type { EntitySchema } from '@mikro-orm/postgresql'
import type { SchoolMigration } from '../migrations/school/index.ts'
import type { Config } from './config.ts'
import type { LoginUrls } from './database/logins.ts'
import type { Log } from './shared/log.ts'
import { schoolMigrations } from '../migrations/school/index.ts'
import { openLimits } from './access/limits.ts'
import { migratePlatform } from './database/migrate.ts'
import { openPlatform } from './database/platform-db.ts'
import { openSchools } from './database/school-db.ts'
import { openBus } from './events/bus.ts'
import { tenantPreparationChanged } from './events/topics.ts'
import { openJobSender, openJobWorker } from './jobs/queue.ts'
import { identityEntities, identityRoom, keepSigningKey } from './platform/identity/room.ts'
import { preparationJobs, preparationRoom, startPreparationWorker } from './platform/preparation/room.ts'
import { registrationRoom } from './platform/registration/room.ts'
import { tenancyRoom, TenantSchema } from './platform/tenancy/room.ts'
import { rosterRoom } from './school/roster/room.ts'
import { openHttp } from './transport/http.ts'
import { graphqlSchema } from './transport/schema.ts'
import { openSockets } from './transport/socket.ts'

/** A running part of Homeroom. */
export interface Running { stop: () => Promise<void> }

export interface RunningApi extends Running {
  /** Where it listens. */
  readonly url: string
}

const platformEntities = [TenantSchema, ...identityEntities] as unknown as EntitySchema[]

/** Brings the control plane and the queues up to date. Needs the owner. */
export async function migrate(urls: Required<LoginUrls>, log: Log): Promise<void> {
  await migratePlatform(urls, preparationJobs, log)
}

/** All rooms and the schema they make together; opens nothing but pools that connect when used. */
async function openRooms(config: Config, urls: LoginUrls, log: Log) {
  const warn = (message: string) => log.warn(message)
  const platform = await openPlatform({ url: urls.request, poolSize: config.poolSize, entities: platformEntities, warn })
  const roster = rosterRoom()
  const schools = await openSchools({ nodes: { main: urls.request }, poolSize: config.poolSize, entities: roster.entities, warn })
  const limits = openLimits({ enabled: config.rateLimits, platform, log })
  const jobs = await openJobSender(urls.request, log)
  const bus = await openBus({ url: urls.listener, topics: [tenantPreparationChanged], log })

  const tenancy = tenancyRoom({ platform, limits })
  const identity = identityRoom({ platform, tenancy: tenancy.tenancy, limits, jwtPrivateKey: config.jwtPrivateKey ?? keepSigningKey(config.dataDir) })
  const preparation = preparationRoom({ platform, bus, jobs, seeds: roster.seeds, limits, log })
  const registration = registrationRoom({ platform, tenancy: tenancy.tenancy, identity: identity.identity, preparation: preparation.preparation, limits })

  const schema = await graphqlSchema([tenancy, identity, preparation, registration, roster].flatMap(room => room.resolvers))
  return { platform, schools, jobs, bus, tenancy, identity, preparation, schema }
}

/** The API: GraphQL over HTTP and sockets, and the built web client. Needs no owner. */
export async function startApi(config: Config, urls: LoginUrls, log: Log, webRoot?: string): Promise<RunningApi> {
  const rooms = await openRooms(config, urls, log)
  const reception = {
    principalOf: (token: string) => rooms.identity.sessions.principalOf(token),
    findTenantBySlug: (slug: string) => rooms.tenancy.tenancy.findBySlug(slug),
    admit: (tenantId: string) => rooms.tenancy.tenancy.admit(tenantId),
    schools: rooms.schools,
    baseDomain: config.baseDomain,
    log,
  }
  const ready = async () => rooms.bus.connected && (await rooms.platform.query('select 1')).length === 1
  const http = await openHttp({ config, schema: rooms.schema, reception, ready, webRoot, log })
  const sockets = openSockets({ server: http.fastify.server, schema: rooms.schema, reception, config, log })
  const url = await http.fastify.listen({ port: config.port, host: config.host })
  return {
    url,
    async stop() {
      await sockets.stop()
      await http.stop()
      rooms.preparation.stop()
      await Promise.all([rooms.bus.close(), rooms.jobs.stop()])
      await Promise.all([rooms.schools.close(), rooms.platform.close()])
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
