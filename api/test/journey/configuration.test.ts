import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { openFolder } from '../harness/embedded-owners.ts'
import { launchHomeroom } from '../harness/process.ts'

/** How a start that cannot be ends: exit code 1, nothing said but why, and no trace of our code. */
async function refusedStart(environment: Record<string, string>): Promise<string> {
  const homeroom = await launchHomeroom({ DATA_DIR: await openFolder(), ...environment })
  expect(await homeroom.ended).toEqual({ code: 1, signal: null })
  expect(homeroom.stdout).toBe('')
  expect(homeroom.stderr).not.toMatch(/^\s+at |node_modules|secret/m)
  return homeroom.stderr
}

test('a start with mistakes in its configuration lists them all and exits with 1; a signing key that is not Ed25519 is one', async () => {
  const rsaKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const lines = await refusedStart({
    PORT: 'many',
    PROCESS: 'both',
    DATABASE_URL: 'mysql://secret@here/there',
    BASE_URL: 'homeroom.example',
    BASE_DOMAIN: 'https://homeroom.example',
    RATE_LIMITS: 'perhaps',
    LOG_LEVEL: 'loud',
    WORKER_CONCURRENCY: '0',
    POOL_SIZE: '1',
    OWNER_DATABASE_URL_FILE: '/nowhere/owner',
    JWT_PRIVATE_KEY: rsaKey,
  })
  for (const name of ['PORT', 'PROCESS', 'DATABASE_URL', 'BASE_URL', 'BASE_DOMAIN', 'RATE_LIMITS', 'LOG_LEVEL', 'WORKER_CONCURRENCY', 'POOL_SIZE', 'OWNER_DATABASE_URL_FILE'])
    expect(lines).toMatch(new RegExp(`^  ${name}: \\S`, 'm'))
  expect(lines).toMatch(/^ {2}JWT_PRIVATE_KEY: .*Ed25519.*openssl genpkey -algorithm ed25519$/m)
  expect(lines).toMatch(/^The configuration has 11 mistakes:$/m)
})

test('a start without its database says so in one line, keeps the password to itself, and exits with 1', async () => {
  expect(await refusedStart({ DATABASE_URL: 'postgres://homeroom:secret@127.0.0.1:1/homeroom' }))
    .toBe('The database cannot be used: connect ECONNREFUSED 127.0.0.1:1\n')
})
