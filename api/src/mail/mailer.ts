import type { Log } from '../shared/log.ts'
import type { Draft } from './letter.ts'
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import nodemailer from 'nodemailer'
import { asHtml, asText, oneLine } from './letter.ts'

export interface Mailer {
  /** Resolves when a mail server has taken the mail; rejects where it has not, also when `signal` aborts. */
  send: (draft: Draft, signal: AbortSignal) => Promise<void>
}

export interface MailSettings {
  /** smtp:// or smtps://; unset: the development mailbox. */
  readonly smtpUrl: string | undefined
  readonly mailFrom: string | undefined
  readonly dataDir: string
}

/** How many mails the development mailbox keeps. */
const mailboxSize = 200

/** Mails go by SMTP, or, where no server is named, into a folder. */
export function openMailer({ smtpUrl, mailFrom, dataDir }: MailSettings, log: Log): Mailer {
  const from = mailFrom ?? 'Homeroom <homeroom@localhost>'
  return smtpUrl ? smtp(smtpUrl, from) : mailbox(join(dataDir, 'mail'), from, log)
}

function smtp(url: string, from: string): Mailer {
  const transport = nodemailer.createTransport({ url, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000, ...sealed })
  return {
    async send(draft, signal) {
      await transport.sendMail({ ...message(draft, from), signal })
    },
  }
}

/** For development: every mail is a file that mail programs open, the newest are kept. */
function mailbox(folder: string, from: string, log: Log): Mailer {
  log.info({ folder }, 'SMTP_URL is not set: mails are kept in this folder and sent to nobody')
  const transport = nodemailer.createTransport({ streamTransport: true, buffer: true, ...sealed })
  return {
    async send(draft) {
      const { message: eml } = await transport.sendMail(message(draft, from))
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const name = `${new Date().toISOString().replaceAll(':', '-')}-${randomBytes(3).toString('hex')}`
      await writeFile(join(folder, `${name}.part`), eml as Buffer, { mode: 0o600 })
      await rename(join(folder, `${name}.part`), join(folder, `${name}.eml`)) // whoever looks sees whole mails only
      const mails = (await readdir(folder)).filter(file => file.endsWith('.eml')).sort()
      await Promise.all(mails.slice(0, -mailboxSize).map(file => rm(join(folder, file), { force: true })))
    },
  }
}

// No text of a mail may ever name a file or an address to be fetched.
const sealed = { disableFileAccess: true, disableUrlAccess: true } as const

function message(draft: Draft, from: string) {
  return {
    from,
    // Not parsed as a list: a comma in an address does not make two of it.
    to: { name: '', address: draft.to },
    subject: oneLine(draft.subject),
    text: asText(draft),
    html: asHtml(draft),
    headers: { 'Auto-Submitted': 'auto-generated' },
  }
}
