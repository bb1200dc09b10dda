import type { Listening, Marked } from './canaries.ts'
import type { GraphqlClient } from './client.ts'
import type { TestHomeroom } from './homeroom.ts'
import type { Ids } from './marked-rows.ts'
import { listenFor, newMark } from './canaries.ts'
import { graphqlClient } from './client.ts'
import { everyScope, makeKey } from './keys.ts'
import { plantAccess, plantOperation, plantPeople, plantWebhooks } from './marked-people.ts'
import { fillTexts, plantCalendar, plantLaterYear, plantRoster, twin } from './marked-rows.ts'
import { createTenant, password, signUpInput } from './sign-up.ts'

/** A school with its mark in every text, whose people are heard by whoever listens for the other. */
export interface MarkedSchool extends Marked {
  readonly slug: string
  readonly email: string
  /** The head of the school. */
  readonly client: GraphqlClient
  /** A program of the school, with every scope there is. */
  readonly program: GraphqlClient
  /** What the head's requests carry. */
  readonly authorization: string
  /** Somebody of this school who is not signed in. */
  readonly visitor: GraphqlClient
  /** Of what this school alone has. */
  readonly own: Ids
  /** Of rows that both schools have, each with its own words. */
  readonly shared: Ids
  readonly listening: Listening
}

export interface MarkedSchools {
  readonly oakfield: MarkedSchool
  readonly riverside: MarkedSchool
  /** All that either was told about the other since this was last asked. */
  readonly leaks: () => string[]
}

/**
 * Two schools that are twins: the same rows with the same primary keys, each with its own mark in every text, so that
 * a statement in the wrong schema answers wrong data and not nothing. Beside them each has rows of its own.
 */
export async function openMarkedSchools(homeroom: TestHomeroom): Promise<MarkedSchools> {
  const { sql } = homeroom.database
  const signedUp = [await signUp(homeroom, 'oakfield', '192.0.2.1'), await signUp(homeroom, 'riverside', '192.0.2.2')] as const
  const [oak, river] = signedUp
  const open = ({ said, token, address, ...school }: SignedUp, foreign: Marked) => {
    const listening = listenFor(foreign)
    said.forEach(listening.overhear)
    const visitor = graphqlClient(homeroom.api.url, undefined, { overhear: listening.overhear, address })
    return { ...school, visitor, client: visitor.as(token), authorization: `Bearer ${token}`, listening }
  }
  const oakfield = open(oak, river)
  const riverside = open(river, oak)

  const shared = await plantRoster(oakfield, 1, await plantCalendar(oakfield))
  await fillTexts(sql, oakfield)
  await twin(sql, oakfield, riverside)
  const furnish = async (school: typeof oakfield): Promise<MarkedSchool> => {
    const { client: program } = await makeKey(school.client, everyScope, { name: `Program of ${school.mark}` })
    // First: what is planted then is told, and must be told without words.
    const webhooks = await plantWebhooks(homeroom, school)
    const roster = await plantRoster(school, 2, await plantLaterYear(sql, school))
    const people = await plantPeople(homeroom, school)
    await plantAccess(homeroom, school)
    await plantOperation(homeroom, school)
    return { ...school, program, shared, own: { tenant: school.tenantId, ...roster, ...people, ...webhooks } }
  }
  const furnished = { oakfield: await furnish(oakfield), riverside: await furnish(riverside) }
  return { ...furnished, leaks: () => Object.values(furnished).flatMap(({ listening }) => listening.leaks.splice(0)) }
}

interface SignedUp extends Marked { slug: string, email: string, token: string, address: string, said: string[] }

/** From an address of the school's own, which counts where proxies are trusted. */
async function signUp(homeroom: TestHomeroom, name: string, address: string): Promise<SignedUp> {
  const mark = newMark()
  const slug = `${name}-${mark}`
  const input = signUpInput(slug, { name: `${name} ${mark}` })
  const said: string[] = []
  const visitor = graphqlClient(homeroom.api.url, undefined, { overhear: text => said.push(text), address })
  const admin = { name: `Head ${mark}`, email: `head.${mark}@school.example`, password }
  const { createTenant: { tenant, session } } = await visitor.ask<{ createTenant: { tenant: { id: string }, session: { accessToken: string } } }>(createTenant, { input: { ...input, admin } })
  const last = (await visitor.watch(tenant.id)).at(-1)
  if (last?.status !== 'READY')
    throw new Error(`The school ${slug} did not become READY.`)
  return { tenantId: tenant.id, mark, slug, email: admin.email, token: session.accessToken, address, said }
}
