import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const repository = fileURLToPath(new URL('../../..', import.meta.url))
const notOurs = new Set(['node_modules', 'dist', '.git', '.data', '.screenshots', 'generated', 'package-lock.json'])

function files(pattern: string): string[] {
  return globSync(pattern, { cwd: repository, exclude: path => notOurs.has(basename(path)) })
}
function text(file: string): string {
  return readFileSync(join(repository, file), 'utf8')
}
function withoutComments(source: string): string {
  return source.replaceAll(/^\s*(?:\/\/|\*|\/\*).*$/gm, '')
}
function those(names: string[], isWrong: (name: string) => boolean): string[] {
  expect(names).not.toEqual([])
  return names.filter(isWrong)
}

test('every room has a room.ts, and a file in it says by its name what it is', () => {
  const rooms = globSync('api/src/{platform,school}/*', { cwd: repository })
  expect(those(rooms, room => files(`${room}/room.ts`).length === 0)).toEqual([])

  const kinds = ['entity', 'entities', 'type', 'input', 'service', 'resolver', 'queries', 'tables', 'job', 'worker', 'seed', 'rules', 'words', 'errors', 'letters']
  const named = new RegExp(`^[a-z0-9-]+(?:\\.(?:${kinds.join('|')}))?(?:\\.test)?\\.ts$`)
  expect(those(files('api/src/{platform,school}/*/*'), file => !named.test(basename(file)))).toEqual([])
})

test('no file is named after nothing in particular', () => {
  const vague = /(?:^|[-.])(?:utils?|helpers?|managers?|misc|common|processor|handlers?)\.(?:ts|vue)$/i
  expect(those(files('{api,web}/{src,test,bench}/**/*.{ts,vue}'), file => vague.test(basename(file)))).toEqual([])
})

test('a school\'s tables are single statements that know no other schema, and build what is not there', () => {
  const forbidden = /\b(?:platform|pgboss|public)\.|\bif not exists\b|\bcreate (?:trigger|function|extension|schema|role)\b|\bdo \$|\bserial\b/i
  expect(those(files('api/migrations/school/[0-9]*.ts'), file => forbidden.test(withoutComments(text(file))))).toEqual([])
})

test('the platform\'s history knows no school\'s tables', () => {
  // A function that is sure of its names is the only one to speak of the path.
  const sure = / set search_path = pg_catalog, pg_temp as /
  expect(those(files('api/migrations/platform/[0-9]*.ts'), file => /search_path|\bt_[0-9a-f]{32}\b|set role/i.test(text(file).replace(sure, '')))).toEqual([])
})

test('only the door and preparation become a tenant\'s role', () => {
  const allowed = ['api/src/database/', 'api/src/platform/preparation/']
  const becomes = /set (?:local )?role\b|set_config\(\s*'role'/i
  expect(those(files('api/src/**/*.ts'), file => becomes.test(text(file)) && !file.endsWith('.test.ts') && !allowed.some(folder => file.startsWith(folder)))).toEqual([])
})

test('no secret is drawn from a generator that can be guessed', () => {
  const guessable = /\bMath\.random\b|\bpseudoRandomBytes\b/
  expect(those(files('api/{src,migrations}/**/*.ts'), file => guessable.test(withoutComments(text(file))))).toEqual([])
})

test('no file holds a path of the machine it was written on', () => {
  const homes = /(?<![\w.\]@-])\/(?:home|Users|root|work)\/\w/
  const readable = files('**/*').concat(files('.*')).filter(file => /\.(?:[cm]?[jt]s|vue|jsonc?|graphql|md|ya?ml|css|html|sh)$|Dockerfile|\/run$|\.env/.test(file))
  expect(those(readable, file => homes.test(text(file)))).toEqual([])
})
