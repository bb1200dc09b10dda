// type-graphql's decorators need it when the rooms below are read.
import 'reflect-metadata'
import type { EntitySchema } from '@mikro-orm/postgresql'
import type { SchoolMigration } from '../migrations/school/index.ts'
import type { Limits } from './access/limits.ts'
import type { Integrator, Known, Standing } from './access/principal.ts'
import type { Config, RolloutPlan } from './config.ts'
import type { LoginUrls } from './database/logins.ts'
import type { Platform } from './database/platform-db.ts'
import type { Bus } from './events/bus.ts'
import type { JobSender, JobWorker } from './jobs/queue.ts'
import type { RolledOut, Rollout } from './platform/fleet/room.ts'
import type { Log } from './shared/log.ts'
import type { Metrics } from './shared/metrics.ts'
import type { Restoration } from './shared/seed.ts'
import { setTimeout as pause } from 'node:timers/promises'
import { oldestServed, schoolMigrations } from '../migrations/school/index.ts'
import { openLimits } from './access/limits.ts'
import { credentialOf } from './access/principal.ts'
import { loadConfig, publicUrl } from './config.ts'
import { checkLogins } from './database/check-logins.ts'
import { migratePlatform } from './database/migrate.ts'
import { openPlatform } from './database/platform-db.ts'
import { platformIsCurrent } from './database/platform-schema.ts'
import { openSchools } from './database/school-db.ts'
import { withClient } from './database/with-client.ts'
import { openBus } from './events/bus.ts'
import { accessChanged, rolloutChanged, schoolChanged, tenantChanged, tenantPreparationChanged } from './events/topics.ts'
import { openJobSender, openJobWorker } from './jobs/queue.ts'
import { sendMail } from './mail/mail.job.ts'
import { mailConcurrency, startMailWorker } from './mail/mail.worker.ts'
import { openMailer } from './mail/mailer.ts'
import { alertJobs, alertsRoom, startAlertWatch, startWebhookWorker } from './platform/alerts/room.ts'
import { auditRoom, startCourier } from './platform/audit/room.ts'
import { exportJobs, exportsRoom, openStored, startExportsWorker, versionOf } from './platform/exports/room.ts'
import { fleetRoom, rollOut, startFleetWorker } from './platform/fleet/room.ts'
import { housekeepingJobs, housekeepingRoom, startHousekeepingWorker } from './platform/housekeeping/room.ts'
import { identityEntities, identityLetters, identityRoom, keepSigningKey, newSigningKey, openSuperadminsService } from './platform/identity/room.ts'
import { integrationsLetters, integrationsRoom, looksLikeKey } from './platform/integrations/room.ts'
import { lifecycleRoom, startLifecycleWorker } from './platform/lifecycle/room.ts'
import { membersLetters, membersRoom } from './platform/members/room.ts'
import { operationsRoom } from './platform/operations/room.ts'
import { preparationJobs, preparationRoom, schoolVersion, startPreparationWorker } from './platform/preparation/room.ts'
import { registrationRoom } from './platform/registration/room.ts'
import { tenancyRoom, TenantSchema } from './platform/tenancy/room.ts'
import { testSchoolsRoom } from './platform/test-schools/room.ts'
import { enterReady, enterTold, startWebhooksWorker, webhookConcurrency, webhookJobs, webhooksLetters, webhooksRoom } from './platform/webhooks/room.ts'
import { exchangeRoom } from './school/exchange/room.ts'
import { rosterRoom } from './school/roster/room.ts'
import { signCursorsWith } from './shared/cursor.ts'
import { createLog } from './shared/log.ts'
import { createMetrics, measure } from './shared/metrics.ts'
import { keepSecretKey, newSecretKey } from './shared/seal.ts'
import { measureHealth, measureListener, measurePool } from './transport/gauges.ts'
import { healthOf } from './transport/probes.ts'

export type { Rollout }
export { webhooksPage } from './platform/webhooks/room.ts'

/** A running part of Homeroom. */
export interface Running { stop: () => Promise<void> }

