import { Webhook } from 'standardwebhooks'

/** What is told, under an id that stays over all tries. */
export interface Message { readonly id: string, readonly body: string, readonly at: Date }

/**
 * The headers of Standard Webhooks. Signed anew with each try, since a receiver refuses what is older than a few minutes;
 * while a secret is being replaced, once with each.
 */
export function signedHeaders(secrets: readonly string[], { id, body, at }: Message): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'Homeroom',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': secrets.map(secret => new Webhook(secret).sign(id, at, body)).join(' '),
  }
}
