import type { TestDatabase } from '../../test/harness/database.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { platformEntities } from '../../src/compose.ts'
import { openTestDatabase } from '../../test/harness/database.ts'
import { entityColumns, tableColumns } from '../../test/harness/entity-columns.ts'

let database: TestDatabase

beforeAll(async () => { database = await openTestDatabase() })
afterAll(() => database?.drop())

test('the platform\'s entities and tables agree on names, types, nulls and references', async () => {
  // Attempts, steps, keys, limits and webhooks are written and read as rows; they have no entity.
  const rowsOnly = ['platform_migration', 'preparation_attempt', 'preparation_step', 'preparation_cycle', 'idempotency_key', 'rate_limit', 'account_token', 'invitation', 'audit_event', 'deletion_receipt', 'school_export', 'school_export_part', 'rollout', 'rollout_school', 'school_shape', 'alert', 'alert_look', 'webhook_endpoint', 'webhook_secret', 'webhook_event', 'webhook_delivery', 'webhook_attempt', 'api_key', 'api_points', 'api_limit', 'api_request', 'api_deprecated_use', 'held_mail']
  expect(await entityColumns(platformEntities)).toEqual(await tableColumns(database.sql, 'platform', rowsOnly))
})
