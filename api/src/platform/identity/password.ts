import { hash, verify } from '@node-rs/argon2'
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import * as common from '@zxcvbn-ts/language-common'
import * as english from '@zxcvbn-ts/language-en'

// OWASP Password Storage Cheat Sheet: argon2id with m = 19 MiB, t = 2, p = 1. Hashing runs on libuv's threads.
const options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

export const passwordLength = { min: 10, max: 128 } as const

const estimator = new ZxcvbnFactory({
  dictionary: { ...common.dictionary, ...english.dictionary },
  graphs: common.adjacencyGraphs,
  translations: english.translations,
})

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

/** Why a password is too weak, in words; undefined where it will do. `known` is what an attacker would try first. */
export function refusePassword(password: string, known: readonly string[]): string | undefined {
  const length = [...password].length
  if (length < passwordLength.min)
    return `Use at least ${passwordLength.min} characters.`
  if (length > passwordLength.max)
    return `Use at most ${passwordLength.max} characters.`
  const words = known.flatMap(text => [text, ...text.split(/[^\p{L}\p{N}]+/u)]).filter(word => word.length > 2)
  const { score, feedback } = estimator.check(password, words)
  // zxcvbn's 3 of 4: beyond 10^8 guesses, which a slow hash makes dear.
  return score >= 3 ? undefined : `This password is easy to guess. ${feedback.warning ?? 'Add another word or two.'}`
}
