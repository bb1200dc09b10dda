import type { Guard } from './guard.ts'

const known = 'src/platform/integrations/known-keys.ts'
const inKeys = ['src/platform/integrations/keys.test.ts']

/** Programs: what a key opens. */
export const keyGuards: readonly Guard[] = [
  { name: 'a key needs its secret', file: known, guard: 'if (!key || !right || ', without: 'if (!key || (!right && !key.id) || ', tests: inKeys },
  { name: 'a key is for the addresses of its list', file: known, guard: 'if (!allows(key.addresses, address))', without: 'if (!allows([], address))', tests: inKeys },
]
