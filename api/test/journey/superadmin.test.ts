import type { TestDatabase } from '../harness/database.ts'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase } from '../harness/database.ts'
import { launchHomeroom } from '../harness/process.ts'
import { codeOf } from '../harness/sign-in.ts'

const password = 'correct horse battery staple'

let database: TestDatabase
let environment: Record<string, string>

beforeAll(async () => {
  database = await openTestDatabase()
  const { owner, request, listener } = database.urls
  environment = { DATA_DIR: mkdtempSync(join(tmpdir(), 'homeroom-data-')), OWNER_DATABASE_URL: owner, REQUEST_DATABASE_URL: request, LISTENER_DATABASE_URL: listener }
})
afterAll(() => database?.drop())

/** The command as an operator gives it, without a terminal. */
async function command(args: string[], more: Record<string, string> = {}) {
  const child = await launchHomeroom({ ...environment, ...more }, { program: 'superadmin', args })
  const { code } = await child.ended
  return { stdout: child.stdout, stderr: child.stderr, code }
}

test('the command makes, lists, disables and enables superadmins, and gives a second factor to machines', async () => {
  const made = await command(['create', '--email', 'olive@operator.example', '--name', 'Olive', '--with-totp'], { SUPERADMIN_PASSWORD: password })
  expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('olive@operator.example is a superadmin.') as string })
  expect(codeOf(/^[A-Z2-7]{32}$/m.exec(made.stdout)![0])).toMatch(/^\d{6}$/)
  expect((await command(['disable', '--email', 'olive@operator.example'])).code).toBe(0)
  expect((await command(['list'])).stdout).toMatch(/^olive@operator\.example\tOlive\t\d{4}-\S+\tsecond factor\tdisabled$/m)
  expect((await command(['enable', '--email', 'olive@operator.example'])).code).toBe(0)
  expect((await command(['reset-second-factor', '--email', 'olive@operator.example'])).code).toBe(0)
  expect((await command(['list'])).stdout).toMatch(/\tno second factor$/m)
}, 120_000)

test.each<[string, string[], Record<string, string>, RegExp]>([
  ['nothing', [], {}, /^npm run superadmin -- COMMAND/],
  ['an unknown command', ['promote', '--email', 'x@operator.example'], {}, /^npm run superadmin -- COMMAND/],
  ['an unknown option', ['list', '--all'], {}, /^npm run superadmin -- COMMAND/],
  ['no address', ['create'], { SUPERADMIN_PASSWORD: password }, /^npm run superadmin -- COMMAND/],
  ['no password and no terminal', ['create', '--email', 'x@operator.example'], {}, /^Give the password in SUPERADMIN_PASSWORD, or run this in a terminal\.\n$/],
  ['a password that is easy to guess', ['create', '--email', 'x@operator.example'], { SUPERADMIN_PASSWORD: 'password12' }, /^This password is easy to guess\. [^\n]*\n$/],
  ['somebody who is not there', ['disable', '--email', 'x@operator.example'], {}, /^An account x@operator\.example .* was not found\.\n$/],
  ['no owner', ['list'], { OWNER_DATABASE_URL: '', PROCESS: 'api' }, /^Superadmins are made by the owner/],
])('%s is refused in plain words', async (_, args, more, words) => {
  const { code, stdout, stderr } = await command(args, more)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toMatch(words)
})
