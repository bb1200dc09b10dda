import type { Guard } from './guard.ts'

const known = 'src/platform/integrations/known-keys.ts'
const refusals = 'src/platform/integrations/refusals.ts'
const inRefusals = ['src/platform/integrations/refusals.test.ts']
const inKeys = ['src/platform/integrations/keys.test.ts']
const explorer = 'src/platform/integrations/explorer.service.ts'
const explorerToken = 'src/platform/integrations/explorer-token.ts'
const inTestSchools = ['src/platform/test-schools/test-schools.test.ts']
const inExplorer = ['src/platform/integrations/explorer.test.ts']

/** Programs: what a key opens. */
export const keyGuards: readonly Guard[] = [
  { name: 'a key needs its secret', file: known, guard: 'if (!key || !right) {', without: 'if (!key) {', tests: inKeys },
  { name: 'a secret is compared also where no key has the prefix', file: known, guard: 'const right = timingSafeEqual(', without: 'const right = key !== undefined && timingSafeEqual(', tests: ['test/isolation/hostile-keys.test.ts'] },
  { name: 'a key\'s scopes are looked at below the root too', file: 'src/transport/protection.ts', guard: '  refuseUnscoped(schema, document, operation, contextValue.principal)\n', without: '      void refuseUnscoped\n', tests: ['test/isolation/scopes.test.ts'] },
  { name: 'a field is read with the scope of what it leads to', file: 'src/transport/key-scopes.ts', guard: '...isObjectType(below) || isInterfaceType(below) ? [below] : []', without: '...isInterfaceType(below) ? [below] : []', tests: ['test/isolation/scopes.test.ts'] },
  { name: 'whoever explores with a key is still an ADMIN', file: explorer, guard: ` || person.role !== 'ADMIN'`, without: '', tests: inExplorer },
  { name: 'the explorer reads until it is asked to write', file: explorer, guard: 'explorer.writing ? key.scopes', without: 'key.scopes.size >= 0 ? key.scopes', tests: inExplorer },
  { name: 'a token of the explorer is signed', file: explorerToken, guard: ' || !timingSafeEqual(signed, this.#signature(text))', without: '', tests: inExplorer },
  { name: 'a token of the explorer ends by itself', file: explorerToken, guard: 'end > Date.now() ?', without: 'end > 0 ?', tests: inExplorer },
  { name: 'news of a person reaches what they explore', file: 'src/access/principal.ts', guard: 'who.explorer?.accountId', without: 'undefined', tests: inExplorer },
  { name: 'nothing of a test school is sent', file: 'src/platform/webhooks/wave.ts', guard: '  if (turn.test)\n', without: '  if (turn.test && turn.due.length === 0)\n', tests: inTestSchools },
  { name: 'no mail of a test school is sent', file: 'src/mail/mail.worker.ts', guard: ' || await held(desk, job.kind, draft)', without: ' || (await held(desk, job.kind, draft) && draft.to === \'\')', tests: inTestSchools },
  { name: 'only a test school is dropped before it is prepared', file: 'src/platform/preparation/prepare-school.ts', guard: `attempt.school.test ? 'test' : 'fresh'`, without: `attempt.school.test || cycle > 1 ? 'test' : 'fresh'`, tests: ['src/platform/preparation/preparation.test.ts'] },
  { name: 'a test school is deleted by its slug', file: 'src/platform/test-schools/test-schools.service.ts', guard: 'if (slug.trim() !== test.slug)', without: 'if (slug.trim() === \'\')', tests: inTestSchools },
  { name: 'whoever followed a test school begins again after a reset', file: 'src/school/roster/sample.seed.ts', guard: '(school.cycle - 1) * 1_000_000_000', without: '0', tests: inTestSchools },
  { name: 'a key is for the addresses of its list', file: known, guard: 'if (!allows(key.addresses, address))', without: 'if (!allows([], address))', tests: inKeys },
  { name: 'who has a key but in part writes nothing into a school\'s log', file: known, guard: 'if (!key || !right) {', without: 'if (!key || (!right && key.good)) {', tests: inRefusals },
  { name: 'a flood of refusals is told together', file: refusals, guard: '    if (seen) {', without: '    if (seen && request.times > 1) {', tests: inRefusals },
  { name: 'what was turned away is told before a process ends', file: refusals, guard: '    this.#tell(Infinity)', without: '    this.#tell(0)', tests: inRefusals },
  { name: 'a key of another school than was named is in the log', file: 'src/transport/context.ts', guard: 'reception.noteRefusal(refusedNote(principal, null,', without: 'void (refusedNote(principal, null,', tests: inRefusals },
  { name: 'a key that the log names is not tidied away', file: 'src/platform/housekeeping/tidy.ts', guard: ' and not exists (select from platform.api_request r where r.key_id = platform.api_key.id)', without: '', tests: ['src/platform/housekeeping/tidy.test.ts'] },
  { name: 'the mail about a key goes to those who manage keys', file: 'src/platform/integrations/keys.service.ts', guard: ' and role = \\\'ADMIN\\\'', without: '', tests: ['src/platform/integrations/keys-mail.test.ts'] },
  { name: 'the mail about a key goes to no disabled account', file: 'src/platform/integrations/keys.letters.ts', guard: ' and a.disabled_at is null', without: '', tests: ['src/platform/integrations/keys-mail.test.ts'] },
  { name: 'uses that could not be written are counted later', file: 'src/platform/integrations/deprecated-use.ts', guard: '      counted.forEach(each => this.#add(each))\n', without: '', tests: ['src/platform/integrations/deprecated-use.test.ts'] },
  { name: 'of several operations, the uses of the one that runs', file: 'src/transport/deprecated-uses.ts', guard: 'separateOperations(document)[operation.name?.value ?? \'\']!', without: 'document', tests: ['src/transport/deprecated-uses.test.ts'] },
  { name: 'without anything deprecated no document is looked at', file: 'src/transport/deprecated-uses.ts', guard: '  if (members.size === 0)\n    return none\n', without: '', tests: ['src/transport/deprecated-uses.test.ts'] },
]
