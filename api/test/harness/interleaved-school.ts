import type { GraphqlClient } from './client.ts'
import type { MarkedSchool } from './marked-schools.ts'
import { expect } from 'vitest'

/** What both schools have under one key, as this one answers it; nobody changes it. */
const fixedRows = `{
  user(id: $student) { givenName familyName email identifier roles { org { name } } enrollments { class { title } } }
  class(id: $class) { title classCode location course { title } teachers { familyName } studentCount enrollments { user { familyName } } }
}`
export const fixedQuery = `query ($student: ID!, $class: ID!) ${fixedRows}`
const everything = `query ($student: ID!, $class: ID!, $tenant: ID!) {
  dashboard { studentCount teacherCount school { name } }
  tenant { name slug }
  viewer { email tenant { id } }
  tenantPreparationStatus(tenantId: $tenant) { status }
  users(first: 3) { totalCount nodes { familyName enrollments { class { title } } } }
  ${fixedRows.slice(1)}`

interface Fixed { user: unknown, class: unknown }
interface Everything extends Fixed {
  dashboard: { studentCount: number, teacherCount: number, school: { name: string } }
  tenant: { name: string, slug: string }
  viewer: { email: string, tenant: { id: string } }
  tenantPreparationStatus: { status: string }
  users: { totalCount: number, nodes: unknown[] }
}
interface Year { dashboard: { schoolYear: { title: string, children: { id: string, startDate: string, endDate: string }[] } } }

// What was written is read again, and read before the next write.
const addStudent = 'addStudent(input: $input) { id familyName roles { org { name } } }'

/**
 * A school, and what it must answer whatever the other one does meanwhile: what never changes, exactly; what is added,
 * between what is known to be there and what may be.
 */
export class InterleavedSchool {
  /** Family names that were answered as added. */
  readonly #there = new Set<string>()
  /** Those, and all whose answer is on its way or was lost. */
  readonly #possible = new Set<string>()
  #last = 0
  #fixed: Fixed | undefined
  #counts = { students: 0, teachers: 0, people: 0 }
  readonly #ids: { student: string, class: string, tenant: string }

  constructor(readonly school: MarkedSchool) {
    this.#ids = { student: school.shared.student!, class: school.shared.class!, tenant: school.tenantId }
  }

  get #client(): GraphqlClient { return this.school.client }

  /** Looks at the school while nobody else is about. */
  async begin(): Promise<void> {
    const { dashboard, users, user, class: group } = await this.#client.ask<Everything>(everything, this.#ids)
    this.#fixed = { user, class: group }
    this.#counts = { students: dashboard.studentCount, teachers: dashboard.teacherCount, people: users.totalCount }
  }

