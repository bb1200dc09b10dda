import type { Homeroom } from './harness/homeroom.ts'

/** What a row gets: the Homeroom it measures, started when first asked for, and how much to measure. */
export interface Bench {
  homeroom: () => Promise<Homeroom>
  /** How many existing tenants the row "at N tenants" measures at. */
  readonly tenants: number
  /** The usual number of rounds, more or fewer by `--effort`. */
  rounds: (usual: number) => number
}
