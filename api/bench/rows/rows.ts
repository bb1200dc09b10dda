import type { Bench } from '../bench.ts'
import type { Line } from '../harness/report.ts'
import { answer } from './answer.ts'
import { ready } from './ready.ts'

/** Every row by the name that `npm run bench -- <name>` knows, in the order of the table. */
export const rows: Readonly<Record<string, (bench: Bench) => Promise<Line[]>>> = { answer, ready }
