import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { isErrorCode } from '../../src/shared/error-codes.ts'

const repository = fileURLToPath(new URL('../../..', import.meta.url))
const school = (field: string) => `type Query { ${field} }`

/** What the check says of a schema that follows a released one; empty where it has nothing to say. */
async function check(released: string, today: string, breaks: unknown[] = []): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'contract-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'docs/contract'), { recursive: true })
  await writeFile(join(folder, 'schema.graphql'), today)
  await writeFile(join(folder, 'docs/contract/released.graphql'), released)
  await writeFile(join(folder, 'docs/contract/breaks.json'), JSON.stringify(breaks))
  return promisify(execFile)(process.execPath, [join(repository, 'scripts/contract.mjs')], { cwd: folder })
    .then(() => '', ({ code, stderr }: { code: number, stderr: string }) => `${code} ${stderr}`)
}

test('what is added breaks nobody', async () => {
  expect(await check(school('name: String'), school('name: String slug: String'))).toBe('')
})

test.each([
  ['a field that goes', school('name: String'), school('slug: String'), 'Query.name'],
  ['a field that may now be empty', school('name: String!'), school('name: String'), 'Query.name'],
  ['an argument that is now asked for', school('name: String'), school('name(of: ID!): String'), 'Query.name.of'],
  ['a value of an enum that goes', 'type Query { is: State } enum State { NEW OLD }', 'type Query { is: State } enum State { NEW }', 'State.OLD'],
])('%s is refused unless it is declared', async (_, released, today, path) => {
  expect(await check(released, today)).toMatch(new RegExp(`^1 ${path}: `))
  expect(await check(released, today, [{ path, since: '2026-11-28', reason: 'Nobody could use it.' }])).toBe('')
  expect(await check(released, today, [{ path, since: '2026-11-28' }])).toContain('reason')
})

test('a declaration of what breaks nothing is refused', async () => {
  expect(await check(school('name: String'), school('name: String'), [{ path: 'Query.name', since: '2026-11-28', reason: 'Left over.' }])).toContain('breaks nothing')
})

test('a deprecation says since when and what to use instead', async () => {
  const deprecated = (reason: string) => school(`name: String @deprecated(reason: "${reason}") slug: String`)
  expect(await check(school('name: String'), deprecated('Since 2026-11-28: use slug.'))).toBe('')
  expect(await check(school('name: String'), deprecated('Use slug.'))).toContain('Query.name')
  expect(await check(school('name: String'), deprecated('Since 2026-13-41: use slug.'))).toContain('Query.name')
})

test('every code of an error is on the list', () => {
  const codes = globSync('api/src/**/*.ts', { cwd: repository, exclude: path => path.endsWith('.test.ts') })
    .flatMap(file => [...readFileSync(join(repository, file), 'utf8').matchAll(/extensions: \{[^}]*\bcode: '(\w+)'/g)].map(([, code]) => code!))
  expect(codes).toContain('BAD_USER_INPUT')
  expect(codes.filter(code => !isErrorCode(code))).toEqual([])
})
