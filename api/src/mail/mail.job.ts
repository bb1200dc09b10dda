import type { PlatformDb } from '../database/platform-db.ts'
import type { JobSender } from '../jobs/queue.ts'
import { z } from 'zod'
import { defineJob } from '../jobs/define-job.ts'

/** What mails there are. A room writes each as a `Letter`. */
export const mailKinds = ['PASSWORD_RESET', 'EMAIL_VERIFICATION', 'INVITATION', 'PASSWORD_CHANGED', 'SECOND_FACTOR_CHANGED', 'WEBHOOK_DISABLED', 'API_KEY_MADE'] as const
export type MailKind = typeof mailKinds[number]

/** Ids only: who is written to, and with which secret, is found and made when the mail is sent. */
const data = z.object({
  kind: z.enum(mailKinds),
  /** Of what the mail is about: an account, an invitation. */
  id: z.uuid(),
  tenantId: z.uuid().optional(),
  /** What else, where `id` is whom it goes to. */
  about: z.uuid().optional(),
})
export type MailJob = z.output<typeof data>

/** Sends one mail. Its last try comes about three quarters of an hour after the first. */
export const sendMail = defineJob({
  name: 'send-mail',
  schema: data,
  attempts: 10,
  retryDelay: 5,
  expireInSeconds: 60,
  policy: 'short',
})

/** Asks for a mail in the transaction of `db`. While one of this kind, to the same and about the same, waits, there is no second. */
export async function requestMail(db: PlatformDb, jobs: JobSender, mail: MailJob): Promise<void> {
  await jobs.enqueue(db, sendMail, mail, [mail.kind, mail.id, mail.about].filter(Boolean).join(' '))
}
