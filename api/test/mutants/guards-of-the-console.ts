import type { Guard } from './guard.ts'

const facts = ['src/platform/operations/operations.test.ts']
const feed = ['src/platform/operations/tenants-feed.test.ts']
const timeline = ['src/platform/operations/timeline.test.ts']
const figures = ['src/platform/operations/figures.test.ts']

/** What the operator sees of tenants: whole, true, and nobody else's to see. */
export const consoleGuards: readonly Guard[] = [
  { name: 'console: what the operator knows is told to no member', file: 'src/platform/operations/operations.resolver.ts', guard: '  @Authorized(\'platform\')\n  @FieldResolver(() => TenantOperationsType', without: '  @FieldResolver(() => TenantOperationsType', tests: facts },
  { name: 'console: a page of tenants is read at once', file: 'src/platform/operations/operations.resolver.ts', guard: 'return context.load(this.service.failuresOf, tenantId)', without: 'return context && this.service.failuresOf([tenantId]).then(([failure]) => failure!)', tests: ['src/platform/operations/statements.test.ts'] },
  { name: 'console: an archived failure is nobody\'s to retry', file: 'src/platform/operations/failures.queries.ts', guard: ' and lifecycle = \'ACTIVE\'', without: '', tests: facts },
  { name: 'console: a new tenant is told of', file: 'src/platform/preparation/preparation.service.ts', guard: '    await db.execute(\'select pg_notify(?, ?)\', publish(tenantPreparationChanged, { tenantId }).values)\n  }', without: '  }', tests: feed },
  { name: 'console: what a lost listener missed is read again', file: 'src/platform/operations/tenants-feed.ts', guard: 'this.#note(() => { this.#missed = true })', without: 'this.#note(() => {})', tests: feed },
  { name: 'console: many changes are told a page at a time', file: 'src/platform/operations/tenants-feed.ts', guard: '.slice(0, largestPage)', without: '.slice(0, largestPage * 9)', tests: feed },
  { name: 'console: changes are told four times a second at most', file: 'src/platform/operations/tenants-feed.ts', guard: 'const pauseMs = 250', without: 'const pauseMs = 25', tests: feed },
  { name: 'console: a slow watcher has one message waiting', file: 'src/events/one-at-a-time.ts', guard: 'if (reading)', without: 'if (reading && !value)', tests: ['src/platform/operations/slow-watcher.test.ts'] },
  { name: 'console: rounds of preparation are noted without a right of the request login', file: 'migrations/platform/0003-operations.ts', guard: 'plpgsql security definer set', without: 'plpgsql set', tests: ['src/platform/registration/registration.test.ts'] },
  { name: 'console: nothing of one moment falls between two pages', file: 'src/platform/operations/timeline.queries.ts', guard: '`${at} <= asked.at and (${at}, (${key}) collate "C") < (asked.at, asked.key collate "C")`', without: '`${at} < asked.at and ${key} is not null`', tests: timeline },
  { name: 'console: what members did stays the school\'s', file: 'src/platform/operations/timeline.queries.ts', guard: ' and (e.actor_kind in (\'superadmin\', \'system\') or e.action like \'tenant.%\')', without: '', tests: timeline },
  { name: 'console: an old failure is not given a new cause', file: 'src/platform/operations/timeline.queries.ts', guard: 'e.at >= t.set_aside_at and ', without: '', tests: timeline },
  { name: 'console: who was cancelled has not failed', file: 'src/platform/operations/figures.queries.ts', guard: ' and error_code is distinct from \'CANCELLED\'', without: '', tests: figures },
  { name: 'console: a job queued again is still the same wait', file: 'migrations/platform/0003-operations.ts', guard: 'if tg_op = \'UPDATE\' and new.preparation_cycle', without: 'if tg_op = \'TRUNCATE\' and new.preparation_cycle', tests: figures },
]
