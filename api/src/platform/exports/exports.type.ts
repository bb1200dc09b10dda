import type { ExportState } from './exports.queries.ts'
import { GraphQLDateTime } from 'graphql-scalars'
import { ArgsType, Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql'
import { connectionType, PageArgs } from '../../access/page.type.ts'

export const ExportStateType: Readonly<Record<ExportState, ExportState>> = { QUEUED: 'QUEUED', RUNNING: 'RUNNING', READY: 'READY', FAILED: 'FAILED' }
registerEnumType(ExportStateType, {
  name: 'SchoolExportState',
  description: 'QUEUED → RUNNING → READY or FAILED.',
  valuesConfig: {
    QUEUED: { description: 'Waiting for a free worker.' },
    RUNNING: { description: 'A worker writes it, or will try again in a moment.' },
    READY: { description: 'It can be taken away, and a school be restored from it.' },
    FAILED: { description: 'All tries failed; nothing was kept.' },
  },
})

@ObjectType('ExportedTable', { description: 'A table in an export.', simpleResolvers: true })
export class ExportedTableType {
  @Field(() => String, { description: 'Its name, e.g. enrollment.' })
  name!: string

  @Field(() => Int, { description: 'How many rows it has.' })
  rows!: number
}

@ObjectType('SchoolExport', { description: 'Everything a school has, in one file: OneRoster 1.2 CSV, and every row of every table in JSON.', simpleResolvers: true })
export class SchoolExportType {
  @Field(() => ID, { description: 'Also where it is downloaded: `GET /exports/{id}` with the access token of a superadmin.' })
  id!: string

  @Field(() => ID, { description: 'Of the school.' })
  tenantId!: string

  @Field(() => String, { description: 'What the school called itself.' })
  tenantName!: string

  @Field(() => String, { description: 'The school\'s short name then.' })
  slug!: string

  @Field(() => Boolean, { description: 'Whether the school has been deleted since.' })
  tenantGone!: boolean

  @Field(() => ExportStateType, { description: 'How far it is.' })
  state!: ExportState

  @Field(() => Int, { description: 'How much has been written, in percent.' })
  progress!: number

  @Field(() => String, { nullable: true, description: 'Why it FAILED, or the last try did: EXPORT_FAILED, SCHOOL_GONE, TENANT_MAINTENANCE, DATABASE_UNAVAILABLE or WORKER_LOST.' })
  errorCode!: string | null

  @Field(() => String, { description: 'Why the school was exported, as the operator said.' })
  reason!: string

  @Field(() => String, { nullable: true, description: 'The superadmin who asked for it, by name and e-mail.' })
  requestedBy!: string | null

  @Field(() => GraphQLDateTime, { description: 'When it was asked for.' })
  createdAt!: Date

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it became READY or FAILED.' })
  completedAt!: Date | null

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it goes; only when READY.' })
  expiresAt!: Date | null

  @Field(() => Float, { nullable: true, description: 'Its length, in whole bytes; only when READY.' })
  sizeBytes!: number | null

  @Field(() => String, { nullable: true, description: 'SHA-256 of the file, 64 hex digits; only when READY.' })
  sha256!: string | null

  @Field(() => Int, { nullable: true, description: 'The version of the school\'s tables; null before a worker has begun.' })
  schemaVersion!: number | null

  @Field(() => [ExportedTableType], { description: 'What it holds, by name; empty unless READY.' })
  tables!: readonly ExportedTableType[]

  @Field(() => Int, { description: 'Rows of all tables together; 0 unless READY.' })
  rows!: number
}

export const SchoolExportConnection = connectionType('SchoolExport', SchoolExportType, 'exports of schools')

@ArgsType()
export class SchoolExportsArgs extends PageArgs {
  @Field(() => ID, { nullable: true, description: 'Only this school\'s, whether or not it is still there; all schools\' unless told.' })
  tenantId?: string | null
}
