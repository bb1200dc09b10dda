import { hash, verify } from '@node-rs/argon2'
import { passwordStrength } from './password-strength.ts'

// OWASP Password Storage Cheat Sheet: argon2id with m = 19 MiB, t = 2, p = 1. Hashing runs on libuv's threads.
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

const passwordLength = { min: 10, max: 128 } as const

export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFC'), options)
}

/** Never throws: a hash that cannot be read matches nothing. */
export async function passwordMatches(passwordHash: string, password: string): Promise<boolean> {
  try {
    return await verify(passwordHash, password.normalize('NFC'))
  }
  catch {
    return false
  }
}

let decoy: Promise<string> | undefined
/** Spends the time of one comparison where there is no account, so that unknown and wrong look alike. */
export async function matchesNobody(password: string): Promise<false> {
  decoy ??= hashPassword('nobody has this password')
  await passwordMatches(await decoy, password)
  return false
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
  const { score, warning } = await passwordStrength(password, words)
  // zxcvbn's 3 of 4: beyond 10^8 guesses, which a slow hash makes dear.
  return score >= 3 ? undefined : `This password is easy to guess. ${warning ?? 'Add another word or two.'}`
}
