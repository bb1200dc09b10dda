import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import process from 'node:process'
import proxyAddr from '@fastify/proxy-addr'
import { z } from 'zod'

const port = z.coerce.number().int().min(0).max(65535)
const days = z.coerce.number().min(0).max(36_500)
/** Numbers with commas between them: each wait after a try. */
const seconds = z.string().transform(text => text.split(',').map(part => Number(part.trim() || Number.NaN))).refine(waits => waits.length <= 20 && waits.every(wait => wait >= 0 && wait <= 604_800), 'must be up to 20 numbers of seconds with commas between them, each at most a week')
const databaseUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' })
/** Addresses, ranges, or loopback, linklocal, uniquelocal, with commas between them. */
export const proxies = z.string()
  .transform(text => text.split(',').map(part => part.trim()).filter(Boolean))
  .refine(areAddresses, 'must be addresses or ranges, or loopback, linklocal, uniquelocal')

const settings = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('production'),
  PORT: port.default(4000),
  HOST: z.string().default('127.0.0.1'),
  DATA_DIR: z.string().default('.data'),
  PROCESS: z.enum(['all', 'api', 'worker']).default('all'),
  DATABASE_URL: databaseUrl.optional(),
  OWNER_DATABASE_URL: databaseUrl.optional(),
  REQUEST_DATABASE_URL: databaseUrl.optional(),
  LISTENER_DATABASE_URL: databaseUrl.optional(),
  BASE_URL: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' }).optional(),
  BASE_DOMAIN: z.string().toLowerCase().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'must be a domain name such as homeroom.example').optional(),
  TRUSTED_PROXIES: proxies.default([]),
  RATE_LIMITS: z.enum(['on', 'off']).default('on'),
  JWT_PRIVATE_KEY: z.string().refine(isEd25519Key, 'must be an Ed25519 private key (PKCS #8 PEM): openssl genpkey -algorithm ed25519').optional(),
  SECRET_KEY: z.string().refine(isSecretKey, 'must be 32 random bytes in base64: openssl rand -base64 32').optional(),
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'must be an smtp:// or smtps:// URL' }).optional(),
  MAIL_FROM: z.string().regex(/^[^\n\r@]*@[^\n\r]+$/, 'must be an address, such as Homeroom <homeroom@school.example>').optional(),
  SUPERADMIN_PASSWORD: z.string().optional(),
  METRICS_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(32).default(2),
  POOL_SIZE: z.coerce.number().int().min(2).max(200).default(10),
  WORKER_PORT: port.optional(),
  ALERT_WEBHOOK_URL: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' }).optional(),
  ALERT_WEBHOOK_SECRET: z.string().regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'must be whsec_ and at least 24 random bytes in base64: echo "whsec_$(openssl rand -base64 32)"').optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' }).optional(),
  DELETE_GRACE_DAYS: days.default(30),
  KEEP_EXPORTS_DAYS: days.default(7),
  KEEP_SESSIONS_DAYS: days.default(30),
  KEEP_INVITATIONS_DAYS: days.default(90),
  KEEP_ATTEMPTS_DAYS: days.default(365),
  KEEP_ROLLOUTS_DAYS: days.default(365),
  KEEP_TOMBSTONES_DAYS: days.default(90),
  KEEP_WEBHOOKS_DAYS: days.default(30),
  WEBHOOK_ALLOW_PRIVATE: z.enum(['on', 'off']).default('off'),
  WEBHOOK_RETRY_SECONDS: seconds.default([5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]),
  WEBHOOK_TIMEOUT_SECONDS: z.coerce.number().min(0.1).max(30).default(15),
  WEBHOOK_DISABLE_AFTER_DAYS: days.default(5),
  KEEP_API_REQUESTS_DAYS: days.default(30),
  KEEP_API_KEYS_DAYS: days.default(365),
  TIDY_AT: z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day in UTC, such as 03:10').default('03:10'),
  ROLLOUT_CANARIES: z.coerce.number().int().min(0).max(100).default(1),
  ROLLOUT_PARALLEL: z.coerce.number().int().min(1).max(32).default(4),
  ROLLOUT_FAILURE_BUDGET: z.coerce.number().int().min(0).max(10_000).default(5),
})

/** Settings that may hold a secret can also name a file that holds it, as container secrets do. */
const fromFile = ['DATABASE_URL', 'OWNER_DATABASE_URL', 'REQUEST_DATABASE_URL', 'LISTENER_DATABASE_URL', 'JWT_PRIVATE_KEY', 'METRICS_TOKEN', 'SECRET_KEY', 'SMTP_URL', 'SUPERADMIN_PASSWORD', 'ALERT_WEBHOOK_SECRET'] as const

