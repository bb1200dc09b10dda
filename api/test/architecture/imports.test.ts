import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const repository = fileURLToPath(new URL('../../..', import.meta.url))

// A small house in order, and in it one file for each rule that breaks it.
const house = ['shared/errors', 'config', 'compose', 'transport/http', 'database/platform-db', 'access/principal', 'platform/tenancy/room', 'platform/identity/room', 'platform/identity/identity.service', 'platform/identity/identity.resolver', 'school/roster/room']
  .map(name => `api/src/${name}.ts`)

const broken: [rule: string, file: string, imported: string][] = [
  ['shared-imports-nothing-above', 'api/src/shared/a.ts', '../database/platform-db.ts'],
  ['plumbing-imports-only-shared', 'api/src/jobs/a.ts', '../access/principal.ts'],
  ['access-imports-only-plumbing', 'api/src/access/a.ts', '../platform/tenancy/room.ts'],
  ['transport-knows-no-room', 'api/src/transport/a.ts', '../school/roster/room.ts'],
  ['rooms-know-no-transport', 'api/src/school/roster/a.ts', '../../transport/http.ts'],
  ['only-compose-knows-the-rooms', 'api/src/main.ts', './school/roster/room.ts'],
  ['planes-never-meet', 'api/src/school/roster/b.ts', '../../platform/tenancy/room.ts'],
  ['histories-never-meet', 'api/migrations/school/a.ts', '../platform/0001.ts'],
  ['a-room-is-entered-through-room-ts', 'api/src/platform/tenancy/a.ts', '../identity/identity.service.ts'],
  ['the-house-enters-a-room-through-room-ts', 'api/test/a.test.ts', '../src/platform/identity/identity.service.ts'],
  ['services-know-no-graphql', 'api/src/platform/tenancy/a.service.ts', 'type-graphql'],
  ['services-know-no-graphql', 'api/src/platform/identity/rules.ts', './identity.resolver.ts'],
  ['resolvers-know-no-orm', 'api/src/platform/tenancy/a.resolver.ts', 'kysely'],
  ['entities-only-define', 'api/src/platform/tenancy/a.entity.ts', 'zod'],
  ['connections-are-opened-in-the-plumbing', 'api/src/platform/tenancy/b.service.ts', 'pg'],
  ['web-and-api-are-strangers', 'web/src/rooms/a.ts', '../../../api/src/shared/errors.ts'],
  ['ui-knows-no-data-and-no-route', 'web/src/ui/A.vue', 'vue-router'],
  ['web-apollo-knows-no-room', 'web/src/apollo/a.ts', '../rooms/a.ts'],
  ['no-cycles', 'api/src/shared/circle.ts', './round.ts'],
  ['product-imports-no-test-and-no-bench', 'api/src/transport/b.ts', '../../test/a.test.ts'],
  ['product-imports-no-dev-dependency', 'api/src/transport/c.ts', 'axe-core'],
  ['imports-resolve', 'api/src/transport/d.ts', './nowhere.ts'],
]

let folder: string
const found: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeroom-imports-'))
  for (const name of ['.dependency-cruiser.mjs', 'package.json', 'api/package.json', 'web/package.json'])
    await place(name, () => cp(join(repository, name), join(folder, name)))
  for (const name of ['node_modules', 'api/node_modules'])
    await symlink(join(repository, name), join(folder, name))
  for (const name of [...house, 'api/migrations/platform/0001.ts'])
    await place(name, path => writeFile(path, 'export const it = 1\n'))
  await place('api/src/shared/lonely.ts', path => writeFile(path, 'export const it = 1\n'))
  await place('api/src/shared/round.ts', path => writeFile(path, 'export * from \'./circle.ts\'\n'))
  for (const [, name, imported] of broken) {
    const line = `import * as it from '${imported}'\nconsole.log(it)\n`
    await place(name, path => writeFile(path, name.endsWith('.vue') ? `<script setup lang="ts">\n${line}</script>\n` : `${line}export { it }\n`))
  }
  for (const { rule, from } of await cruise())
    found.push(`${rule.name} ${from}`)
})
afterAll(() => rm(folder, { recursive: true }))

async function place(name: string, make: (path: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true })
  await make(join(folder, name))
}

interface Violation {
  rule: { name: string }
  from: string
}

async function cruise(): Promise<Violation[]> {
  const program = join(repository, 'node_modules/.bin/depcruise')
  const args = ['api', 'web', '--config', '.dependency-cruiser.mjs', '--output-type', 'json']
  const { stdout } = await promisify(execFile)(program, args, { cwd: folder, maxBuffer: 2 ** 26 })
  return (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations
}

test.each(broken)('%s: %s may not import %s', (rule, file) => {
  expect(found).toContain(`${rule} ${file}`)
})

test('no-orphans: a file that nobody imports and that imports nobody is found', () => {
  expect(found).toContain('no-orphans api/src/shared/lonely.ts')
})

test('files that break no rule are left alone', () => {
  const guilty = new Set(found.filter(line => !line.startsWith('no-orphans')).map(line => line.split(' ')[1]))
  expect([...guilty].sort()).toEqual([...new Set(broken.map(([, file]) => file))].sort())
})
