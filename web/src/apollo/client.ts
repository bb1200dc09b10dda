import type { Problem } from './problem.ts'
import type { Socket } from './socket.ts'
import type { Tokens } from './tokens.ts'
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client'
import { SetContextLink } from '@apollo/client/link/context'
import { ErrorLink } from '@apollo/client/link/error'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { from, switchMap, throwError } from 'rxjs'
import { readProblem } from './problem.ts'

/** For operations that carry no token: signing up, signing in, renewing. */
export const asVisitor = { asVisitor: true } as const

export interface Hooks {
  /** The session is over and cannot be renewed. */
  signedOut: () => void
  /** The door is closed for now; the words say in which state the tenant is. */
  notReady: (problem: Problem) => void
  /** The operator has closed the school for now; the problem may say why. */
  suspended: (problem: Problem) => void
  /** Nothing goes on until this account has a second factor. */
  secondFactorNeeded: () => void
}

export function createApollo(uri: string, tokens: Tokens, socket: Socket, hooks: Hooks) {
  const authorise = new SetContextLink(async (context) => {
    if (context.asVisitor)
      return {}
    const token = await tokens.fresh()
    return token ? { headers: { ...context.headers, authorization: `Bearer ${token}` } } : {}
  })

  const recover = new ErrorLink(({ error, operation, forward }) => {
    const problem = readProblem(error)
    const { asVisitor, renewed } = operation.getContext()
    if (asVisitor)
      return
    if (problem.code === 'TENANT_NOT_READY')
      hooks.notReady(problem)
    if (problem.code === 'TENANT_SUSPENDED')
      hooks.suspended(problem)
    if (problem.code === 'SECOND_FACTOR_REQUIRED')
      hooks.secondFactorNeeded()
    if (problem.code !== 'UNAUTHENTICATED' || renewed)
      return
    operation.setContext({ renewed: true })
    return from(tokens.renew()).pipe(switchMap((token) => {
      if (token)
        return forward(operation)
      hooks.signedOut()
      return throwError(() => error)
    }))
  })

  return new ApolloClient({
    cache: new InMemoryCache({
      typePolicies: {
        // Changed as a whole, and without ids of their own.
        Dashboard: { merge: true },
        TenantOperations: { merge: true },
        Query: { fields: { dashboard: { merge: true } } },
      },
    }),
    link: ApolloLink.split(
      ({ operationType }) => operationType === 'subscription',
      new GraphQLWsLink(socket.client),
      ApolloLink.from([recover, authorise, new HttpLink({ uri, credentials: 'same-origin' })]),
    ),
  })
}
