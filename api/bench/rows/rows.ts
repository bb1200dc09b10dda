import type { Bench } from '../bench.ts'
import type { Line } from '../harness/report.ts'
import { answer } from './answer.ts'
import { door } from './door.ts'
import { firstLoad } from './first-load.ts'
import { fleet } from './fleet.ts'
import { keys } from './keys.ts'
import { overview } from './overview.ts'
import { push } from './push.ts'
import { rate } from './rate.ts'
import { reads } from './reads.ts'
import { ready } from './ready.ts'
import { tenants } from './tenants.ts'

/** Every row by the name that `npm run bench -- <name>` knows, in the order of the table. */
export const rows: Readonly<Record<string, (bench: Bench) => Promise<Line[]>>> = { answer, ready, rate, tenants, reads, keys, door, push, fleet, overview, 'first-load': firstLoad }
