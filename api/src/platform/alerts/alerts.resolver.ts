import type { AlertsService, FiringAlert } from './alerts.service.ts'
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
}
