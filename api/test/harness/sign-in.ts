import type { Answer, GraphqlClient } from './client.ts'
import { Secret, TOTP } from 'otpauth'

type SignedIn = Answer<{ signIn: { accessToken: string } }>

/** Asks to sign in; the whole answer. */
export function signIn(visitor: GraphqlClient, input: object, headers?: Record<string, string>): Promise<SignedIn> {
  return visitor.send('mutation ($input: SignInInput!) { signIn(input: $input) { accessToken viewer { email } } }', { input }, headers)
}

/** Signs in, or fails. */
export async function signedIn(visitor: GraphqlClient, input: object): Promise<{ client: GraphqlClient, accessToken: string, cookie: string }> {
  const answer = await signIn(visitor, input)
  if (!answer.data)
    throw new Error(JSON.stringify(answer.errors))
  const { accessToken } = answer.data.signIn
  return { client: visitor.as(accessToken), accessToken, cookie: cookieOf(answer) }
}

/** The refresh cookie that an answer sets. */
export function cookieOf(answer: { headers: Headers }): string {
  return answer.headers.get('set-cookie')?.split(';', 1)[0] ?? ''
}

/** What an authenticator with this secret shows, now or some steps of 30 seconds later. */
export function codeOf(secret: string, stepsLater = 0): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + stepsLater * 30_000 })
}

/** Gives the account behind this client a second factor; answers its secret. */
export async function enrol(client: GraphqlClient): Promise<string> {
  return (await enrolWith(client)).secret
}

/** The same, and the code that it was confirmed with, which is used up. */
export async function enrolWith(client: GraphqlClient): Promise<{ secret: string, used: string }> {
  const { startSecondFactor: { secret } } = await client.ask<{ startSecondFactor: { secret: string } }>('mutation { startSecondFactor { secret } }')
  const used = codeOf(secret)
  await client.ask('mutation ($totp: String!) { confirmSecondFactor(totp: $totp) }', { totp: used })
  return { secret, used }
}

/** A code that is not this secret's, now or soon. */
export function wrongCode(secret: string): string {
  const good = new Set([-2, -1, 0, 1, 2].map(steps => codeOf(secret, steps)))
  return ['000000', '111111', '222222', '333333', '444444', '555555'].find(code => !good.has(code))!
}