export interface Config {
  readonly nodeEnv: 'development' | 'production' | 'test'
  readonly port: number
  readonly host: string
  readonly dataDir: string
  readonly process: 'all' | 'api' | 'worker'
  /** A role that may create roles and schemas; unset with no other URL means the embedded server. */
  readonly databaseUrl: string | undefined
  /** Logins made beforehand, instead of those made at start from `databaseUrl`. */
  readonly logins: { readonly owner?: string, readonly request?: string, readonly listener?: string }
  /** Where people reach Homeroom; unset until the port is known, then the listening address. */
  readonly baseUrl: string | undefined
  readonly baseDomain: string | undefined
  readonly trustedProxies: readonly string[]
  readonly rateLimits: boolean
  /** Ed25519 private key, PKCS #8 PEM; unset: one is made in `dataDir`. */
  readonly jwtPrivateKey: string | undefined
  /** 32 bytes in base64 that seal second factors and secrets of webhooks; unset: made in `dataDir`. */
  readonly secretKey: string | undefined
  /** Where mails are handed in; unset: they are kept as files in `dataDir`. */
  readonly smtpUrl: string | undefined
  readonly mailFrom: string | undefined
  /** What `npm run superadmin -- create` takes instead of asking. */
  readonly superadminPassword: string | undefined
  /** Who sends it as Bearer token may read `GET /metrics`; unset: nobody. */
  readonly metricsToken: string | undefined
  readonly logLevel: string
  readonly workerConcurrency: number
  readonly poolSize: number
  /** Where a process without an API answers /livez, /readyz and /metrics; unset: nowhere. */
  readonly workerPort: number | undefined
  /** Who is told when an alert begins and ends, and the Standard Webhooks secret that signs it; unset: nobody. */
  readonly alertWebhook: { readonly url: string, readonly secret: string } | undefined
  /** Where OpenTelemetry traces go (OTLP over HTTP); unset: none are made. */
  readonly otlpEndpoint: string | undefined
  /** How long things are kept, in days. */
  readonly keepDays: { readonly deletedSchools: number, readonly exports: number, readonly sessions: number, readonly invitations: number, readonly attempts: number, readonly rollouts: number, readonly tombstones: number, readonly webhooks: number, readonly apiRequests: number, readonly apiKeys: number }
  /** What schools' own programs are told, and how patiently. `allowPrivate`: at any address, unencrypted too. */
  readonly webhooks: { readonly allowPrivate: boolean, readonly retrySeconds: readonly number[], readonly timeoutSeconds: number, readonly disableAfterDays: number }
  /** The time of day, in UTC, at which what is no longer kept goes: `HH:MM`. */
  readonly tidyAt: string
  /** How migrations roll over the fleet, unless told otherwise. */
  readonly rollout: RolloutPlan
}

/** How a roll-out goes: schools tried first, schools at a time, and failures after which it stops. */
export interface RolloutPlan { readonly canaries: number, readonly parallel: number, readonly failureBudget: number }

