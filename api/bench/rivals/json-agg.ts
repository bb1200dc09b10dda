// The floor under every read: one hand-written statement that answers the JSON itself, in the tenant's transaction,
// behind nothing but node:http. It checks no token and plans no query. Run by Node itself.
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:http'
import process from 'node:process'
import pg from 'pg'

const schema = process.env.SCHEMA ?? ''

const statements: Record<string, string> = {
  '/list': `
    with class_node as materialized (
      select c.id, c.title, json_build_object('id', c.id, 'title', c.title,
        'course', json_build_object('id', course.id, 'title', course.title),
        'teachers', coalesce(teachers.list, '[]')) as node
      from class c join course on course.id = c.course_id
      left join lateral (
        select json_agg(json_build_object('id', t.id, 'givenName', t.given_name, 'familyName', t.family_name)
          order by e.is_primary desc, t.family_name, t.given_name, t.id) as list
        from enrollment e join "user" t on t.id = e.user_id
        where e.class_id = c.id and e.role = 'teacher' and e.status = 'active' and t.status = 'active'
      ) as teachers on true
      where c.status = 'active'
    )
    select json_build_object('data', json_build_object('users', json_build_object('nodes', coalesce(json_agg(page.node), '[]'))))::text as body
    from (
      select json_build_object('id', u.id, 'givenName', u.given_name, 'familyName', u.family_name, 'enrollments', coalesce(attended.list, '[]')) as node
      from "user" u
      left join lateral (
        select json_agg(json_build_object('id', e.id, 'role', upper(e.role), 'class', class_node.node) order by class_node.title, e.id) as list
        from enrollment e join class_node on class_node.id = e.class_id
        where e.user_id = u.id and e.status = 'active'
      ) as attended on true
      where u.status = 'active' and exists (select 1 from role where role.user_id = u.id and role.role = 'student' and role.status = 'active')
      order by u.family_name, u.given_name, u.id limit $1
    ) as page`,
  '/one': `
    select json_build_object('data', json_build_object('user', json_build_object(
      'id', id, 'givenName', given_name, 'familyName', family_name, 'email', email, 'grades', grades)))::text as body
    from "user" where id = $1 and status = 'active'`,
}

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10, pipeline: true } as pg.PoolConfig)
pool.on('error', () => process.exit(1))

async function answer(path: string, value: unknown): Promise<string> {
  const client = await pool.connect()
  try {
    const send = (text: string, values: unknown[] = []) => client.query({ text, values, queryMode: 'extended' } as pg.QueryConfig)
    // All four in one round trip.
    const [,, { rows }] = await Promise.all([
      send('begin read only'),
      send(`select set_config('search_path', $1, true), set_config('role', $1, true)`, [schema]),
      send(statements[path]!, [value]),
      send('commit'),
    ])
    return (rows[0] as { body: string }).body
  }
  finally {
    client.release()
  }
}

const server = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8').on('data', (chunk: string) => body += chunk).on('end', () => {
    answer(request.url ?? '', (JSON.parse(body) as { variables: { value: unknown } }).variables.value).then(
      text => response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`listening at http://127.0.0.1:${(server.address() as AddressInfo).port}\n`))
process.once('SIGTERM', () => process.exit(0))
