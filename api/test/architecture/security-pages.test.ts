import type { Permission } from '../../src/access/authorize.ts'
import type { Principal } from '../../src/access/principal.ts'
import type { TestDatabase } from '../harness/database.ts'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSchema, getNamedType, isObjectType } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authorize } from '../../src/access/authorize.ts'
import { memberRoles } from '../../src/access/principal.ts'
import { loginOf } from '../../src/database/logins.ts'
import { openTestDatabase } from '../harness/database.ts'

const repository = fileURLToPath(new URL('../../..', import.meta.url))
const text = (file: string) => readFileSync(join(repository, file), 'utf8')
const security = text('SECURITY.md')
const asvs = text('docs/asvs.md')

/** The rows of the table whose head begins with this, cell by cell. */
function table(page: string, head: string): string[][] {
  const [, below] = page.split(`\n| ${head} |`)
  const lines = below?.split('\n').slice(2) ?? []
  const rows = lines.slice(0, lines.findIndex(line => !line.startsWith('|')))
  expect(rows).not.toEqual([])
  return rows.map(row => row.slice(1, -1).split('|').map(cell => cell.trim()))
}

/** A heading as links name it. */
const anchorOf = (heading: string) => heading.toLowerCase().replaceAll(/[^\p{L}\p{N} -]/gu, '').replaceAll(' ', '-')

