import type { LoginUrls } from '../../src/database/logins.ts'

/** The three logins of a test database. All test databases share them: roles belong to the server. */
export function loginUrls(databaseUrl: string): Required<LoginUrls> {
  const as = (name: string) => {
    const url = new URL(databaseUrl)
    url.username = `homeroom_test_${name}`
    url.password = 'test'
    return url.href
  }
  return { owner: as('owner'), request: as('request'), listener: as('listener') }
}