export interface RunningApi extends Running {
  /** It is not ready from now on, and still answers: resolves when whoever looks has had the time to send requests elsewhere. */
  handOver: () => Promise<void>
  /** Where it listens. */
  readonly url: string
  /** What it has counted since it started. */
  readonly metrics: Metrics
}

export interface RunningWorker extends Running {
  /** Where it answers for its health, if anywhere. */
  readonly url: string | undefined
  /** What it has counted since it started. */
  readonly metrics: Metrics
}

/** What the control plane's ORM knows. */
export const platformEntities = [TenantSchema, ...identityEntities] as unknown as EntitySchema[]
const schoolEntities = rosterRoom().entities

/** Which versions of a school's tables this code can use. */
const served = { oldest: oldestServed, newest: schoolVersion(schoolMigrations) }

/** Every kind of background work. */
const platformJobs = [...preparationJobs, ...exportJobs, ...alertJobs, ...housekeepingJobs, ...webhookJobs, sendMail]

/** What rooms write to people. */
const letters = [...identityLetters, ...membersLetters, ...integrationsLetters, ...webhooksLetters]

/** Brings the control plane and the queues up to date; schools follow, by a worker or by `migrateSchools`. Needs the owner. */
export async function migrate(urls: Required<LoginUrls>, log: Log): Promise<void> {
  await checkLogins({ urls, uses: ['owner'], log })
  await migratePlatform(urls, platformJobs, log)
}

/** Brings every school up to date and waits for it; answers those that stayed behind. `migrations` as in `startWorker`. */
export function migrateSchools(config: Config, urls: Required<LoginUrls>, log: Log, progress?: (rollout: Rollout) => void, migrations: readonly SchoolMigration[] = schoolMigrations): Promise<RolledOut> {
  return rollOut({ ownerUrl: urls.owner, migrations, plan: config.rollout, log, ...(progress && { progress }) })
}

/** What rooms stand on. */
interface Floor {
  readonly platform: Platform
  readonly limits: Limits
  /** Whether programs may be slowed down. */
  readonly limited: boolean
  readonly metrics: Metrics
  readonly jobs: JobSender
  readonly bus: Bus
  readonly jwtPrivateKey: string
  readonly secretKey: string
  readonly rollout: RolloutPlan
  /** Days between asking for a school's deletion and the deletion. */
  readonly graceDays: number
  readonly webhooks: Config['webhooks']
  readonly log: Log
}

/** Builds every room and lists who answers for the API. */
function joinRooms({ platform, limits, limited, metrics, jobs, bus, jwtPrivateKey, secretKey, rollout, graceDays, webhooks: settings, log }: Floor) {
  const roster = rosterRoom()
  const { tenancy, ...tenancyPart } = tenancyRoom({ platform, limits, served })
  const { identity, sessions, ...identityPart } = identityRoom({ platform, tenancy, limits, jobs, jwtPrivateKey, secretKey, log })
  const { preparation, ...preparationPart } = preparationRoom({ platform, bus, jobs, seeds: roster.seeds, sampleSeeds: roster.sampleSeeds, limits, log })
  const { invitations, ...members } = membersRoom({ platform, tenancy, identity, jobs, limits })
  const { programs, points, noteRequest, noteRefusal, ...integrations } = integrationsRoom({ platform, tenancy, jobs, people: ids => sessions.standings(ids), limits, limited, secretKey, metrics, log })
  const { founding, ...registration } = registrationRoom({ platform, tenancy, identity, invitations, preparation, jobs, limits })
  const testSchools = testSchoolsRoom({ platform, tenancy, preparation, founding, limits })
  const audit = auditRoom({ platform })
  const alerts = alertsRoom({ platform, supportedVersion: served.newest })
  const fleet = fleetRoom({ platform, bus, served, plan: rollout, log })
  const housekeeping = housekeepingRoom({ platform, jobs })
  const lifecycle = lifecycleRoom({ platform, tenancy, graceDays })
  const webhooks = webhooksRoom({ platform, jobs, limits, secretKey, settings })
  const operations = operationsRoom({ platform, tenancy, bus, log })
  const { exports, ...exportsPart } = exportsRoom({ platform, tenancy, preparation, invitations, jobs, newestVersion: served.newest })
  const resolvers = [tenancyPart, identityPart, preparationPart, registration, testSchools, members, integrations, audit, alerts, fleet, housekeeping, lifecycle, operations, exportsPart, webhooks, roster].flatMap(room => room.resolvers)
  const stop = async () => {
    [preparationPart, fleet, operations].forEach(room => room.stop())
    await integrations.stop()
  }
  return { tenancy, sessions, programs, points, noteRequest, noteRefusal, audit, exports, resolvers, watchers: preparationPart.watchers, measureFleet: alerts.measure, stop }
}

