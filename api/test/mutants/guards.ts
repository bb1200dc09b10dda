import type { Guard } from './guard.ts'
import { accountGuards } from './guards-of-accounts.ts'
import { copyGuards } from './guards-of-copies.ts'
import { exportGuards } from './guards-of-exports.ts'
import { signalGuards } from './guards-of-signals.ts'
import { compilerGuards } from './guards-of-the-compiler.ts'
import { consoleGuards } from './guards-of-the-console.ts'
import { databaseGuards } from './guards-of-the-database.ts'
import { edgeGuards } from './guards-of-the-edge.ts'
import { fleetGuards } from './guards-of-the-fleet.ts'
import { keyGuards } from './guards-of-the-keys.ts'
import { rollOutGuards } from './guards-of-the-roll-outs.ts'
import { webhookGuards } from './guards-of-webhooks.ts'

/** Every guard that `npm run mutants` takes out. */
export const guards: readonly Guard[] = [...edgeGuards, ...compilerGuards, ...databaseGuards, ...accountGuards, ...keyGuards, ...signalGuards, ...fleetGuards, ...rollOutGuards, ...exportGuards, ...copyGuards, ...consoleGuards, ...webhookGuards]
