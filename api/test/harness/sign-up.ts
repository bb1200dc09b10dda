import type { GraphqlClient } from './client.ts'

export interface SignedUp { readonly tenantId: string, readonly slug: string, readonly email: string, readonly client: GraphqlClient }

export const password = 'correct horse battery staple'

export const createTenant = `mutation ($input: CreateTenantInput!) { createTenant(input: $input) { tenant { id } session { accessToken } } }`

export function signUpInput(slug: string, { timeZone = 'Europe/Zurich', name = `School ${slug}` }: { timeZone?: string, name?: string } = {}) {
  return { name, slug, timeZone, admin: { name: 'Alex Head', email: `head@${slug}.example`, password } }
}

/** Signs a school up as a person would; its preparation has been queued. */
export async function signUp(visitor: GraphqlClient, slug: string, more?: { timeZone?: string, name?: string }): Promise<SignedUp> {
  const input = signUpInput(slug, more)
  const answer = await visitor.ask<{ createTenant: { tenant: { id: string }, session: { accessToken: string } } }>(createTenant, { input })
  const { tenant, session } = answer.createTenant
  return { tenantId: tenant.id, slug, email: input.admin.email, client: visitor.as(session.accessToken) }
}

/** Signs a school up and follows it until it is READY. */
export async function openSchool(visitor: GraphqlClient, slug: string, more?: { timeZone?: string, name?: string }): Promise<SignedUp> {
  const school = await signUp(visitor, slug, more)
  const last = (await visitor.watch(school.tenantId)).at(-1)
  if (last?.status !== 'READY')
    throw new Error(`The school ${slug} did not become READY: ${JSON.stringify(last)}`)
  return school
}
