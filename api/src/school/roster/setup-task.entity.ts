import type { SetupTaskKey } from './roster.words.ts'
import { defineEntity, p } from '@mikro-orm/core'

/** A line of the check-list that somebody ticked. */
export const SetupTaskSchema = defineEntity({
  name: 'SetupTask',
  tableName: 'setup_task',
  properties: {
    key: p.text().$type<SetupTaskKey>().primary(),
    completedAt: p.datetime().nullable(),
  },
})

export class SetupTask extends SetupTaskSchema.class {}
SetupTaskSchema.setClass(SetupTask)
