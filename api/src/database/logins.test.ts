import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import { loginOf, makeLogins } from './logins.ts'

test('an administrator who is no superuser can bring the logins up to date as often as they like', async () => {
  const server = new pg.Client({ connectionString: inject('adminUrl') })
  await server.connect()
  onTestFinished(async () => {
    await server.query('drop database if exists office')
    for (const name of ['office_owner', 'office_request', 'office_listener', 'office'])
      await server.query(`drop role if exists ${name}`)
    await server.end()
  })
  await server.query('create role office login createrole password \'office\'')
  await server.query('create database office owner office')
  const as = (name: string) => Object.assign(new URL(inject('adminUrl')), { username: name, password: name, pathname: '/office' }).href
  const urls = { owner: as('office_owner'), request: as('office_request'), listener: as('office_listener') }
  await makeLogins(as('office'), urls)

  const changed = new URL(urls.request)
  changed.password = 'another'
  await makeLogins(as('office'), { ...urls, request: changed.href })
  const request = new pg.Client({ connectionString: changed.href })
  await request.connect()
  expect((await request.query('select current_user as name')).rows).toEqual([{ name: loginOf(urls.request).name }])
  await request.end()
})
