import { Migration0001Platform } from './0001-platform.ts'
import { Migration0002PeopleAndAudit } from './0002-people-and-audit.ts'
import { Migration0003Operations } from './0003-operations.ts'
import { Migration0004ApiKeys } from './0004-api-keys.ts'
import { Migration0005Webhooks } from './0005-webhooks.ts'
import { Migration0006Limits } from './0006-limits.ts'
import { Migration0007Fleet } from './0007-fleet.ts'
import { Migration0008KeyFacts } from './0008-key-facts.ts'
import { Migration0009Explorer } from './0009-explorer.ts'
import { Migration0010TestSchools } from './0010-test-schools.ts'

/** The history of the control plane's tables, oldest first. It and the schools' history never meet. */
export const platformMigrations = [
  { name: '0001-platform', class: Migration0001Platform },
  { name: '0002-people-and-audit', class: Migration0002PeopleAndAudit },
  { name: '0003-operations', class: Migration0003Operations },
  { name: '0004-api-keys', class: Migration0004ApiKeys },
  { name: '0005-webhooks', class: Migration0005Webhooks },
  { name: '0006-limits', class: Migration0006Limits },
  { name: '0007-fleet', class: Migration0007Fleet },
  { name: '0008-key-facts', class: Migration0008KeyFacts },
  { name: '0009-explorer', class: Migration0009Explorer },
  { name: '0010-test-schools', class: Migration0010TestSchools },
]