/** The published contract, made from the rooms without a database behind them. */
export async function contract(): Promise<string> {
  const none = () => Promise.reject(new Error('The contract is printed without a database.'))
  const platform: Platform = { fork: () => { throw new Error('The contract is printed without a database.') }, transaction: none, query: none, prepared: none, pool: () => ({ size: 0, open: 0, idle: 0, waiting: 0 }), close: async () => {} }
  const rooms = joinRooms({
    platform,
    limits: { count: none, giveBack: none, attempt: none },
    limited: false,
    metrics: createMetrics(),
    jobs: { enqueue: none, ready: none, stop: async () => {} },
    bus: { listen: () => () => {}, onReconnect: () => () => {}, connected: () => false, close: async () => {} },
    jwtPrivateKey: newSigningKey(),
    secretKey: newSecretKey(),
    rollout: loadConfig({}).rollout,
    graceDays: 0,
    webhooks: loadConfig({}).webhooks,
    log: createLog('silent'),
  })
  await rooms.stop()
  const { graphqlSchema, printContract } = await import('./transport/schema.ts')
  return printContract(await graphqlSchema(rooms.resolvers))
}

/** Loaded by who answers requests only: commands and a worker start in two thirds of the time without it. */
const loadTransport = () => Promise.all([import('./transport/schema.ts'), import('./transport/http.ts'), import('./transport/socket.ts')])

/** Long enough for who looks at /readyz every second, and short enough for a container to be stopped. */
const handOverMs = 2_000

/** Of each pool, before the first request: as many as a process uses while it is still slow. */
const connectionsAhead = 4

