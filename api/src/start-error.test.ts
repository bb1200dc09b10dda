import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { createServer } from 'node:net'
import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { ConfigError, loadConfig } from './config.ts'
import { UnsafeLogins } from './database/check-logins.ts'
import { ensureDatabase } from './database/open-database.ts'
import { openJobSender } from './jobs/queue.ts'
import { createLog } from './shared/log.ts'
import { explainStart } from './start-error.ts'

async function refusal(opening: Promise<unknown>): Promise<string> {
  return opening.then(() => 'nothing was refused', explainStart)
}

test('a database that cannot be used is one line, with the server\'s own words', async () => {
  const url = (change: Partial<URL>) => Object.assign(new URL(inject('adminUrl')), change).href
  expect(await refusal(ensureDatabase('postgres://u:secret@127.0.0.1:1/d', 'd'))).toBe('The database cannot be used: connect ECONNREFUSED 127.0.0.1:1')
  expect(await refusal(ensureDatabase('postgres://u:secret@nowhere.invalid/d', 'd'))).toMatch(/^The database cannot be used: getaddrinfo \w+ nowhere\.invalid$/)
  expect(await refusal(ensureDatabase(url({ password: 'secret' }), 'd'))).toMatch(/^The database cannot be used: password authentication failed for user "\w+"$/)
  expect(await refusal(ensureDatabase(url({ pathname: '/no_such' }), 'd'))).toBe('The database cannot be used: database "no_such" does not exist')
  expect(await refusal(openJobSender('postgres://u:secret@127.0.0.1:1/d', createLog('silent')))).toBe('The database cannot be used: connect ECONNREFUSED 127.0.0.1:1')
})

test('a server that takes the connection and says nothing is named too', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const client = new pg.Client({ host: '127.0.0.1', port: (silent.address() as AddressInfo).port, connectionTimeoutMillis: 50 })
  expect(await refusal(client.connect())).toMatch(/^The database cannot be used: timeout/)
  silent.close()
})

test('a port that is taken is named', async () => {
  const first = createServer().listen(0, '127.0.0.1')
  await once(first, 'listening')
  const { port } = first.address() as AddressInfo
  const [error] = await once(createServer().listen(port, '127.0.0.1'), 'error')
  expect(explainStart(error)).toBe(`Port ${port} is taken: stop what listens there, or set PORT.`)
  first.close()
})

test('mistakes are listed; what nobody expected keeps its trace', () => {
  const mistakes = () => loadConfig({ PORT: 'x', PROCESS: 'y' })
  expect(mistakes).toThrow(ConfigError)
  expect(explainStart(new ConfigError(['PORT: no']))).toBe('The configuration has a mistake:\n  PORT: no')
  expect(explainStart(new UnsafeLogins([{ problem: 'The request login r inherits.', sql: 'alter role r noinherit' }, { problem: 'A pooler.' }])))
    .toBe('The database\'s logins are not safe to run with (SECURITY.md says what each may do):\n  The request login r inherits. As administrator: alter role r noinherit;\n  A pooler.')
  expect(explainStart(new TypeError('ours'))).toMatch(/^TypeError: ours\n\s+at /)
})
