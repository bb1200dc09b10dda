import type { Seal } from '../../shared/seal.ts'
import { randomBytes } from 'node:crypto'
import { openSeal } from '../../shared/seal.ts'

const prefix = 'whsec_'

/** What seals the secrets of endpoints, each for its own row. */
export const openSecretSeal = (secretKey: string): Seal => openSeal(secretKey, 'webhook secret')

/** A secret as its receiver is shown it once: 32 random bytes, in the form of Standard Webhooks. */
export function newWebhookSecret(): string {
  return prefix + randomBytes(32).toString('base64')
}

export function sealSecret(seal: Seal, id: string, secret: string): Buffer {
  return seal.close(Buffer.from(secret.slice(prefix.length), 'base64'), id)
}

export function openSecret(seal: Seal, id: string, sealed: Uint8Array): string {
  return prefix + seal.open(sealed, id).toString('base64')
}
