import type { ApolloClient } from '@apollo/client'
import type { Tokens } from '../../../apollo/tokens.ts'
import type { Kind } from '../fetcher.ts'
import { ExploreWithApiKeyDocument } from '../../../apollo/generated/graphql.ts'
import { readProblem } from '../../../apollo/problem.ts'
import { createTokens } from '../../../apollo/tokens.ts'

/** What the server says where a key, or who asks as one, is no more. */
const over = ['NOT_FOUND', 'KEY_ENDED', 'UNAUTHENTICATED', 'FORBIDDEN', 'TENANT_SUSPENDED']

/** Tokens to ask as a key, held in memory only. None is asked for before something is: each goes on the school's record. */
export function tokensOfKey(client: ApolloClient, id: string, writing: boolean): Tokens {
  const tokens = createTokens(async () => {
    try {
      const { data } = await client.mutate({ mutation: ExploreWithApiKeyDocument, variables: { id, writing }, fetchPolicy: 'no-cache' })
      return data && { accessToken: data.exploreWithApiKey.token, expiresAt: data.exploreWithApiKey.expiresAt }
    }
    catch (error) {
      if (over.includes(readProblem(error).code))
        return undefined
      throw error
    }
  })
  return { ...tokens, fresh: async () => await tokens.fresh() ?? await tokens.renew() }
}

const ours = new Set(['authorization', 'x-tenant-id'])

/** What an operation carries, which is nothing more than the editor's headers, or why it is not sent. */
export function admission(writing: () => boolean, words: { readingOnly: string, setInBar: (names: string) => string }) {
  return (kind: Kind | undefined, headers: Readonly<Record<string, unknown>>): Record<string, string> | string => {
    const taken = Object.keys(headers).filter(name => ours.has(name.trim().toLowerCase()))
    if (taken.length > 0)
      return words.setInBar(taken.join(', '))
    return kind === 'mutation' && !writing() ? words.readingOnly : {}
  }
}
