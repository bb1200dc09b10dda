import { Migration0001Platform } from './0001-platform.ts'

/** The history of the control plane's tables, oldest first. It and the schools' history never meet. */
export const platformMigrations = [
  { name: '0001-platform', class: Migration0001Platform },
]
