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
import type { Metrics } from './shared/metrics.ts'
import { schoolMigrations } from '../migrations/school/index.ts'
import { openLimits } from './access/limits.ts'
import { publicUrl } from './config.ts'
import { checkLogins } from './database/check-logins.ts'
import { migratePlatform } from './database/migrate.ts'
import { openPlatform } from './database/platform-db.ts'
import { openSchools } from './database/school-db.ts'
import { openBus } from './events/bus.ts'
import { accessChanged, schoolChanged, tenantPreparationChanged } from './events/topics.ts'
import { openJobSender, openJobWorker } from './jobs/queue.ts'
import { sendMail } from './mail/mail.job.ts'
import { mailConcurrency, startMailWorker } from './mail/mail.worker.ts'
import { openMailer } from './mail/mailer.ts'
import { auditRoom, startCourier } from './platform/audit/room.ts'
import { identityEntities, identityLetters, identityRoom, keepSigningKey, newSigningKey, openSuperadminsService } from './platform/identity/room.ts'
import { membersLetters, membersRoom } from './platform/members/room.ts'
import { preparationJobs, preparationRoom, schoolVersion, startPreparationWorker, upgradeSchools } from './platform/preparation/room.ts'
import { registrationRoom } from './platform/registration/room.ts'
import { tenancyRoom, TenantSchema } from './platform/tenancy/room.ts'
import { rosterRoom } from './school/roster/room.ts'
import { createLog } from './shared/log.ts'
import { createMetrics, measure } from './shared/metrics.ts'
import { keepSecretKey, newSecretKey } from './shared/seal.ts'
import { openHttp } from './transport/http.ts'
import { graphqlSchema, printContract } from './transport/schema.ts'
import { openSockets } from './transport/socket.ts'

/** A running part of Homeroom. */
export interface Running { stop: () => Promise<void> }

export interface RunningApi extends Running {
  /** Where it listens. */
  readonly url: string
  /** What it has counted since it started. */
  readonly metrics: Metrics
}

/** What the control plane's ORM knows. */
export const platformEntities = [TenantSchema, ...identityEntities] as unknown as EntitySchema[]
const schoolEntities = rosterRoom().entities

/** Every kind of background work. */
const platformJobs = [...preparationJobs, sendMail]

/** What rooms write to people. */
const letters = [...identityLetters, ...membersLetters]

/** Brings the control plane, the queues and every school up to date. Needs the owner. Answers the tenants that stayed behind. */
export async function migrate(urls: Required<LoginUrls>, log: Log): Promise<string[]> {
  await checkLogins({ urls, uses: ['owner'], log })
  await migratePlatform(urls, platformJobs, log)
  return upgradeSchools({ ownerUrl: urls.owner, migrations: schoolMigrations, log })
}

/** What rooms stand on. */
interface Floor {
  readonly platform: Platform
  readonly limits: Limits
  readonly jobs: JobSender
  readonly bus: Bus
  readonly jwtPrivateKey: string
  readonly secretKey: string
  readonly log: Log
}

/** Builds every room and lists who answers for the API. */
function joinRooms({ platform, limits, jobs, bus, jwtPrivateKey, secretKey, log }: Floor) {
  const roster = rosterRoom()
  const { tenancy, ...tenancyPart } = tenancyRoom({ platform, limits, supportedVersion: schoolVersion(schoolMigrations) })
  const { identity, sessions, ...identityPart } = identityRoom({ platform, tenancy, limits, jobs, jwtPrivateKey, secretKey, log })
  const { preparation, ...preparationPart } = preparationRoom({ platform, bus, jobs, seeds: roster.seeds, limits, log })
  const registration = registrationRoom({ platform, tenancy, identity, preparation, jobs, limits })
  const members = membersRoom({ platform, identity, jobs, limits })
  const audit = auditRoom({ platform })
  const resolvers = [tenancyPart, identityPart, preparationPart, registration, members, audit, roster].flatMap(room => room.resolvers)
  return { tenancy, sessions, audit, resolvers, watchers: preparationPart.watchers, stop: preparationPart.stop }
}

/** The published contract, made from the rooms without a database behind them. */
export async function contract(): Promise<string> {
  const none = () => Promise.reject(new Error('The contract is printed without a database.'))
  const platform: Platform = { fork: () => { throw new Error('The contract is printed without a database.') }, transaction: none, query: none, close: async () => {} }
  const rooms = joinRooms({
    platform,
    limits: { count: none, giveBack: none, attempt: none },
    jobs: { enqueue: none, stop: async () => {} },
    bus: { listen: () => () => {}, onReconnect: () => () => {}, connected: false, close: async () => {} },
    jwtPrivateKey: newSigningKey(),
    secretKey: newSecretKey(),
    log: createLog('silent'),
  })
  rooms.stop()
  return printContract(await graphqlSchema(rooms.resolvers))
}

