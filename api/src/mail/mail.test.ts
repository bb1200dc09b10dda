import type { TestHomeroom } from '../../test/harness/homeroom.ts'
import type { MailServer } from '../../test/harness/smtp.ts'
import type { Draft } from './letter.ts'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHomeroom } from '../../test/harness/homeroom.ts'
import { createTenant, signUpInput } from '../../test/harness/sign-up.ts'
import { openMailServer } from '../../test/harness/smtp.ts'
import { createLog } from '../shared/log.ts'
import { asHtml, asText, oneLine, shortName } from './letter.ts'
import { openMailer } from './mailer.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest()
const neverAborted = new AbortController().signal

describe('with a mail server', () => {
  let server: MailServer
  let homeroom: TestHomeroom

  beforeAll(async () => {
    server = await openMailServer()
    homeroom = await openHomeroom({ config: { smtpUrl: server.url, mailFrom: 'Homeroom <homeroom@school.example>', baseUrl: 'https://homeroom.example' } })
  })
  afterAll(async () => {
    await homeroom?.stop()
    await server?.stop()
  })

  /** The job behind the mail to this address. */
  const jobOf = async (email: string) => (await homeroom.database.sql<{ state: string, retry_count: number, data: object, output: object | null }>(`
    select state, retry_count, data, output from pgboss.job where name = 'send-mail' and data ->> 'id' = (select id::text from platform.account where email = $1)`, [email]))[0]
  const jobIs = (email: string, state: string) => expect.poll(async () => (await jobOf(email))?.state, { interval: 25 }).toBe(state)
  /** Its next try is now. */
  const hurry = (email: string) => homeroom.database.sql('update pgboss.job set start_after = now() where name = \'send-mail\' and data ->> \'id\' = (select id::text from platform.account where email = $1)', [email])

  test('a link carries its secret in the fragment and leads where the configuration says; its hash alone is stored', async () => {
    const email = 'head@oakfield.example'
    await homeroom.visitor.send(createTenant, { input: signUpInput('oakfield') }, { 'x-forwarded-host': 'evil.example', 'origin': 'https://evil.example' })
    const mail = await server.next()
    expect(mail).toMatchObject({ to: email, from: '"Homeroom" <homeroom@school.example>', subject: 'Confirm your e-mail address' })
    expect(mail.link).toMatch(/^https:\/\/homeroom\.example\/verify-email#token=[\w-]{43}$/)
    expect(mail.html).toContain(`href="${mail.link}"`)
    expect(await homeroom.database.sql('select token_hash from platform.account_token')).toEqual([{ token_hash: sha256(mail.token) }])
    await jobIs(email, 'completed')
    expect(JSON.stringify(await jobOf(email))).not.toContain(mail.token)
    expect((await jobOf(email))!.data).toEqual({ kind: 'EMAIL_VERIFICATION', id: expect.any(String) as string })
  })

  test('while the mail server is out of order a school signs up all the same; the mail is tried again with another secret', async () => {
    server.refuse(undefined, 451)
    const { email, tenantId } = await homeroom.signUp('riverside')
    const refused = await server.next()
    await jobIs(email, 'retry')
    server.refuse(undefined)
    await hurry(email)
    const mail = await server.next()
    expect([refused.to, mail.to]).toEqual([email, email])
    expect(mail.token).not.toBe(refused.token)
    await jobIs(email, 'completed')
    expect((await homeroom.visitor.watch(tenantId)).at(-1)).toMatchObject({ status: 'READY' })
  })

  test('a mailbox that does not exist is not tried again', async () => {
    server.refuse(550)
    const { email } = await homeroom.signUp('nobody-there')
    await jobIs(email, 'completed')
    expect(await jobOf(email)).toMatchObject({ retry_count: 0 })
    server.refuse(undefined)
  })

  test('what is kept of a mail that failed names no address', async () => {
    server.refuse(451)
    const { email } = await homeroom.signUp('kept')
    await jobIs(email, 'retry')
    expect(JSON.stringify((await jobOf(email))!.output)).toContain('EENVELOPE')
    expect(JSON.stringify((await jobOf(email))!.output)).not.toContain(email)
    server.refuse(undefined)
    await hurry(email)
    expect((await server.next()).to).toBe(email)
  })

  test('an account that is disabled or verified meanwhile gets no mail', async () => {
    server.refuse(451)
    const { email } = await homeroom.signUp('meanwhile')
    await jobIs(email, 'retry')
    server.refuse(undefined)
    await homeroom.database.sql('update platform.account set email_verified_at = now() where email = $1', [email])
    await hurry(email)
    await jobIs(email, 'completed')
    const { email: last } = await homeroom.signUp('last')
    expect((await server.next()).to).toBe(last)
  })
})

describe('without one', () => {
  const draft = (more: Partial<Draft> = {}): Draft => ({ of: 'account', to: 'ada@oakfield.example', subject: 'Hello', paragraphs: ['Some words.'], ...more })

  test('mails are private files, and the newest are kept', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'homeroom-mail-'))
    const mailer = openMailer({ smtpUrl: undefined, mailFrom: undefined, dataDir }, createLog('silent'))
    for (let number = 1; number <= 203; number++)
      await mailer.send(draft({ subject: `Number ${number}` }), neverAborted)
    const names = readdirSync(join(dataDir, 'mail')).sort()
    expect(names).toHaveLength(200)
    expect(names.every(name => name.endsWith('.eml') && (statSync(join(dataDir, 'mail', name)).mode & 0o777) === 0o600)).toBe(true)
    expect(readFileSync(join(dataDir, 'mail', names.at(-1)!), 'utf8')).toContain('Subject: Number 203')
  })

  test('a subject is one header, whatever is in it', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'homeroom-mail-'))
    await openMailer({ smtpUrl: undefined, mailFrom: undefined, dataDir }, createLog('silent')).send(draft({ subject: 'Hello\r\nBcc: everybody@elsewhere.example\u2028there' }), neverAborted)
    const [name] = readdirSync(join(dataDir, 'mail'))
    const headers = readFileSync(join(dataDir, 'mail', name!), 'utf8').split('\r\n\r\n', 1)[0]!
    expect(headers).not.toMatch(/^Bcc:/m)
    expect(headers).toContain('Subject: Hello Bcc: everybody@elsewhere.example there')
  })

  test('what people typed is text in a page, and one short line', () => {
    const typed = '<img src=x onerror=alert(1)> & "co"'
    expect(asHtml(draft({ paragraphs: [typed], button: { label: typed, url: 'https://homeroom.example/?a&b' } }))).not.toMatch(/<img|[^>]&b/)
    expect(asText(draft({ paragraphs: [typed] }))).toContain(typed)
    expect(oneLine('a\u0301\n b\t\tc')).toBe('\u00E1 b c')
    expect([...shortName('\u{1F3EB}'.repeat(100))]).toHaveLength(80)
  })
})
