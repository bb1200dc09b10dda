import type { Guard } from './guard.ts'

const service = 'src/platform/lifecycle/lifecycle.service.ts'
const move = 'src/platform/lifecycle/make-move.ts'
const deletion = 'src/platform/lifecycle/delete-school.ts'
const registration = 'src/platform/registration/registration.service.ts'
const inLifecycle = ['src/platform/lifecycle/lifecycle.test.ts']
const inDeletion = ['src/platform/lifecycle/deletion.test.ts']
const inCreation = ['src/platform/registration/create-for.test.ts']

/** What the operator does with schools: creates, closes, puts away and deletes them. */
export const fleetGuards: readonly Guard[] = [
  { name: 'lifecycle: the row decides which moves there are', file: move, guard: 'and lifecycle = any(?::text[])', without: 'and (lifecycle = any(?::text[]) or true)', tests: inLifecycle },
  { name: 'lifecycle: what is being prepared is not put away', file: move, guard: 'preparation_status in (\'READY\', \'FAILED\'))', without: 'preparation_status is not null)', tests: inLifecycle },
  { name: 'lifecycle: a deletion names the school', file: service, guard: 'if (slug.trim() !== tenant.slug)', without: 'if (slug.trim() === \'\')', tests: inLifecycle },
  { name: 'lifecycle: every process hears that a school is closed', file: move, guard: 'publish(accessChanged, { tenantId })', without: 'publish(accessChanged, { accountId: tenantId })', tests: ['test/journey/lifecycle.test.ts'] },
  { name: 'lifecycle: people of a school that was put away are nobody', file: 'src/platform/identity/live-sessions.ts', guard: 't.id = s.tenant_id and t.lifecycle in (\'ACTIVE\', \'SUSPENDED\')', without: 't.id = s.tenant_id', tests: inLifecycle },
  { name: 'lifecycle: a refusal says why the school is closed', file: 'src/access/authorize.ts', guard: ', facts: principal.suspended }', without: ' }', tests: inLifecycle },
  { name: 'lifecycle: a deletion waits for the grace period', file: deletion, guard: 'and lifecycle = \'DELETING\' and delete_after <= clock_timestamp() for update', without: 'and lifecycle = \'DELETING\' for update', tests: inDeletion },
  { name: 'lifecycle: a deletion is whole or not at all', file: deletion, guard: 'await owner.query(\'begin\')', without: 'await owner.query(\'select 1\')', tests: inDeletion },
  { name: 'lifecycle: members are locked before they are looked at', file: deletion, guard: 'order by id for update`', without: 'order by id`', tests: inDeletion },
  { name: 'lifecycle: people of other schools stay', file: deletion, guard: 'and o.tenant_id <> $1)', without: 'and o.tenant_id <> $1 and false)', tests: inDeletion },
  { name: 'lifecycle: a deleted school\'s jobs go', file: deletion, guard: 'data ->> \\\'tenantId\\\' = $1 or', without: 'data ->> \\\'tenantId\\\' = $1 and false or', tests: inDeletion },
  { name: 'lifecycle: a tenant\'s receipt is its own', file: 'src/platform/lifecycle/receipts.queries.ts', guard: 'if (tenantId)', without: 'if (tenantId === \'\')', tests: inDeletion },
  { name: 'lifecycle: what a school has not told is told before it goes', file: deletion, guard: 'table.name === \'outbox\'', without: 'table.name === \'\'', tests: inDeletion },
  { name: 'lifecycle: a school that is gone keeps nobody from being heard', file: 'src/platform/audit/courier.ts', guard: 'code === \'42P01\'', without: 'code === \'\'', tests: ['src/platform/audit/audit.test.ts'] },
  { name: 'audit: an outbox that nobody may look at keeps no other from being swept', file: 'src/platform/audit/courier.ts', guard: ' && !isLocked(error)', without: '', tests: ['src/platform/audit/audit.test.ts'] },
  { name: 'audit: what could not be carried is tried again soon', file: 'src/platform/audit/courier.ts', guard: '      tenantIds.forEach(attend)\n', without: '      void tenantIds\n', tests: ['src/platform/audit/audit.test.ts'] },
  { name: 'lifecycle: nobody is invited who cannot join', file: 'src/platform/members/invitations.service.ts', guard: '(superadmin or disabled_at is not null)', without: 'disabled_at is not null', tests: inCreation },
  { name: 'lifecycle: a key is one superadmin\'s', file: registration, guard: 'trail.actor.id ?? null, name', without: 'trail.actor.id ? null : null, name', tests: inCreation },
]
