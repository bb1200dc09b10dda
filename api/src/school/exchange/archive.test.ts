import type { ExportAnswer } from '../../../test/harness/exports.ts'
import type { TestHomeroom } from '../../../test/harness/homeroom.ts'
import { createHash } from 'node:crypto'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allRows, download, exported, plantOddSchool, unzip } from '../../../test/harness/exports.ts'
import { openHomeroom } from '../../../test/harness/homeroom.ts'
import { openSuperadmin } from '../../../test/harness/superadmin.ts'

// Written out by hand from the standard (OneRoster 1.2.1 CSV, chapter 4): the order is normative.
const three = ['sourcedId', 'status', 'dateLastModified']
const headers: Record<string, string[]> = {
  academicSessions: [...three, 'title', 'type', 'startDate', 'endDate', 'parentSourcedId', 'schoolYear'],
  orgs: [...three, 'name', 'type', 'identifier', 'parentSourcedId', 'metadata.jp', 'metadata.note'],
  courses: [...three, 'schoolYearSourcedId', 'title', 'courseCode', 'grades', 'orgSourcedId', 'subjects', 'subjectCodes'],
  classes: [...three, 'title', 'grades', 'courseSourcedId', 'classCode', 'classType', 'location', 'schoolSourcedId', 'termSourcedIds', 'subjects', 'subjectCodes', 'periods'],
  users: [...three, 'enabledUser', 'username', 'userIds', 'givenName', 'familyName', 'middleName', 'identifier', 'email', 'sms', 'phone', 'agentSourcedIds', 'grades', 'password', 'userMasterIdentifier', 'preferredGivenName', 'preferredMiddleName', 'preferredFamilyName', 'primaryOrgSourcedId', 'pronouns', 'metadata.jp.kanaGivenName', 'metadata.n', 'metadata.null'],
  roles: [...three, 'userSourcedId', 'roleType', 'role', 'beginDate', 'endDate', 'orgSourcedId', 'userProfileSourcedId'],
  enrollments: [...three, 'classSourcedId', 'schoolSourcedId', 'userSourcedId', 'role', 'primary', 'beginDate', 'endDate'],
  demographics: [...three, 'birthDate', 'sex', 'americanIndianOrAlaskaNative', 'asian', 'blackOrAfricanAmerican', 'nativeHawaiianOrOtherPacificIslander', 'white', 'demographicRaceTwoOrMoreRaces', 'hispanicOrLatinoEthnicity', 'countryOfBirthCode', 'stateOfBirthAbbreviation', 'cityOfBirth', 'publicSchoolResidenceStatus'],
}
const absent = ['categories', 'classResources', 'courseResources', 'lineItemLearningObjectiveIds', 'lineItems', 'lineItemScoreScales', 'resources', 'resultLearningObjectiveIds', 'results', 'resultScoreScales', 'scoreScales', 'userProfiles', 'userResources']

let homeroom: TestHomeroom
let tenantId: string
let made: ExportAnswer
let bytes: Buffer
let files: Map<string, string>
let rows: Awaited<ReturnType<typeof allRows>>

const csv = (name: string) => parse(files.get(`${name}.csv`)!, { columns: true }) as Record<string, string>[]
const ids = (name: string) => csv(name).map(row => row.sourcedId!)

beforeAll(async () => {
  homeroom = await openHomeroom()
  tenantId = (await homeroom.openSchool('oakfield', { name: 'Schule "Ö", =Feld' })).tenantId
  await plantOddSchool(homeroom, tenantId)
  rows = await allRows(homeroom, tenantId)
  const operator = await openSuperadmin(homeroom)
  made = await exported(homeroom, operator.client, tenantId)
  expect(made).toMatchObject({ state: 'READY', errorCode: null, progress: 100 })
  bytes = Buffer.from(await (await download(homeroom.api.url, made.id, operator.accessToken)).arrayBuffer())
  files = await unzip(bytes)
})
afterAll(() => homeroom?.stop())