/** The API: GraphQL over HTTP and sockets, and the built web client. Needs no owner. */
export async function startApi(config: Config, urls: LoginUrls, log: Log, webRoot?: string, metrics = createMetrics()): Promise<RunningApi> {
  const warn = (message: string) => log.warn(message)
  const { request, listener } = urls
  await checkLogins({ urls, uses: ['request', 'listener'], log })
  const pools = { poolSize: config.poolSize, ahead: Math.min(connectionsAhead, config.poolSize) }
  const platform = await openPlatform({ url: request, ...pools, entities: platformEntities, warn })
  const schools = await openSchools({ nodes: { main: request }, ...pools, entities: schoolEntities, metrics, log })
  const jobs = await openJobSender(request, log)
  const bus = await openBus({ url: listener, topics: [tenantPreparationChanged, tenantChanged, rolloutChanged, accessChanged], log })
  const limits = openLimits({ enabled: config.rateLimits, platform })
  const secretKey = config.secretKey ?? keepSecretKey(config.dataDir)
  signCursorsWith(secretKey)
  const rooms = joinRooms({ platform, limits, limited: config.rateLimits, metrics, jobs, bus, jwtPrivateKey: config.jwtPrivateKey ?? keepSigningKey(config.dataDir), secretKey, rollout: config.rollout, graceDays: config.keepDays.deletedSchools, webhooks: config.webhooks, log })

  measure(metrics, 'preparation_watchers', 'Subscriptions that follow a tenant\'s preparation.', rooms.watchers)
  const [{ graphqlSchema }, { openHttp }, { openSockets }] = await loadTransport()
  const schema = await graphqlSchema(rooms.resolvers)
  const { tenancy, sessions, programs, audit, exports } = rooms
  const reception = {
    async recognise(token: string, address: string) {
      const known = await (looksLikeKey(token) ? programs.principalOf(token, address) : sessions.recognise(token))
      if ('refused' in known)
        return known
      const { principal, tenant } = known
      return { principal, ...(tenant && { admit: () => tenancy.admitTo(tenant) }) }
    },
    standings: (asked: readonly Known[]) => standingsOf(asked, rooms),
    findTenantBySlug: (slug: string) => tenancy.findBySlug(slug),
    admit: (tenantId: string) => tenancy.admit(tenantId),
    noteRequest: rooms.noteRequest,
    noteRefusal: rooms.noteRefusal,
    charge: (who: Integrator, cost: number) => rooms.points.charge(who, cost),
    schools,
    recordAccess: audit.recordAccess,
    baseDomain: config.baseDomain,
    baseUrl: config.baseUrl,
    log,
  }
  const health = healthOf({
    database: async () => (await platform.query('select 1')).length === 1,
    listener: bus.connected,
    queue: jobs.ready,
    schema: () => platformIsCurrent(platform.query),
  })
  // First of all: what is read below takes connections of its own.
  measurePool(metrics, { platform: platform.pool, school: schools.pool })
  measureHealth(metrics, health)
  measureListener(metrics, bus)
  rooms.measureFleet(metrics)
  const http = await openHttp({ config, schema, reception, findExport: (context, id) => exports.download(context, id), health, webRoot, metrics, log })
  const sockets = openSockets({ server: http.fastify.server, schema, reception, bus, config, metrics, log })
  const url = await http.fastify.listen({ port: config.port, host: config.host })
  return {
    url,
    metrics,
    async handOver() {
      http.drain()
      await pause(handOverMs)
    },
    async stop() {
      http.drain()
      await sockets.stop()
      await http.stop()
      await rooms.stop()
      await Promise.all([bus.close(), jobs.stop()])
      await Promise.all([schools.close(), platform.close()])
    },
  }
}

/** People are looked up by their sessions, programs by their keys: a statement for each kind that is there. */
async function standingsOf(asked: readonly Known[], { sessions, programs }: Pick<ReturnType<typeof joinRooms>, 'sessions' | 'programs'>): Promise<ReadonlyMap<string, Standing>> {
  const [keys, people] = [asked.filter(who => who.kind === 'integrator'), asked.filter(who => who.kind !== 'integrator')]
  const [ofPeople, ofKeys] = await Promise.all([
    people.length > 0 ? sessions.standings(people.map(who => who.sessionId)) : [],
    programs.standings(keys),
  ])
  return new Map<string, Standing>([...ofPeople, ...ofKeys.map(key => [credentialOf(key), key] as const)])
}

