/**
 * Keeps a copy of a school's roster in a file, in step with the school. Needs Node 22.18 or newer and nothing else.
 *
 *   HOMEROOM_URL    where Homeroom is, as in https://homeroom.example
 *   HOMEROOM_KEY    a key with the scopes to read what is to be copied
 *   COPY_FILE       where the copy is kept; roster.json unless given
 *   WEBHOOK_SECRET  secret of a webhook endpoint that leads here; without it, changes are asked for once a minute
 *   PORT            where to listen for webhooks; 8080 unless given
 *
 * With --once it brings the copy up to date and ends.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import process from 'node:process'

interface RosterRecord { id: string, version: number, [field: string]: unknown }
interface Changes {
  nodes: (RosterRecord & { type: string, deleted: boolean, record: Record<string, unknown> })[]
  pageInfo: { hasNextPage: boolean, endCursor: string }
}
/** The change cursor, and what is known of each record by its id. */
interface Copy { cursor: string | null, records: Record<string, RosterRecord> }

const { HOMEROOM_URL, HOMEROOM_KEY, WEBHOOK_SECRET, COPY_FILE = 'roster.json', PORT = '8080' } = process.env
const pollEveryMs = 60_000
const toleranceSeconds = 5 * 60

const changesQuery = `query ($after: String) {
  changes(first: 100, after: $after, types: [USER, CLASS, ENROLLMENT]) {
    nodes {
      type id version deleted
      record {
        sourcedId
        ... on User { givenName familyName email grades }
        ... on Class { title classCode location }
        ... on Enrollment { role class { id } user { id } }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}`

function load(): Copy {
  try {
    return JSON.parse(readFileSync(COPY_FILE, 'utf8'))
  }
  catch {
    return { cursor: null, records: {} }
  }
}

/** Written beside and renamed, so that a program that is killed leaves the last whole copy. */
function save(copy: Copy): void {
  writeFileSync(`${COPY_FILE}.new`, JSON.stringify(copy, null, 2))
  renameSync(`${COPY_FILE}.new`, COPY_FILE)
}

async function ask<T>(query: string, variables: Record<string, unknown>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(`${HOMEROOM_URL}/graphql`, {
      method: 'POST',
      headers: { 'authorization': `Bearer ${HOMEROOM_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    }).catch(() => undefined)
    // Busy, restarting, or asked too often: the same question later.
    if ((!response || response.status === 429 || response.status >= 500) && attempt < 8) {
      const wait = Number(response?.headers.get('retry-after')) || Math.min(2 ** attempt, 30)
      await new Promise(resolve => setTimeout(resolve, wait * 1000 * (0.75 + Math.random() / 2)))
      continue
    }
    const { data, errors } = await response!.json()
    if (errors)
      throw Object.assign(new Error(errors[0].message), errors[0].extensions)
    return data
  }
}

/** Reads what has changed since the cursor, page by page; each page is safe before the next is asked for. */
async function catchUp(copy: Copy): Promise<void> {
  for (let more = true; more;) {
    const { changes } = await ask<{ changes: Changes }>(changesQuery, { after: copy.cursor })
    for (const { id, type, version, deleted, record } of changes.nodes) {
      // A page that is read twice changes nothing.
      if ((copy.records[id]?.version ?? 0) > version)
        continue
      if (deleted)
        delete copy.records[id]
      else
        copy.records[id] = { id, type, version, ...record }
    }
    copy.cursor = changes.pageInfo.endCursor
    more = changes.pageInfo.hasNextPage
    save(copy)
  }
}

/** Standard Webhooks: HMAC-SHA256 of id, time and body; several signatures while a secret is being replaced. */
function isGenuine(headers: Record<string, unknown>, body: string, secret: string): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': sentAt, 'webhook-signature': signatures } = headers
  if (Math.abs(Date.now() / 1000 - Number(sentAt)) > toleranceSeconds)
    return false
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const wanted = createHmac('sha256', key).update(`${id}.${sentAt}.${body}`).digest()
  return String(signatures).split(' ').some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64')
    return given.length === wanted.length && timingSafeEqual(given, wanted)
  })
}

const copy = load()
let working: Promise<void> | undefined
let again = false

/** One at a time; what is heard meanwhile is one more round, however often it is heard. */
function refresh(): Promise<void> {
  again = true
  working ??= (async () => {
    while (again) {
      again = false
      await catchUp(copy).catch((error) => {
        if (error.code !== 'CURSOR_EXPIRED')
          throw error
        // Away for too long: what was removed meanwhile is forgotten there, so the copy begins anew.
        Object.assign(copy, { cursor: null, records: {} })
        again = true
      })
    }
  })().finally(() => working = undefined)
  return working
}

await refresh()
console.log(`${Object.keys(copy.records).length} records`)

if (!process.argv.includes('--once')) {
  const report = (error: Error) => console.error(error.message)
  setInterval(() => refresh().catch(report), pollEveryMs)
  if (WEBHOOK_SECRET) {
    createServer((request, response) => {
      let body = ''
      request.on('data', chunk => body += chunk)
      request.on('end', () => {
        const genuine = isGenuine(request.headers, body, WEBHOOK_SECRET)
        response.writeHead(genuine ? 204 : 401).end()
        // The event says that something changed; what it is now is read, so that an old event cannot undo a newer one.
        if (genuine)
          refresh().catch(report)
      })
    }).listen(Number(PORT), () => console.log(`listening on ${PORT}`))
  }
}
