// type-graphql's decorators need it when the rooms below are read.
import 'reflect-metadata'
import type { LoginUrls } from './database/logins.ts'
import type { SuperadminsService } from './platform/identity/room.ts'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { parseArgs } from 'node:util'
import { destination } from 'pino'
import { openSuperadmins } from './compose.ts'
import { environment, loadConfig } from './config.ts'
import { openDatabase } from './database/open-database.ts'
import { ExpectedError } from './shared/errors.ts'
import { createLog } from './shared/log.ts'
import { explainStart } from './start-error.ts'

const usage = `npm run superadmin -- COMMAND

  create --email E [--name N] [--with-totp | --totp-secret BASE32]
                             a superadmin; the password is read from SUPERADMIN_PASSWORD or asked for.
                             With --with-totp a second factor is made and shown once; --totp-secret brings one.
  list                       all superadmins
  disable --email E          ends a superadmin's sessions and lets none begin
  enable --email E           takes that back
  reset-second-factor --email E
                             for any account whose authenticator is lost: it is gone, all sessions end
`

/** What was asked for could not be read; the message says how it goes. */
class Misused extends Error {}

interface Asked { readonly command: string, readonly email: string, readonly name: string, readonly withTotp: boolean, readonly totpSecret: string | undefined }

/** Makes, lists and ends the operator's accounts, as owner: no request can. */
async function main(): Promise<void> {
  const config = loadConfig(environment())
  const asked = readArguments(process.argv.slice(2))
  const password = asked.command === 'create' ? config.superadminPassword ?? await askPassword() : ''
  // What is printed is the answer; what is logged goes beside it.
  const log = createLog(config.logLevel, destination(2))
  const database = await openDatabase(config, log)
  try {
    if (!database.urls.owner)
      throw new Misused('Superadmins are made by the owner: give OWNER_DATABASE_URL or DATABASE_URL.')
    const { superadmins, stop } = await openSuperadmins(config, database.urls as Required<LoginUrls>, log)
    await run(superadmins, asked, password).finally(stop)
  }
  finally {
    await database.stop()
  }
}

async function run(superadmins: SuperadminsService, { command, email, name, withTotp, totpSecret }: Asked, password: string): Promise<void> {
  switch (command) {
    case 'create': {
      const factor = await superadmins.create({ email, name, password, totpSecret }, withTotp)
      say(`${email} is a superadmin.`)
      if (factor && !totpSecret)
        say(`Second factor, shown this once:\n${factor.secret}\n${factor.uri}`)
      else if (!factor)
        say('Their first sign-in can do nothing but set up a second factor.')
      return
    }
    case 'list':
      for (const row of await superadmins.list())
        say([row.email, row.name, row.createdAt.toISOString(), row.totpConfirmedAt ? 'second factor' : 'no second factor', ...(row.disabledAt ? ['disabled'] : [])].join('\t'))
      return
    case 'disable':
      await superadmins.disable(email)
      return say(`${email} can no longer sign in.`)
    case 'enable':
      await superadmins.enable(email)
      return say(`${email} can sign in again.`)
    default:
      await superadmins.resetSecondFactor(email)
      say(`${email} has no second factor any more.`)
  }
}

function readArguments(argv: string[]): Asked {
  try {
    const { positionals: [command = '', ...others], values } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: { 'email': { type: 'string' }, 'name': { type: 'string' }, 'totp-secret': { type: 'string' }, 'with-totp': { type: 'boolean' } },
    })
    const known = ['create', 'list', 'disable', 'enable', 'reset-second-factor'].includes(command)
    if (!known || others.length > 0 || (command !== 'list' && !values.email))
      throw new Misused(usage)
    return { command, email: values.email ?? '', name: values.name ?? 'Superadmin', withTotp: values['with-totp'] ?? false, totpSecret: values['totp-secret'] }
  }
  catch {
    throw new Misused(usage)
  }
}

/** Asks on the terminal, without showing what is typed. */
async function askPassword(): Promise<string> {
  if (!process.stdin.isTTY)
    throw new Misused('Give the password in SUPERADMIN_PASSWORD, or run this in a terminal.')
  const nowhere = new Writable({ write: (_, __, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true })
  process.stderr.write('Password: ')
  try {
    return await new Promise((resolve, reject) => {
      terminal.once('line', resolve)
      terminal.once('close', () => reject(new Misused('No password was given.'))) // also Ctrl-C
    })
  }
  finally {
    terminal.close()
    process.stderr.write('\n')
  }
}

function say(words: string): void {
  process.stdout.write(`${words}\n`)
}

main().catch((error: unknown) => {
  const words = error instanceof ExpectedError ? error.fields?.map(({ message }) => message).join('\n') ?? error.message : error instanceof Misused ? error.message : explainStart(error)
  process.stderr.write(`${words}\n`)
  process.exitCode = 1
})
