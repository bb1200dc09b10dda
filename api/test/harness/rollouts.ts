import type { FleetSchool } from './fleet.ts'
import type { TestHomeroom } from './homeroom.ts'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'
import { access, openSuperadmin } from './superadmin.ts'

export interface Rollout {
  id: string
  targetVersion: number
  state: string
  stoppedReason: string | null
  total: number
  done: number
  failed: number
  remaining: number
  canariesLeft: number
  requestedBy: string | null
  failures: { tenant: { slug: string }, canary: boolean, code: string, cause: string, attempts: number }[]
}

export interface Fleet {
  supportedVersion: number
  oldestServed: number
  versions: { version: number, tenants: number }[]
  behind: number
  setAsideCount: number
  plan: { canaries: number, parallel: number, failureBudget: number }
  setAside: { tenant: { slug: string }, version: number, code: string, cause: string }[]
  rollout: Rollout | null
}

const rollout = 'id targetVersion state stoppedReason total done failed remaining canariesLeft requestedBy failures { tenant { slug } canary code cause attempts }'

/** An operator who looks after roll-outs, through the API. */
export async function openOperator(homeroom: TestHomeroom) {
  const { client, accessToken } = await openSuperadmin(homeroom)
  return {
    client,
    fleet: async () => (await client.ask<{ fleet: Fleet }>(`{ fleet { supportedVersion oldestServed versions { version tenants } behind setAsideCount plan { canaries parallel failureBudget } setAside { tenant { slug } version code cause } rollout { ${rollout} } } }`)).fleet,
    rollout: (id: string) => client.send<{ rollout: Rollout }>(`query ($id: ID!) { rollout(id: $id) { ${rollout} } }`, { id }),
    start: (input: object | null = null) => client.send<{ startRollout: Rollout }>(`mutation ($input: StartRolloutInput) { startRollout(input: $input) { ${rollout} } }`, { input }),
    order: (what: 'pauseRollout' | 'resumeRollout', id: string) => client.send(`mutation ($id: ID!) { ${what}(id: $id) { state } }`, { id }),
    /** What becomes of somebody who enters: the code of the refusal, or "served". */
    enter: async ({ tenantId }: FleetSchool) => (await client.send('{ classes { totalCount } }', {}, access(tenantId))).errors?.[0]?.extensions.code ?? 'served',
    /** Resolves with the first roll-out like this that is pushed. */
    async rolloutIs(like: (rollout: Rollout) => boolean): Promise<Rollout> {
      const socket = createClient({ url: `${client.url.replace(/^http/, 'ws')}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0, connectionParams: { authorization: `Bearer ${accessToken}` } })
      try {
        for await (const { data, errors } of socket.iterate<{ rolloutChanged: Rollout | null }>({ query: `subscription { rolloutChanged { ${rollout} } }` })) {
          if (errors || !data)
            throw new Error(JSON.stringify(errors))
          if (data.rolloutChanged && like(data.rolloutChanged))
            return data.rolloutChanged
        }
        throw new Error('The subscription ended.')
      }
      finally {
        await socket.dispose()
      }
    },
  }
}

export type Operator = Awaited<ReturnType<typeof openOperator>>
