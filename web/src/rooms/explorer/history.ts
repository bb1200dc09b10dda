import { personalStorage } from '../../shared/personal-storage.ts'

// Of the editor's keys these hold operations, each with the headers it was sent with.
const lists = ['queries', 'favorites']

/** Operations stay in this browser for whoever wrote them, those of each school apart; headers, which may hold secrets, are never stored. */
export function explorerStorage(accountId: string, schoolId?: string) {
  // Below the account's own part, so that it goes with it.
  return personalStorage(schoolId ? `${accountId}.${schoolId}` : accountId, (key, value) => {
    const name = key.replace(/^graphiql:/, '')
    if (name === 'headers')
      return undefined
    if (!lists.includes(name))
      return value
    const operations = (JSON.parse(value) as Record<string, Record<string, unknown>[]>)[name] ?? []
    return JSON.stringify({ [name]: operations.map(({ headers, ...operation }) => operation) })
  })
}
