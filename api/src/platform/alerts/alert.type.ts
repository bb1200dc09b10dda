import type { AlertSeverity } from './conditions.ts'
import { GraphQLDateTime } from 'graphql-scalars'
import { Field, ObjectType, registerEnumType } from 'type-graphql'

export enum AlertSeverityType { CRITICAL = 'critical', WARNING = 'warning' }
registerEnumType(AlertSeverityType, {
  name: 'AlertSeverity',
  description: 'How soon somebody should look.',
  valuesConfig: {
    CRITICAL: { description: 'Now: people notice, or something that must not be was stopped.' },
    WARNING: { description: 'Today.' },
  },
})

@ObjectType('Alert', { description: 'A condition of the platform that holds now and should not. What to do about each is in docs/runbooks.md.', simpleResolvers: true })
export class AlertType {
  @Field(() => String, { description: 'Its name, as in docs/runbooks.md: PreparationsFailing, QueueStuck, …' })
  name!: string

  @Field(() => AlertSeverityType, { description: 'How soon somebody should look.' })
  severity!: AlertSeverity

  @Field(() => String, { description: 'What is the case, in one sentence.' })
  summary!: string

  @Field(() => GraphQLDateTime, { description: 'Since when.' })
  since!: Date
}
