import type { GraphqlClient } from './client.ts'
import type { TestHomeroom } from './homeroom.ts'
import { openSuperadmins } from '../../src/compose.ts'
import { createLog } from '../../src/shared/log.ts'
import { codeOf, signedIn } from './sign-in.ts'
import { password } from './sign-up.ts'

export interface TestSuperadmin {
  readonly accountId: string
  readonly email: string
  readonly accessToken: string
  readonly cookie: string
  readonly client: GraphqlClient
}

/** A superadmin, made as the command makes one, who has signed in; without a second factor if so wished. */
export async function openSuperadmin(homeroom: TestHomeroom, name = 'Sam Super', { secondFactor = true } = {}): Promise<TestSuperadmin> {
  const email = `${name.toLowerCase().replaceAll(' ', '.')}@operator.example`
  const { superadmins, stop } = await openSuperadmins(homeroom.config, homeroom.database.urls, createLog('silent'))
  const factor = await superadmins.create({ email, name, password }, secondFactor).finally(stop)
  const { client, accessToken, cookie } = await signedIn(homeroom.visitor, { email, password, ...(factor && { totp: codeOf(factor.secret) }) })
  const [account] = await homeroom.database.sql<{ id: string }>('select id from platform.account where email = $1', [email])
  return { accountId: account!.id, email, accessToken, cookie, client }
}

/** What a superadmin sends along to enter a school. */
export function access(tenantId: string, more: Record<string, string> = {}): Record<string, string> {
  return { 'x-tenant-id': tenantId, 'x-access-reason': 'The head asked us to look', ...more }
}