describe.each([['SECURITY.md', ''], ['docs/asvs.md', 'docs']])('%s', (page, folder) => {
  test('links to what is there', () => {
    const links = Array.from(text(page).matchAll(/\]\((?!https:)([^)#]*)(?:#([^)]*))?\)/g), ([link, file = '', anchor]) => ({ link, file: file === '' ? page : join(folder, file), anchor }))
    expect(links).not.toEqual([])
    const lost = links.filter(({ file, anchor }) => !existsSync(join(repository, file))
      || (anchor && !Array.from(text(file).matchAll(/^#+ (.*)$/gm), ([, heading]) => anchorOf(heading!)).includes(anchor)))
    expect(lost).toEqual([])
  })
})

describe('the table of ASVS 5.0', () => {
  const chapters = ['V6 Authentication', 'V7 Session management', 'V8 Authorization', 'V9 Self-contained tokens']
  const rows = chapters.flatMap((chapter) => {
    const section = asvs.split(`\n## ${chapter}\n`)[1]?.split('\n## ')[0] ?? ''
    return table(section, 'number').map(([number = '', level = '', asked = '', state = '', shown = '', ...more]) => ({ chapter, number, level, asked, state, shown, more }))
  })

  test('has every requirement of levels 1 and 2 once, in the standard\'s order', () => {
    // How many each section has; those that are of level 3 alone come last in theirs.
    const sections = { 6.1: 3, 6.2: 12, 6.3: 4, 6.4: 4, 6.5: 5, 6.6: 3, 6.8: 4, 7.1: 3, 7.2: 4, 7.3: 2, 7.4: 5, 7.5: 2, 7.6: 2, 8.1: 2, 8.2: 3, 8.3: 1, 8.4: 1, 9.1: 3, 9.2: 4 }
    const numbers = Object.entries(sections).flatMap(([section, count]) => Array.from({ length: count }, (_, n) => `${section}.${n + 1}`))
    expect(rows.map(({ number }) => number)).toEqual(numbers)
  })

  test('says of each whether it is met, and by what', () => {
    const unsaid = rows.filter(({ level, asked, state, shown, more }) => !/^[12]$/.test(level) || asked === '' || shown === '' || more.length > 0 || !['met', 'not applicable', 'open'].includes(state))
    expect(unsaid).toEqual([])
    expect(rows.filter(({ state, shown }) => state === 'met' && !/\.test\.ts\)|SECURITY\.md#/.test(shown))).toEqual([])
  })

  test('names tests that there are', () => {
    const named = rows.flatMap(({ number, shown }) => Array.from(shown.matchAll(/\]\(\.\.\/([^)]+\.ts)\)[^`;|]*: ((?:`[^`]+`(?:, )?)+)/g), ([, file, names]) =>
      Array.from(names!.matchAll(/`([^`]+)`/g), ([, name]) => ({ number, file: file!, name: name! }))).flat())
    const linked = rows.flatMap(({ shown }) => Array.from(shown.matchAll(/\.ts\)/g)))
    expect(new Set(named.map(({ file, number }) => `${number} ${file}`)).size).toBe(linked.length) // none without a name
    const missing = named.filter(({ file, name }) => {
      const source = text(file).replaceAll('\\\'', '\'')
      return !['\'', '`'].some(quote => source.includes(`${quote}${name}${quote}`))
    })
    expect(missing).toEqual([])
  })

  test('is summed up in SECURITY.md', () => {
    const counts = (some: typeof rows) => ['met', 'not applicable', 'open'].map(state => String(some.filter(row => row.state === state).length))
    expect(table(security, 'chapter')).toEqual([
      ...chapters.map(chapter => [chapter, ...counts(rows.filter(row => row.chapter === chapter))]),
      ['all', ...counts(rows)],
    ])
  })
})

test('every operation that opens a session is among the ways in', () => {
  const mutations = Object.values(buildSchema(text('schema.graphql')).getMutationType()!.getFields())
  const opens = mutations.filter(({ type }) => {
    const answer = getNamedType(type)
    return isObjectType(answer) && (answer.name === 'Session' || Object.values(answer.getFields()).some(field => getNamedType(field.type).name === 'Session'))
  }).map(({ name }) => name)
  expect(opens).toContain('signIn')
  expect(table(security, 'way').map(([way]) => /^`(\w+)`/.exec(way!)?.[1])).toEqual(expect.arrayContaining(opens))
})

test('the limits are those of the code', () => {
  const inWords = (seconds: number) => seconds === 3600 ? '1 h' : `${seconds} s`
  const inCode = Array.from(text('api/src/access/limits.ts').matchAll(/^ {2}(\w+): \{ points: (\d+), seconds: (\d+) \},$/gm), ([, name, points, seconds]) => [name, points, inWords(Number(seconds))])
  expect(inCode.length).toBeGreaterThan(10)
  expect(table(security, 'what').map(([what, points, seconds]) => [/^`(\w+)`/.exec(what!)?.[1], points, seconds]).sort()).toEqual(inCode.sort())
})

test('roles may do what the table says', () => {
  const who = { accountId: 'a', sessionId: 's', expiresAt: new Date() }
  const principals: Principal[] = [
    ...memberRoles.toReversed().map(role => ({ kind: 'member' as const, ...who, tenantId: 't', role, suspended: false as const })),
    { kind: 'superadmin', ...who, email: 'e', secondFactor: true },
    { kind: 'integrator', keyId: 'k', tenantId: 't', scopes: new Set(), expiresAt: null },
  ]
  const may = (principal: Principal, permission: Permission) => {
    try {
      authorize(principal, [permission])
      return 'yes'
    }
    catch {
      return 'no'
    }
  }
  const rows = table(security, 'permission').map(([permission, ...answers]) => [/^`([a-z:]+)`/.exec(permission!)?.[1], ...answers])
  expect(rows).toEqual(rows.map(([permission]) => [permission, ...principals.map(principal => may(principal, permission as Permission))]))
  const used = new Set(Array.from(text('api/src/access/authorize.ts').match(/export type Permission = (.*)/)![1]!.matchAll(/'([^']+)'/g), ([, name]) => name))
  expect(new Set(rows.map(([permission]) => permission))).toEqual(used)
})

describe('the request login', () => {
  let database: TestDatabase
  beforeAll(async () => { database = await openTestDatabase() })
  afterAll(() => database?.drop())

  test('has the rights that the table says, and no others', async () => {
    const rights = await database.sql<{ name: string, rights: string[] }>(`
      select format('\`%s.%s\`', nspname, relname) as name, array_agg(case
        when has_table_privilege($1, c.oid, p.name) then 'yes'
        when p.name in ('SELECT', 'INSERT', 'UPDATE') and has_any_column_privilege($1, c.oid, p.name) then 'columns'
        else 'no' end order by p.place) as rights
      from pg_class c join pg_namespace n on n.oid = relnamespace, unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) with ordinality as p (name, place)
      where nspname in ('platform', 'pgboss') and relkind in ('r', 'p', 'v', 'm')
      group by 1`, [loginOf(database.urls.request).name])
    const some = rights.filter(row => row.rights.some(right => right !== 'no')).map(row => [row.name, ...row.rights])
    expect(table(security, 'table').toSorted()).toEqual(some.toSorted())
  })
})
