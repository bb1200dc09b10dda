import type { Platform } from '../../database/platform-db.ts'
import type { AlertSeverity } from './conditions.ts'

/** An alert as it is kept. */
export interface FiringAlert {
  readonly name: string
  readonly severity: AlertSeverity
  readonly summary: string
  readonly since: Date
}

/** What the worker found. */
export class AlertsService {
  constructor(private readonly platform: Platform) {}

  /** Critical first, then the oldest first. */
  async firing(): Promise<FiringAlert[]> {
    const rows = await this.platform.query<Omit<FiringAlert, 'since'> & { since: string }>('select name, severity, summary, since from platform.alert order by severity, since, name')
    return rows.map(row => ({ ...row, since: new Date(row.since) }))
  }

  /** When a worker last looked. */
  async lookedAt(): Promise<Date | null> {
    const [look] = await this.platform.query<{ at: string }>('select at from platform.alert_look')
    return look ? new Date(look.at) : null
  }
}
