import { mkdirSync, readdirSync, readFileSync, watch } from 'node:fs'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'

export interface ReceivedMail {
  readonly to: string
  readonly from: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** The first address of ours in it. */
  readonly link: string
  /** The secret in that link's fragment; empty without one. */
  readonly token: string
}

export interface Mailbox {
  /** The next mail to this address, and with such a subject, that nobody has taken yet; waits for it. */
  readonly next: (address: string, subject?: RegExp) => Promise<ReceivedMail>
  /** All mails so far, taken ones too, oldest first. */
  readonly all: () => Promise<ReceivedMail[]>
  readonly close: () => void
}

/** Reads the development mailbox of a Homeroom, as a person reads theirs. */
export function openMailbox(dataDir: string): Mailbox {
  const folder = join(dataDir, 'mail')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const taken = new Set<string>()
  const waiting = new Set<() => void>()
  // A mail is renamed into the folder when it is whole.
  const watcher = watch(folder, () => waiting.forEach(look => look()))
  const files = () => readdirSync(folder).filter(name => name.endsWith('.eml')).sort()

  async function find(address: string, subject: RegExp): Promise<ReceivedMail | undefined> {
    for (const name of files()) {
      if (taken.has(name))
        continue
      const mail = await read(join(folder, name))
      if (mail.to.toLowerCase() !== address.toLowerCase() || !subject.test(mail.subject) || taken.has(name))
        continue
      taken.add(name)
      return mail
    }
    return undefined
  }

  return {
    async next(address, subject = /^/) {
      for (;;) {
        // Listen before looking: a mail between the two would be missed.
        const arrival = Promise.withResolvers<void>()
        waiting.add(arrival.resolve)
        const mail = await find(address, subject)
        if (!mail)
          await arrival.promise
        waiting.delete(arrival.resolve)
        if (mail)
          return mail
      }
    },
    all: () => Promise.all(files().map(name => read(join(folder, name)))),
    close: () => watcher.close(),
  }
}

async function read(path: string): Promise<ReceivedMail> {
  return readMail(readFileSync(path))
}

/** A mail as its reader sees it. */
export async function readMail(source: Buffer): Promise<ReceivedMail> {
  const mail = await simpleParser(source)
  const to = Array.isArray(mail.to) ? mail.to[0] : mail.to
  const text = mail.text ?? ''
  const [link = ''] = /https?:\/\/\S+/.exec(text) ?? []
  return { to: to?.value[0]?.address ?? '', from: mail.from?.text ?? '', subject: mail.subject ?? '', text, html: mail.html || '', link, token: /#token=([\w-]+)$/.exec(link)?.[1] ?? '' }
}