test('the export says of itself what it is', () => {
  expect(bytes.length).toBe(made.sizeBytes)
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(made.sha256)
  expect(Object.fromEntries(made.tables.map(({ name, rows }) => [name, rows]))).toEqual(Object.fromEntries(Object.entries(rows).map(([name, list]) => [name, list.length])))
  expect(made.rows).toBe(Object.values(rows).flat().length)
})

describe('as OneRoster 1.2', () => {
  test('the manifest names every file of the standard, and is right about each', () => {
    const [head, ...properties] = parse(files.get('manifest.csv')!) as string[][]
    expect(head).toEqual(['propertyName', 'value'])
    const said = Object.fromEntries(properties)
    expect(said).toEqual({
      'manifest.version': '1.0',
      'oneroster.version': '1.2',
      'source.systemName': 'Homeroom',
      ...Object.fromEntries(Object.keys(headers).map(name => [`file.${name}`, 'bulk'])),
      ...Object.fromEntries(absent.map(name => [`file.${name}`, 'absent'])),
    })
    const inRoot = [...files.keys()].filter(name => !name.startsWith('json/'))
    expect(inRoot.sort()).toEqual(['manifest.csv', ...Object.keys(headers).map(name => `${name}.csv`)].sort())
  })

  test.each(Object.entries(headers))('%s has its columns in the standard\'s order, and rows without status or date', (name, header) => {
    const [head, ...body] = parse(files.get(`${name}.csv`)!) as string[][]
    expect(head).toEqual(header)
    expect(body.length).toBeGreaterThan(0)
    expect(body.every(([id, status, date]) => id !== '' && status === '' && date === '')).toBe(true)
    expect(files.get(`${name}.csv`)).toMatch(/\r\n$/)
    // No line break in a field: as many lines as rows.
    expect(files.get(`${name}.csv`)!.split(/[\n\u2028]/).length - 1).toBe(body.length + 1)
  })

  test('whatever is referred to is there, and what was deleted is not', () => {
    const known = Object.fromEntries(Object.keys(headers).map(name => [name, new Set(ids(name))]))
    const references: [string, string, string][] = [
      ['orgs', 'parentSourcedId', 'orgs'],
      ['academicSessions', 'parentSourcedId', 'academicSessions'],
      ['courses', 'orgSourcedId', 'orgs'],
      ['courses', 'schoolYearSourcedId', 'academicSessions'],
      ['classes', 'courseSourcedId', 'courses'],
      ['classes', 'schoolSourcedId', 'orgs'],
      ['classes', 'termSourcedIds', 'academicSessions'],
      ['users', 'primaryOrgSourcedId', 'orgs'],
      ['roles', 'userSourcedId', 'users'],
      ['roles', 'orgSourcedId', 'orgs'],
      ['enrollments', 'classSourcedId', 'classes'],
      ['enrollments', 'userSourcedId', 'users'],
      ['enrollments', 'schoolSourcedId', 'orgs'],
      ['demographics', 'sourcedId', 'users'],
    ]
    for (const [file, column, target] of references) {
      const told = csv(file).flatMap(row => row[column]!.split(',')).filter(Boolean)
      expect(told.filter(id => !known[target]!.has(id)), `${file}.${column}`).toEqual([])
    }
    expect(ids('users').sort()).toEqual(['-a.b_c/d@e', 'u2', 'u4'])
    expect(ids('orgs').sort()).toEqual([tenantId, 'dept-1', 'wing'].sort())
    expect(ids('classes')).toEqual(['k1'])
    expect(ids('demographics')).toEqual(['-a.b_c/d@e'])
    expect(ids('enrollments').sort()).toEqual(['e-k1--a.b_c.d@e', 'e-k1-u4'])
    expect(csv('orgs').find(row => row.sourcedId === 'wing')!.parentSourcedId).toBe('')
    expect(csv('enrollments').map(row => `${row.role} ${row.primary}`).sort()).toEqual(['student ', 'teacher true'])
  })

  test('ids, words and days stand as they are', () => {
    expect(csv('classes')[0]).toMatchObject({ classType: 'scheduled', periods: '1,2', termSourcedIds: rows.academic_session!.filter(row => row.type === 'semester').sort((a, b) => String(a.start_date) < String(b.start_date) ? -1 : 1).map(row => row.sourced_id).join(',') })
    expect(csv('roles').find(row => row.userSourcedId === 'u4')).toMatchObject({ role: 'teacher', roleType: 'primary', beginDate: '2026-08-01', endDate: '2027-08-01' })
    expect(csv('demographics')[0]).toMatchObject({ birthDate: '2009-02-28', sex: 'female', asian: 'true', white: 'false', blackOrAfricanAmerican: '', cityOfBirth: 'Zürich, ZH' })
    expect(csv('courses').find(row => row.sourcedId === 'c-odd')).toMatchObject({ title: 'Drama, "Act I"', subjects: '"Arts, visual",Drama', subjectCodes: 'A1,D1' })
  })

  test('no cell of people\'s is a formula, and each can be read back', () => {
    const users = new Map(csv('users').map(row => [row.sourcedId, row]))
    expect(users.get('-a.b_c/d@e')).toMatchObject({ givenName: '\'=cmd|\' /C calc\'!A0', familyName: 'O\'Neil, "the" 3rd', middleName: 'line one line two', phone: '+41 44 668 18 00', sms: '\'+1+1=2', identifier: '\'@SUM(A1)', userIds: '"{sis:12,3}",{ldap:ada}', password: '' })
    expect(users.get('u2')).toMatchObject({ givenName: '👩‍🏫 Zoé', familyName: 'Łukasz Ünïcode', middleName: '\'\ttabbed', phone: '-', identifier: '\'\'=quoted', primaryOrgSourcedId: 'dept-1' })
    expect(users.get('u4')).toMatchObject({ givenName: '\'＝full', familyName: '\'-Teacher' })
    expect(csv('classes')[0]!.location).toBe('\'=HYPERLINK("http://x")')
    expect(csv('orgs').find(row => row.sourcedId === 'dept-1')).toMatchObject({ 'metadata.jp': '{"kana":"ガッコウ"}', 'metadata.note': '\'=1+1', 'identifier': '-1' })
    // The importer's half: one apostrophe goes from before whatever would be a formula.
    const unguarded = (cell: string) => /^'+(?:[;"]?=|[+\-@\t\r＝＋－＠])/.test(cell) ? cell.slice(1) : cell
    expect(['givenName', 'sms', 'identifier'].map(column => unguarded(users.get('-a.b_c/d@e')![column]!))).toEqual(['=cmd|\' /C calc\'!A0', '+1+1=2', '@SUM(A1)'])
    expect(unguarded(users.get('u2')!.identifier!)).toBe('\'=quoted')
  })
})

