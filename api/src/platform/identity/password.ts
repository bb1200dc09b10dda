import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import argon2 from '@node-rs/argon2'
import { inTurn } from '../../shared/in-turn.ts'
import { passwordStrength } from './password-strength.ts'

// OWASP Password Storage Cheat Sheet: argon2id with m = 19 MiB, t = 2, p = 1.
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

// Hashing runs on libuv's four threads. A herd of sign-ins must leave one for files and names, and the event loop a core.
const hashing = inTurn(Math.max(1, Math.min(3, availableParallelism() - 1)), 300)

const passwordLength = { min: 10, max: 128 } as const

export function hashPassword(password: string): Promise<string> {
  return hashing(() => argon2.hash(password.normalize('NFC'), options))
}

/** Whether it is the password; a hash that cannot be read matches nothing. */
export function passwordMatches(passwordHash: string, password: string): Promise<boolean> {
  return hashing(() => argon2.verify(passwordHash, password.normalize('NFC')).catch(() => false))
}

let decoy: Promise<string> | undefined
/** A hash nobody's password matches: compared where there is no account, so that unknown and wrong take the same time. */
export function decoyHash(): Promise<string> {
  decoy ??= hashPassword(randomUUID()).catch((error: unknown) => {
    decoy = undefined // made by the next who needs it
    throw error
  })
  return decoy
}

/** Why a password has the wrong length, in words; undefined where it will do. */
export function refusePasswordLength(password: string): string | undefined {
  const length = [...password].length
  if (length < passwordLength.min)
    return `Use at least ${passwordLength.min} characters.`
  return length > passwordLength.max ? `Use at most ${passwordLength.max} characters.` : undefined
}

/** Why a password is too easy to guess, in words; undefined where it will do. `known` is what an attacker would try first. */
export async function refuseWeakPassword(password: string, known: readonly string[]): Promise<string | undefined> {
  const words = known.flatMap(text => [text, ...text.split(/[^\p{L}\p{N}]+/u)]).filter(word => word.length > 2)
  // The estimator's work grows faster than the password; so many characters are enough to judge by.
  const { score, warning } = await passwordStrength([...password].slice(0, 40).join(''), words)
  // zxcvbn's 3 of 4: beyond 10^8 guesses, which a slow hash makes dear.
  return score >= 3 ? undefined : `This password is easy to guess. ${warning ?? 'Add another word or two.'}`
}

/** Why a password will not do, in words, or undefined. */
export async function refusePassword(password: string, known: readonly string[]): Promise<string | undefined> {
  return refusePasswordLength(password) ?? refuseWeakPassword(password, known)
}
