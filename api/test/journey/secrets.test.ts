import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import { openFolder } from '../harness/embedded-owners.ts'

const api = join(dirname(fileURLToPath(import.meta.url)), '../..')
const makeSecrets = (folder: string) => promisify(execFile)(process.execPath, ['--import', 'tsx', 'src/make-secrets.ts', folder], { cwd: api })

test('a deployment\'s secrets are made once, and each service is given those it needs and no others', async () => {
  const folder = await openFolder()
  await makeSecrets(folder)
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  const before = read('owner-url')
  await makeSecrets(folder)
  expect(read('owner-url')).toBe(before)

  const environment = (share: string) => Object.fromEntries(readdirSync(join(folder, share)).map(name => [`${{ 'owner-url': 'OWNER_DATABASE_URL', 'request-url': 'REQUEST_DATABASE_URL', 'listener-url': 'LISTENER_DATABASE_URL', 'jwt-private-key.pem': 'JWT_PRIVATE_KEY', 'secret-key': 'SECRET_KEY' }[name]}_FILE`, join(folder, share, name)]))
  expect(Object.keys(environment('api')).sort()).toEqual(['JWT_PRIVATE_KEY_FILE', 'LISTENER_DATABASE_URL_FILE', 'REQUEST_DATABASE_URL_FILE', 'SECRET_KEY_FILE'])
  expect(Object.keys(environment('worker')).sort()).toEqual(['LISTENER_DATABASE_URL_FILE', 'OWNER_DATABASE_URL_FILE', 'REQUEST_DATABASE_URL_FILE', 'SECRET_KEY_FILE'])
  expect(loadConfig({ PROCESS: 'api', ...environment('api') }).logins).toEqual({ owner: undefined, request: read('request-url'), listener: read('listener-url') })
  expect(loadConfig({ PROCESS: 'api', ...environment('api') }).secretKey).toBe(read('secret-key'))
  expect(loadConfig({ PROCESS: 'worker', ...environment('worker') }).logins.owner).toBe(before)
  expect(loadConfig({ DATABASE_URL_FILE: join(folder, 'database-url') }).databaseUrl).toContain(read('postgres-password'))
}, 60_000)