/** The API: GraphQL over HTTP and sockets, and the built web client. Needs no owner. */
export async function startApi(config: Config, urls: LoginUrls, log: Log, webRoot?: string): Promise<RunningApi> {
  const warn = (message: string) => log.warn(message)
  const { request, listener } = urls
  await checkLogins({ urls, uses: ['request', 'listener'], log })
  const platform = await openPlatform({ url: request, poolSize: config.poolSize, entities: platformEntities, warn })
  const metrics = createMetrics()
  const schools = await openSchools({ nodes: { main: request }, poolSize: config.poolSize, entities: schoolEntities, metrics, log })
  const jobs = await openJobSender(request, log)
  const bus = await openBus({ url: listener, topics: [tenantPreparationChanged, accessChanged], log })
  const limits = openLimits({ enabled: config.rateLimits, platform })
  const rooms = joinRooms({ platform, limits, jobs, bus, jwtPrivateKey: config.jwtPrivateKey ?? keepSigningKey(config.dataDir), secretKey: config.secretKey ?? keepSecretKey(config.dataDir), log })

  measure(metrics, 'preparation_watchers', 'Subscriptions that follow a tenant\'s preparation.', rooms.watchers)
  const schema = await graphqlSchema(rooms.resolvers)
  const { tenancy, sessions, audit } = rooms
  const reception = {
    principalOf: (token: string) => sessions.principalOf(token),
    standings: (sessionIds: readonly string[]) => sessions.standings(sessionIds),
    findTenantBySlug: (slug: string) => tenancy.findBySlug(slug),
    admit: (tenantId: string) => tenancy.admit(tenantId),
    schools,
    recordAccess: audit.recordAccess,
    baseDomain: config.baseDomain,
    baseUrl: config.baseUrl,
    log,
  }
  const ready = async () => bus.connected && (await platform.query('select 1')).length === 1
  const http = await openHttp({ config, schema, reception, ready, webRoot, metrics, log })
  const sockets = openSockets({ server: http.fastify.server, schema, reception, bus, config, metrics, log })
  const url = await http.fastify.listen({ port: config.port, host: config.host })
  return {
    url,
    metrics,
    async stop() {
      await sockets.stop()
      await http.stop()
      rooms.stop()
      await Promise.all([bus.close(), jobs.stop()])
      await Promise.all([schools.close(), platform.close()])
    },
  }
}

/** The worker: prepares schools, sends mails, carries what schools did to the audit record. `migrations` is the schools' history, unless a test brings its own. */
export async function startWorker(config: Config, urls: Required<LoginUrls>, log: Log, migrations: readonly SchoolMigration[] = schoolMigrations): Promise<Running> {
  await checkLogins({ urls, uses: ['owner', 'listener'], log })
  const concurrency = config.workerConcurrency
  // Transactional jobs hold a connection each; fetching, failing and supervising need some of their own.
  const jobs = await openJobWorker(urls.owner, concurrency + mailConcurrency + 3, log)
  const preparation = await startPreparationWorker({ ownerUrl: urls.owner, requestUrl: urls.request, jobs, migrations, seeds: rosterRoom().seeds, concurrency, log })
  const mail = await startMailWorker({ ownerUrl: urls.owner, jobs, letters, mailer: openMailer(config, log), baseUrl: publicUrl(config), log })
  const bus = await openBus({ url: urls.listener, topics: [schoolChanged], log })
  const courier = startCourier({ ownerUrl: urls.owner, bus, log })
  return {
    async stop() {
      await jobs.stop(10_000)
      await Promise.all([preparation.stop(), mail.stop(), courier.stop()])
      await bus.close()
    },
  }
}

/** What the command for superadmins works with: the control plane, as its owner. */
export async function openSuperadmins(config: Config, urls: Required<LoginUrls>, log: Log): Promise<Running & { superadmins: ReturnType<typeof openSuperadminsService> }> {
  await migratePlatform(urls, platformJobs, log)
  const platform = await openPlatform({ url: urls.owner, poolSize: 2, entities: platformEntities, warn: message => log.warn(message) })
  const jobs = await openJobSender(urls.owner, log)
  return {
    superadmins: openSuperadminsService({ platform, jobs, secretKey: config.secretKey ?? keepSecretKey(config.dataDir) }),
    async stop() {
      await jobs.stop()
      await platform.close()
    },
  }
}
