import type { AlertsService, FiringAlert } from './alerts.service.ts'
import { GraphQLDateTime } from 'graphql-scalars'
import { Authorized, Query, Resolver } from 'type-graphql'
import { AlertType } from './alert.type.ts'

@Resolver()
export class AlertsResolver {
  constructor(private readonly service: AlertsService) {}

  @Authorized('platform')
  @Query(() => [AlertType], { description: 'What should not be so and is, critical first, then the oldest first; looked at every 30 s by a worker. While no worker runs, the last it saw.' })
  alerts(): Promise<FiringAlert[]> {
    return this.service.firing()
  }

  @Authorized('platform')
  @Query(() => GraphQLDateTime, { nullable: true, description: 'When a worker last looked for alerts; null before the first time. Long ago, no worker runs, and `alerts` says nothing of now.' })
  alertsLookedAt(): Promise<Date | null> {
    return this.service.lookedAt()
  }
}
