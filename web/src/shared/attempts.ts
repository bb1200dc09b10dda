function randomKey() {
  // randomUUID is missing where the page came over plain http from another machine.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('')
}

/** One key per attempt: the same input sent again, after a lost answer, is the same attempt. */
export function createAttempts<Input extends { idempotencyKey?: string | null | undefined }>(newKey = randomKey) {
  let last: { input: string, key: string } | undefined
  return (input: Omit<Input, 'idempotencyKey'>) => {
    const told = JSON.stringify(input)
    if (last?.input !== told)
      last = { input: told, key: newKey() }
    return { ...input, idempotencyKey: last.key }
  }
}