/** The worker: prepares schools, sends mails and webhooks, carries what schools did to the audit record. `migrations` is the schools' history, unless a test brings its own. */
export async function startWorker(config: Config, urls: Required<LoginUrls>, log: Log, migrations: readonly SchoolMigration[] = schoolMigrations, metrics = createMetrics()): Promise<RunningWorker> {
  await checkLogins({ urls, uses: ['owner', 'listener'], log })
  const concurrency = config.workerConcurrency
  // Transactional jobs hold a connection each, and of most kinds there is one at a time; fetching, failing and supervising need four of their own.
  const jobs = await openJobWorker(urls.owner, concurrency + mailConcurrency + webhookConcurrency.quick + webhookConcurrency.slow + platformJobs.length, log, metrics)
  const bus = await openBus({ url: urls.listener, topics: [schoolChanged, rolloutChanged, tenantChanged], log })
  const preparation = await startPreparationWorker({ ownerUrl: urls.owner, requestUrl: urls.request, jobs, bus, migrations, seeds: rosterRoom().seeds, sampleSeeds: rosterRoom().sampleSeeds, restoration, concurrency, onReady: (tx, tenantId) => enterReady(jobs, tx, tenantId), metrics, log })
  const schools = await openExportingSchools(urls.request, metrics, log)
  await startExportsWorker({ ownerUrl: urls.owner, jobs, keepDays: config.keepDays.exports, served: { oldest: oldestServed, newest: schoolVersion(migrations) }, openSchool: schools.open, log })
  const mail = await startMailWorker({ ownerUrl: urls.owner, jobs, letters, mailer: openMailer(config, log), baseUrl: publicUrl(config), log })
  const webhooks = await startWebhooksWorker({ ownerUrl: urls.owner, jobs, bus, secretKey: config.secretKey ?? keepSecretKey(config.dataDir), settings: config.webhooks, metrics, log })
  const courier = startCourier({
    ownerUrl: urls.owner,
    bus,
    onCarried: (client, tenantId, rows) => enterTold(jobs, { executeSql: (text: string, values?: unknown[]) => client.query(text, values) }, tenantId, rows),
    log,
  })
  const fleet = startFleetWorker({ ownerUrl: urls.owner, migrations, plan: config.rollout, bus, log })
  const lifecycle = startLifecycleWorker({ ownerUrl: urls.owner, bus, log })
  measure(metrics, 'audit_oldest_uncarried_seconds', 'How long the oldest event has lain in a school that should be on the audit record.', courier.oldestUncarriedSeconds)
  await startHousekeepingWorker({ ownerUrl: urls.owner, jobs, schools: rosterRoom().purge, config, log })
  await startWebhookWorker({ jobs, webhook: config.alertWebhook, metrics, log })
  const watch = startAlertWatch({ ownerUrl: urls.owner, jobs, tell: config.alertWebhook !== undefined, supportedVersion: served.newest, oldestUncarriedSeconds: courier.oldestUncarriedSeconds, log })
  const http = config.process === 'worker' ? await openWorkerProbes({ config, ownerUrl: urls.owner, bus, jobs, metrics, log }) : undefined
  return {
    url: http?.url,
    metrics,
    async stop() {
      http?.drain()
      // It queues jobs.
      await courier.stop()
      await jobs.stop(10_000)
      await Promise.all([preparation.stop(), mail.stop(), webhooks.stop(), fleet.stop(), lifecycle.stop(), watch.stop(), schools.close()])
      await bus.close()
      await http?.stop()
    },
  }
}

/** What is joined of both planes where a school is restored: the export lies in one, its rows go into the other. */
const restoration: Restoration = {
  version: versionOf,
  load: async (sql, school, exportId) => exchangeRoom().load(sql, await openStored(sql, exportId), school),
}

/** The worker's way into a school: for reading it whole, one at a time, under that school's role. */
async function openExportingSchools(url: string, metrics: Metrics, log: Log) {
  const schools = await openSchools({ nodes: { main: url }, poolSize: 1, entities: schoolEntities, metrics, log })
  const exchange = exchangeRoom()
  return {
    open: (address, school, signal, fn) => schools.withTenant(address, async db => fn(await exchange.write(db, school)), { readOnly: true, snapshot: true, signal }),
    close: schools.close,
  } satisfies { open: Parameters<typeof startExportsWorker>[0]['openSchool'], close: () => Promise<void> }
}

/** What a process without an API tells of itself, where it is given a port. */
async function openWorkerProbes({ config, ownerUrl, bus, jobs, metrics, log }: { config: Config, ownerUrl: string, bus: Bus, jobs: JobWorker, metrics: Metrics, log: Log }) {
  const connection = { connectionString: ownerUrl, application_name: 'homeroom checks', connectionTimeoutMillis: 2_000 }
  const ask = <Row>(text: string) => withClient(connection, async client => (await client.query(text)).rows as Row[])
  const health = healthOf({
    database: async () => (await ask('select 1')).length === 1,
    listener: bus.connected,
    queue: jobs.ready,
    schema: () => platformIsCurrent(ask),
  })
  measureHealth(metrics, health)
  measureListener(metrics, bus)
  if (config.workerPort === undefined)
    return
  const { openWorkerHttp } = await import('./transport/worker-http.ts')
  return openWorkerHttp({ config, health, metrics, log })
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
