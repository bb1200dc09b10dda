import { defineEntity, p } from '@mikro-orm/core'

export const preparationStatuses = ['PENDING', 'PREPARING', 'READY', 'FAILED'] as const
export type PreparationStatus = typeof preparationStatuses[number]
export const lifecycles = ['ACTIVE', 'SUSPENDED', 'ARCHIVED', 'DELETING'] as const
export type Lifecycle = typeof lifecycles[number]

/** The platform's record of one school. */
export const TenantSchema = defineEntity({
  name: 'Tenant',
  tableName: 'tenant',
  schema: 'platform',
  properties: {
    id: p.uuid().primary(),
    slug: p.text().unique('tenant_slug_unique'),
    /** What the slug looks like: two slugs that could be mistaken for each other have the same. */
    slugLook: p.text().unique('tenant_slug_look_unique'),
    name: p.text(),
    timeZone: p.text(),
    locale: p.text(),
    node: p.text().default('main'),
    schemaVersion: p.integer().nullable(),
    /** The oldest code that can use a school at this version, named by the newest version it knows. */
    schemaServesFrom: p.integer().nullable(),
    lifecycle: p.text().$type<Lifecycle>().default('ACTIVE'),
    /** Why, in the operator's words to the school; of the state it is in now. */
    lifecycleReason: p.text().nullable(),
    lifecycleChangedAt: p.datetime().defaultRaw('now()'),
    /** The end of the grace period of a school that is DELETING. */
    deleteAfter: p.datetime().nullable(),
    /** A school to try things out in: with made-up people, and nothing of it is sent anywhere. */
    test: p.boolean().default(false),
    /** Whose test school it is; null for every other. */
    testOf: p.uuid().nullable(),
    /** The export whose rows it was or is made from, in place of the seeds. */
    restoredFrom: p.uuid().nullable(),
    /** The version to which its last migration failed, with the cause for the operator; null where nothing is amiss. */
    setAsideVersion: p.integer().nullable(),
    setAsideCode: p.text().nullable(),
    setAsideDetail: p.text().nullable(),
    setAsideAt: p.datetime().nullable(),
    preparationStatus: p.text().$type<PreparationStatus>().default('PENDING'),
    /** Which round of attempts this is; a retry by hand starts the next. */
    preparationCycle: p.integer().default(1),
    preparationAttempt: p.integer().default(0),
    preparationStep: p.text().nullable(),
    preparationCompletedSteps: p.integer().default(0),
    preparationErrorCode: p.text().nullable(),
    preparationStartedAt: p.datetime().nullable(),
    preparationCompletedAt: p.datetime().nullable(),
    /** Grows with every change and never restarts. */
    preparationSequence: p.integer().default(1),
    createdAt: p.datetime().defaultRaw('now()'),
  },
})

export class Tenant extends TenantSchema.class {}
TenantSchema.setClass(Tenant)