/** The environment is wrong; `mistakes` has one line for each. */
export class ConfigError extends Error {
  constructor(readonly mistakes: readonly string[]) {
    super(`The configuration has ${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`}:\n${mistakes.map(line => `  ${line}`).join('\n')}`)
    this.name = 'ConfigError'
  }
}

/** Reads an environment once, whole: a frozen Config, or a ConfigError that lists every mistake. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const mistakes: string[] = []
  // An empty value is what `KEY=` in a .env file gives: it means unset.
  const given: Record<string, string | undefined> = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  for (const name of fromFile) {
    const path = given[`${name}_FILE`]
    if (path === undefined)
      continue
    if (given[name] !== undefined) {
      mistakes.push(`${name} and ${name}_FILE are both set: give one.`)
      continue
    }
    try {
      given[name] = readFileSync(path, 'utf8').trim()
    }
    catch {
      mistakes.push(`${name}_FILE: ${path} cannot be read.`)
    }
  }
  const parsed = settings.safeParse(given)
  if (!parsed.success)
    mistakes.push(...parsed.error.issues.map(issue => `${issue.path.join('.')}: ${issue.message}`))
  const values = parsed.data
  if (values) {
    const wanted = { api: ['REQUEST', 'LISTENER'], worker: ['OWNER', 'REQUEST', 'LISTENER'], all: ['OWNER', 'REQUEST', 'LISTENER'] }[values.PROCESS]
    const missing = wanted.filter(name => given[`${name}_DATABASE_URL`] === undefined)
    if (missing.length > 0 && ['OWNER', 'REQUEST', 'LISTENER'].some(name => given[`${name}_DATABASE_URL`] !== undefined))
      mistakes.push(`${missing.map(name => `${name}_DATABASE_URL`).join(', ')}: needed beside the other login URLs when PROCESS is ${values.PROCESS}.`)
  }
  if (values?.SMTP_URL && !values.MAIL_FROM)
    mistakes.push('MAIL_FROM: needed beside SMTP_URL: whom mails come from.')
  if (values && Boolean(values.ALERT_WEBHOOK_URL) !== Boolean(values.ALERT_WEBHOOK_SECRET))
    mistakes.push('ALERT_WEBHOOK_URL and ALERT_WEBHOOK_SECRET: each needs the other.')
  if (mistakes.length > 0 || !values)
    throw new ConfigError(mistakes)
  return Object.freeze({
    nodeEnv: values.NODE_ENV,
    port: values.PORT,
    host: values.HOST,
    dataDir: resolve(values.DATA_DIR),
    process: values.PROCESS,
    databaseUrl: values.DATABASE_URL,
    logins: Object.freeze({ owner: values.OWNER_DATABASE_URL, request: values.REQUEST_DATABASE_URL, listener: values.LISTENER_DATABASE_URL }),
    baseUrl: values.BASE_URL?.replace(/\/$/, ''),
    baseDomain: values.BASE_DOMAIN,
    trustedProxies: values.TRUSTED_PROXIES,
    rateLimits: values.RATE_LIMITS === 'on',
    jwtPrivateKey: values.JWT_PRIVATE_KEY,
    secretKey: values.SECRET_KEY,
    smtpUrl: values.SMTP_URL,
    mailFrom: values.MAIL_FROM,
    superadminPassword: values.SUPERADMIN_PASSWORD,
    metricsToken: values.METRICS_TOKEN,
    logLevel: values.LOG_LEVEL,
    workerConcurrency: values.WORKER_CONCURRENCY,
    poolSize: values.POOL_SIZE,
    workerPort: values.WORKER_PORT,
    alertWebhook: values.ALERT_WEBHOOK_URL && values.ALERT_WEBHOOK_SECRET ? Object.freeze({ url: values.ALERT_WEBHOOK_URL, secret: values.ALERT_WEBHOOK_SECRET }) : undefined,
    otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
    keepDays: Object.freeze({
      deletedSchools: values.DELETE_GRACE_DAYS,
      exports: values.KEEP_EXPORTS_DAYS,
      sessions: values.KEEP_SESSIONS_DAYS,
      invitations: values.KEEP_INVITATIONS_DAYS,
      attempts: values.KEEP_ATTEMPTS_DAYS,
      rollouts: values.KEEP_ROLLOUTS_DAYS,
      tombstones: values.KEEP_TOMBSTONES_DAYS,
      webhooks: values.KEEP_WEBHOOKS_DAYS,
      apiRequests: values.KEEP_API_REQUESTS_DAYS,
      apiKeys: values.KEEP_API_KEYS_DAYS,
    }),
    webhooks: Object.freeze({
      allowPrivate: values.WEBHOOK_ALLOW_PRIVATE === 'on',
      retrySeconds: Object.freeze(values.WEBHOOK_RETRY_SECONDS),
      timeoutSeconds: values.WEBHOOK_TIMEOUT_SECONDS,
      disableAfterDays: values.WEBHOOK_DISABLE_AFTER_DAYS,
    }),
    tidyAt: values.TIDY_AT,
    rollout: Object.freeze({ canaries: values.ROLLOUT_CANARIES, parallel: values.ROLLOUT_PARALLEL, failureBudget: values.ROLLOUT_FAILURE_BUDGET }),
  })
}

function areAddresses(trusted: readonly string[]): boolean {
  try {
    return trusted.length === 0 || Boolean(proxyAddr.compile([...trusted]))
  }
  catch {
    return false
  }
}

function isEd25519Key(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'ed25519'
  }
  catch {
    return false
  }
}

function isSecretKey(text: string): boolean {
  return /^[\w+/-]+=*$/.test(text) && Buffer.from(text, 'base64').length === 32
}

/** Where people reach Homeroom: BASE_URL, or else the address it listens on. Links in mails lead there, whatever a request calls its host. */
export function publicUrl({ baseUrl, host, port }: Pick<Config, 'baseUrl' | 'host' | 'port'>): string {
  const name = ['0.0.0.0', '::'].includes(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return baseUrl ?? `http://${name}:${port}`
}

/** The environment of this process: the only place that reads it. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env
}
