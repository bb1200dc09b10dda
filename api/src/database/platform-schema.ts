import { platformMigrations } from '../../migrations/platform/index.ts'

/** Whether every platform migration that this release knows has run; one that only a newer release knows does no harm. */
export async function platformIsCurrent(query: <Row>(text: string) => Promise<Row[]>): Promise<boolean> {
  const applied = new Set((await query<{ name: string }>('select name from platform.platform_migration')).map(({ name }) => name))
  return platformMigrations.every(({ name }) => applied.has(name))
}
