import type { Guard } from './guard.ts'

const rollOut = ['src/platform/fleet/roll-out.test.ts']
const drift = ['src/platform/fleet/drift.test.ts']
const drive = 'src/platform/fleet/drive.ts'
const school = 'src/platform/fleet/migrate-school.ts'
const aside = 'src/platform/fleet/set-aside.ts'
const tenancy = 'src/platform/tenancy/served-versions.ts'

/** A roll-out of migrations: what it may break, whom it waits for, and who is served meanwhile. */
export const rollOutGuards: readonly Guard[] = [
  { name: 'roll-outs: canaries go before all others', file: drive, guard: 'if (canaries.length > 0) {', without: 'if (canaries.length < 0) {', tests: rollOut },
  { name: 'roll-outs: a canary that fails stops everything', file: aside, guard: 'and ($2 = \'CANARY_FAILED\' or ', without: 'and (', tests: rollOut },
  { name: 'roll-outs: no more failures than allowed', file: aside, guard: ' > failure_budget)', without: ' > failure_budget + 100)', tests: rollOut },
  { name: 'roll-outs: nobody waits long behind a migration that waits', file: school, guard: 'const patience = \'1s\'', without: 'const patience = \'9s\'', tests: rollOut },
  { name: 'roll-outs: a school that is busy is tried again', file: drive, guard: 'isPassing(error) && task.failures < mostTries', without: 'isPassing(error) && task.failures < mostTries - 9', tests: rollOut },
  { name: 'roll-outs: a school on which every connection ends is not tried for ever', file: drive, guard: 'if (task.failures >= mostTries) {', without: 'if (task.failures >= mostTries * 1_000) {', tests: rollOut },
  { name: 'roll-outs: one at a time is at work on a school', file: school, guard: 'case when not pg_try_advisory_xact_lock($1::bigint)', without: 'case when pg_try_advisory_xact_lock($1::bigint) and false', tests: rollOut },
  { name: 'roll-outs: who is at work on a school is not waited for', file: drive, guard: 'if (outcome === \'BUSY\')\n            work.passOver(task)\n', without: 'if (outcome === \'BUSY\') {\n            await pause(task.attempts, parts.signal)\n            continue\n          }\n', tests: rollOut },
  { name: 'roll-outs: a school that nobody uses proves little', file: 'src/platform/fleet/rollout-record.ts', guard: 'order by t.lifecycle in (\'ARCHIVED\', \'DELETING\'), ', without: 'order by ', tests: rollOut },
  { name: 'roll-outs: paused, no other school is begun', file: school, guard: 'when not $4::boolean and', without: 'when not $4::boolean and false and', tests: rollOut },
  { name: 'roll-outs: paused, the school under way is finished', file: school, guard: 'when not $4::boolean and', without: 'when $4::boolean is not null and', tests: rollOut },
  { name: 'roll-outs: resumed after a stop, what failed is tried again', file: 'src/platform/fleet/rollout-record.ts', guard: '    if (resumed)\n', without: '    if (!resumed?.id && resumed)\n', tests: rollOut },
  { name: 'roll-outs: a school set aside for this version is left alone by a start', file: 'src/platform/fleet/rollout-record.ts', guard: '($2 or set_aside_version is distinct from $1)', without: '($2 or set_aside_version is distinct from $1 or true)', tests: rollOut },
  { name: 'roll-outs: a school too old for this code is not entered', file: tenancy, guard: 'schemaVersion >= oldest && ', without: 'schemaVersion >= Math.min(oldest, 0) && ', tests: rollOut },
  { name: 'roll-outs: nor one that this code is too old for', file: tenancy, guard: '(schemaServesFrom ?? schemaVersion) <= newest)', without: '(schemaServesFrom ?? schemaVersion) <= newest + 99)', tests: rollOut },
  { name: 'roll-outs: a shape of another server is not compared with', file: 'src/platform/fleet/shape.ts', guard: 'known.get(version) !== sources.get(version)', without: '!known.has(version) && sources.has(version)', tests: drift },
]
