import { defineEntity, p } from '@mikro-orm/core'

export const preparationStatuses = ['PENDING', 'PREPARING', 'READY', 'FAILED'] as const
export type PreparationStatus = typeof preparationStatuses[number]
export const lifecycles = ['ACTIVE', 'SUSPENDED', 'ARCHIVED', 'DELETING'] as const

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
    lifecycle: p.text().$type<typeof lifecycles[number]>().default('ACTIVE'),
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
