import type { Config } from '../../src/config.ts'
import type { LoginUrls } from '../../src/database/logins.ts'
import { startApi } from '../../src/compose.ts'
import { createLog } from '../../src/shared/log.ts'
import { graphqlClient } from '../../test/harness/client.ts'
import { sentDuring } from '../../test/harness/statements.ts'

export interface Counted { readonly query: string, readonly variables: Record<string, unknown> }

/** How many statements each question sends to the database when it comes again, by an API in this process, which can be listened to. */
export async function countStatements<Name extends string>(config: Config, urls: LoginUrls, accessToken: string, questions: Readonly<Record<Name, Counted>>): Promise<Record<Name, number>> {
  const api = await startApi(config, urls, createLog('silent'))
  try {
    const client = graphqlClient(api.url, accessToken)
    const counted: Partial<Record<Name, number>> = {}
    for (const [name, question] of Object.entries<Counted>(questions)) {
      await client.ask(question.query, question.variables)
      const sent = await sentDuring(async () => {
        await client.ask(question.query, question.variables)
        // The end of a reader's transaction may come behind the answer.
        await new Promise(resolve => setTimeout(resolve, 50))
      })
      counted[name as Name] = sent.length
    }
    return counted as Record<Name, number>
  }
  finally {
    await api.stop()
  }
}
