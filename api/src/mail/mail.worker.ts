import type { JobWorker } from '../jobs/queue.ts'
import type { Log } from '../shared/log.ts'
import type { Desk, Draft, Letter } from './letter.ts'
import type { Mailer } from './mailer.ts'
import { createHash, randomBytes } from 'node:crypto'
import { openOwnerPool } from '../database/owner-pool.ts'
import { oneLine } from './letter.ts'
import { sendMail } from './mail.job.ts'

/** Mails on their way at once. */
export const mailConcurrency = 2
/** Well inside what a transaction may be idle for: the job's own waits meanwhile. */
const sendingMs = 30_000

export interface MailWorker { stop: () => Promise<void> }

/** Starts taking mail jobs. `jobs` is stopped first by whoever opened it; `stop` then closes the rest. */
export async function startMailWorker(parts: {
  ownerUrl: string
  jobs: JobWorker
  letters: readonly Letter[]
  mailer: Mailer
  /** Where links lead: configuration, never what a request said. */
  baseUrl: string
  log: Log
}): Promise<MailWorker> {
  const { jobs, mailer, baseUrl, log } = parts
  const letters = new Map(parts.letters.map(letter => [letter.kind, letter]))
  const { ask, close } = openOwnerPool({ ownerUrl: parts.ownerUrl, name: 'homeroom mail', max: mailConcurrency, lost: error => log.warn({ err: error }, 'the mail worker lost a connection') })
  const desk: Desk = {
    query: ask,
    newSecret() {
      const secret = randomBytes(32).toString('base64url')
      return { secret, hash: createHash('sha256').update(secret).digest() }
    },
    link: (page, secret) => `${baseUrl}${page}${secret ? `#token=${secret}` : ''}`,
  }
  await jobs.handle(sendMail, mailConcurrency, async (job, _, signal) => {
    const letter = letters.get(job.kind)
    if (!letter)
      throw new Error(`No room writes mails of the kind ${job.kind}`)
    const draft = await letter.write(desk, job)
    if (!draft || await held(desk, job.kind, draft))
      return
    try {
      await mailer.send(draft, AbortSignal.any([signal, AbortSignal.timeout(sendingMs)]))
    }
    catch (error) {
      // What a server says may quote the address; nobody needs it to mend a mail server.
      const { code, permanent, responseCode } = error as { code?: string, permanent?: boolean, responseCode?: number }
      const facts = { kind: job.kind, id: job.id, code, responseCode }
      if (permanent && code === 'EENVELOPE')
        return log.warn(facts, 'a mail was refused for good: there is no such mailbox')
      log.warn(facts, 'a mail could not be sent; it is tried again for about three quarters of an hour')
      throw new Error(`The mail could not be sent: ${code ?? 'unknown'}`)
    }
  })
  return { stop: close }
}

/** Keeps a mail of a test school where its admins can read it, instead of sending it. Without its link, which is for whom it was written to alone. */
async function held(desk: Desk, kind: string, { of, to, subject, paragraphs, closing = [] }: Draft): Promise<boolean> {
  if (of === 'account')
    return false
  const kept = await desk.query(`
    insert into platform.held_mail (id, tenant_id, kind, recipient, subject, paragraphs)
    select gen_random_uuid(), id, $2, $3, $4, $5 from platform.tenant where id = $1 and test returning id`, [of.tenantId, kind, to, oneLine(subject), [...paragraphs, ...closing]])
  return kept.length > 0
}
