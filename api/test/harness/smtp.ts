import type { AddressInfo } from 'node:net'
import type { ReceivedMail } from './mailbox.ts'
import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { SMTPServer } from 'smtp-server'
import { readMail } from './mailbox.ts'

export interface MailServer {
  readonly url: string
  /** The next mail handed in, whatever the server then says to it. */
  readonly next: () => Promise<ReceivedMail>
  /** What it says to mails from now on: undefined takes them. */
  refuse: (recipient: number | undefined, data?: number) => void
  readonly stop: () => Promise<void>
}

/** A mail server that takes what it is told to take. */
export async function openMailServer(): Promise<MailServer> {
  let refusals: { recipient?: number | undefined, data?: number | undefined } = {}
  const arrived: ReceivedMail[] = []
  const waiting: ((mail: ReceivedMail) => void)[] = []
  const refusal = (responseCode: number | undefined) => responseCode ? Object.assign(new Error('not now'), { responseCode }) : null
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onRcptTo: (_, __, done) => done(refusal(refusals.recipient)),
    onData(stream, _, done) {
      void buffer(stream).then(readMail).then((mail) => {
        const next = waiting.shift()
        if (next)
          next(mail)
        else
          arrived.push(mail)
        done(refusal(refusals.data))
      })
    },
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    next: async () => arrived.shift() ?? new Promise(resolve => waiting.push(resolve)),
    refuse: (recipient, data) => { refusals = { recipient, data } },
    stop: () => new Promise(resolve => void server.close(() => resolve())),
  }
}