describe('as JSON', () => {
  test('it has every row and column of every table there is in the database', () => {
    const tables = [...files.keys()].filter(name => name.endsWith('.ndjson'))
    expect(tables.sort()).toEqual(Object.keys(rows).map(name => `json/${name}.ndjson`).sort())
    for (const [name, expected] of Object.entries(rows)) {
      const lines = files.get(`json/${name}.ndjson`)!.split('\n').filter(Boolean)
      const sorted = (list: object[]) => list.map(row => JSON.stringify(row)).sort()
      expect(sorted(lines.map(line => JSON.parse(line) as object)), name).toEqual(sorted(expected))
    }
    // More digits than a number of ours holds.
    expect(files.get('json/user.ndjson')).toContain('12345678901234567890.123456789')
  })

  test('it says whose it is and of which version', () => {
    expect(JSON.parse(files.get('json/schema.json')!)).toMatchObject({ format: 'homeroom-school', formatVersion: 1, tenantId, name: 'Schule "Ö", =Feld', slug: 'oakfield', timeZone: 'Europe/Zurich', schemaVersion: made.schemaVersion })
  })

  test('nothing in it lets anybody in', () => {
    const all = [...files.values()].join('\n')
    expect(all).not.toMatch(/\$argon2|password_hash|token_hash|totp/)
    // Accounts are the platform's, not the school's.
    expect(all).not.toContain('head@oakfield.example')
  })
})
