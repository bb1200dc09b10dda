import type { Guard } from './guard.ts'

const room = 'src/platform/webhooks'
const addresses = [`${room}/public-address.test.ts`]
const telling = [`${room}/webhooks.test.ts`]
const awkward = [`${room}/awkward-receivers.test.ts`]

/** What is told to schools' own programs: whom it may reach, that it is true, and that nobody waits for somebody else. */
export const webhookGuards: readonly Guard[] = [
  { name: 'webhooks: a name that leads to a private address is refused', file: `${room}/public-address.ts`, guard: 'if (!addresses.every(isPublic))', without: 'if (!addresses.every(address => address !== \'\'))', tests: addresses },
  { name: 'webhooks: the connection goes to the address that was checked', file: `${room}/post.ts`, guard: 'lookup: checkedLookup(options.resolve, allowPrivate), ', without: 'lookup: checkedLookup(async () => options.resolve(\'\').then(() => [\'127.0.0.1\']), true), ', tests: addresses },
  { name: 'webhooks: an address in a URL is looked at with each try', file: `${room}/post.ts`, guard: 'const read = readUrl(url, allowPrivate)', without: 'const read = readUrl(url, true)', tests: addresses },
  { name: 'webhooks: no other port', file: `${room}/endpoint-url.ts`, guard: 'if (url.port)', without: 'if (url.port === \'0\')', tests: addresses },
  { name: 'webhooks: no credentials in a URL', file: `${room}/endpoint-url.ts`, guard: 'if (url.username || url.password)', without: 'if (url.username === \'\\0\')', tests: addresses },
  { name: 'webhooks: names of this machine are none of receivers', file: `${room}/endpoint-url.ts`, guard: 'if (literal === undefined && ', without: 'if (literal !== undefined && ', tests: addresses },
  { name: 'webhooks: a school\'s endpoints hear of that school alone', file: `${room}/enter-events.ts`, guard: 'where e.tenant_id = $1 and e.enabled', without: 'where $1::uuid is not null and e.enabled', tests: telling },
  { name: 'webhooks: an endpoint is told what it has chosen', file: `${room}/enter-events.ts`, guard: ' on listener.chosen is null or listener.chosen ? event.type', without: ' on true', tests: telling },
  { name: 'webhooks: what is carried twice is told once', file: `${room}/enter-events.ts`, guard: 'on conflict (id) do nothing returning id, type', without: 'on conflict (id) do update set body = excluded.body returning id, type', tests: telling },
  { name: 'webhooks: an endpoint that is being disabled is waited for', file: `${room}/enter-events.ts`, guard: ' for share of e`', without: '`', tests: [`${room}/awkward-receivers.test.ts`] },
  { name: 'webhooks: a closed school is told nothing', file: `${room}/wave.ts`, guard: 't.lifecycle = \'ACTIVE\' and ', without: '', tests: telling },
  { name: 'webhooks: a secret that has ended signs no more', file: `${room}/wave.ts`, guard: ' and (s.expires_at is null or s.expires_at > now())', without: '', tests: telling },
  { name: 'webhooks: an endpoint that hangs is left alone', file: `${room}/wave.ts`, guard: 'Math.max(silent ? silenceSeconds(plan, silences) : 0, ', without: 'Math.max(silent ? 0 * silenceSeconds(plan, silences) : 0, ', tests: awkward },
  { name: 'webhooks: no answer is waited for without end', file: `${room}/post.ts`, guard: 'const patience = AbortSignal.timeout(timeoutMs)', without: 'const patience = AbortSignal.timeout(timeoutMs * 60)', tests: awkward },
  { name: 'webhooks: of an answer only the start is read', file: `${room}/post.ts`, guard: 'if (size >= readBytes)', without: 'if (size < 0)', tests: awkward },
  { name: 'webhooks: what lets anybody in is not kept of an answer', file: `${room}/answer-start.ts`, guard: '.replace(/whsec_\\S+/g, ', without: '.replace(/whsec_nothing/g, ', tests: awkward },
  { name: 'webhooks: who is gone is switched off', file: `${room}/webhooks.worker.ts`, guard: 'if (end?.gone || failedTooLong)', without: 'if (failedTooLong)', tests: awkward },
  { name: 'webhooks: who fails for days is switched off', file: `${room}/webhooks.worker.ts`, guard: 'if (end?.gone || failedTooLong)', without: 'if (end?.gone || (failedTooLong && end.gone))', tests: awkward },
  { name: 'webhooks: nobody is left alone for longer than an hour because they say so', file: `${room}/retries.ts`, guard: 'Math.min(retryAfter ?? 0, longestWait)', without: 'retryAfter ?? 0', tests: awkward },
  { name: 'webhooks: nobody goes where an answer points', file: `${room}/post.ts`, guard: 'const known = {', without: 'if (response.headers.location)\n          await request(String(response.headers.location), { method: \'POST\', headers, body, dispatcher })\n        const known = {', tests: awkward },
  { name: 'webhooks: a signature is of the id, the time and the body', file: 'src/shared/standard-webhooks.ts', guard: 'new Webhook(secret).sign(id, at, body)', without: 'new Webhook(secret).sign(id, at, body.slice(1))', tests: telling },
  { name: 'webhooks: each secret signs while one is replaced', file: 'src/shared/standard-webhooks.ts', guard: 'secrets.map(secret =>', without: 'secrets.slice(0, 1).map(secret =>', tests: telling },
  { name: 'webhooks: requests cannot read secrets', file: 'src/database/rights.ts', guard: '...columns(\'select\', [\'id\', \'endpoint_id\', \'created_at\', \'expires_at\'])', without: '\'select\'', tests: ['src/database/walls.test.ts'] },
]