  #name(): string {
    this.#last += 1
    return `Walker ${this.school.mark} ${this.#last}`
  }

  async readFixed(as: GraphqlClient = this.#client): Promise<void> {
    expect(await as.ask(fixedQuery, this.#ids)).toEqual(this.#fixed)
  }

  async readEverything(): Promise<void> {
    const { mark, slug, email, tenantId } = this.school
    const atLeast = this.#there.size
    const { dashboard, tenant, viewer, tenantPreparationStatus, users, user, class: group } = await this.#client.ask<Everything>(everything, this.#ids)
    expect({ user, class: group }).toEqual(this.#fixed)
    expect([dashboard.school.name, tenant.name]).toEqual([expect.stringContaining(mark), expect.stringContaining(mark)])
    expect({ slug: tenant.slug, viewer, status: tenantPreparationStatus.status }).toEqual({ slug, viewer: { email, tenant: { id: tenantId } }, status: 'READY' })
    expect(dashboard.teacherCount).toBe(this.#counts.teachers)
    this.#between(dashboard.studentCount - this.#counts.students, atLeast)
    this.#between(users.totalCount - this.#counts.people, atLeast)
    expect(users.nodes).toHaveLength(3)
  }

  #between(count: number, atLeast: number): void {
    expect(count).toBeGreaterThanOrEqual(atLeast)
    expect(count).toBeLessThanOrEqual(this.#possible.size)
  }

  /** Reads all who were added, page by page. */
  async readNames(): Promise<void> {
    const before = [...this.#there]
    const names: string[] = []
    for (let after: string | null = null; ;) {
      const { users }: { users: { nodes: { familyName: string }[], pageInfo: { hasNextPage: boolean, endCursor: string } } } = await this.#client.ask('query ($after: String) { users(first: 100, after: $after, filter: { search: "walker" }) { nodes { familyName } pageInfo { hasNextPage endCursor } } }', { after })
      names.push(...users.nodes.map(({ familyName }) => familyName))
      if (!users.pageInfo.hasNextPage)
        break
      after = users.pageInfo.endCursor
    }
    // Rows that come meanwhile lie before or behind a page, but none that was there is passed over.
    expect(before.filter(name => !names.includes(name))).toEqual([])
    expect(names.filter(name => !this.#possible.has(name))).toEqual([])
  }

  /** The terms of the year follow on each other without a gap, whoever moves the day between them. */
  async readYear(): Promise<void> {
    const { dashboard: { schoolYear } } = await this.#client.ask<Year>('{ dashboard { schoolYear { title children { startDate endDate } } } }')
    const [first, second] = schoolYear.children
    expect(first!.endDate).toBe(second!.startDate)
    expect(schoolYear.title).toContain(this.school.mark)
  }

  async moveYear(by: number): Promise<void> {
    const { mark, shared } = this.school
    const half = new Date(Date.parse(shared.half!) + (by % 20) * 24 * 3600 * 1000).toISOString().slice(0, 10)
    const terms = [{ id: shared.term, title: `Term ${mark}`, startDate: shared.from, endDate: half }, { id: shared.otherTerm, title: `Term ${mark}`, startDate: half, endDate: shared.to }]
    const input = { id: shared.year, title: `Year ${mark}`, startDate: shared.from, endDate: shared.to, terms }
    const { updateSchoolYear: { children } } = await this.#client.ask<{ updateSchoolYear: { children: { startDate: string, endDate: string }[] } }>('mutation ($input: UpdateSchoolYearInput!) { updateSchoolYear(input: $input) { children { startDate endDate } } }', { input })
    expect(children.map(({ startDate }) => startDate)).toEqual([shared.from, children[0]!.endDate])
  }

  /** A new name, sent by `send`; known to be there once that says so. */
  async #adding(send: (familyName: string) => Promise<boolean>): Promise<void> {
    const name = this.#name()
    this.#possible.add(name)
    if (await send(name))
      this.#there.add(name)
  }

  add(): Promise<void> {
    return this.#adding(async (familyName) => {
      const answer = await this.#client.ask<{ addStudent: { familyName: string } }>(`mutation ($input: AddStudentInput!) { ${addStudent} }`, { input: { givenName: 'A', familyName } })
      expect(answer.addStudent.familyName).toBe(familyName)
      return true
    })
  }

  /** Whoever asks is gone before the answer: whether it was written nobody knows. */
  addAndLeave(afterMs: number): Promise<void> {
    return this.#adding(async (familyName) => {
      await this.leave(`mutation ($input: AddStudentInput!) { ${addStudent} }`, { input: { givenName: 'A', familyName } }, afterMs)
      return false
    })
  }

  readAndLeave(afterMs: number): Promise<void> {
    return this.leave(everything, this.#ids, afterMs)
  }

  async leave(query: string, variables: object, afterMs: number): Promise<void> {
    const gone = new AbortController()
    const timer = setTimeout(() => gone.abort(), afterMs)
    const { authorization } = this.school
    await fetch(`${this.#client.url}/graphql`, { method: 'POST', signal: gone.signal, headers: { 'content-type': 'application/json', authorization }, body: JSON.stringify({ query, variables }) })
      .then(async response => this.school.listening.overhear(await response.text()))
      .catch((error: Error) => expect(error.name).toBe('AbortError'))
    clearTimeout(timer)
  }

  /** Two writes in one operation, of which the second fails: the first has been committed. */
  addThenFail(): Promise<void> {
    return this.#adding(async (familyName) => {
      const taken = { givenName: 'A', familyName: this.#name(), identifier: `Ada-1-${this.school.mark}` }
      const { errors } = await this.#client.send(`mutation ($input: AddStudentInput!, $taken: AddStudentInput!) { ${addStudent} again: addStudent(input: $taken) { id } }`, { input: { givenName: 'A', familyName }, taken })
      expect(errors?.map(({ path, extensions }) => [path, extensions.code])).toEqual([[['again'], 'IDENTIFIER_TAKEN']])
      return true
    })
  }

  async refused(query: string, variables: object, status: number, code: string, headers?: Record<string, string>, as: GraphqlClient = this.#client): Promise<void> {
    const answer = await as.send(query, variables as Record<string, unknown>, headers)
    expect([answer.status, answer.errors?.map(({ extensions }) => extensions.code)]).toEqual([status, [code]])
  }
}
