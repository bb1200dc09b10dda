import type { Ref } from 'vue'
import type { InvitationQuery } from '../../apollo/generated/graphql.ts'
import type { Problem } from '../../apollo/problem.ts'
import { ref, shallowRef, watch } from 'vue'
import { asVisitor } from '../../apollo/client.ts'
import { InvitationDocument } from '../../apollo/generated/graphql.ts'
import { readProblem } from '../../apollo/problem.ts'
import { useApollo } from '../../apollo/useApollo.ts'

/** What a link invites to. Neither the link's secret nor the answer is kept in the cache. */
export function usePreview(token: Readonly<Ref<string | undefined>>) {
  const { client } = useApollo()
  const invitation = shallowRef<InvitationQuery['invitation']>()
  const problem = shallowRef<Problem>()
  const asking = ref(false)

  async function ask() {
    const asked = token.value
    if (!asked)
      return
    asking.value = true
    problem.value = undefined
    try {
      const { data } = await client.query({ query: InvitationDocument, variables: { token: asked }, context: asVisitor, fetchPolicy: 'no-cache' })
      if (token.value === asked)
        invitation.value = data?.invitation
    }
    catch (error) {
      if (token.value === asked)
        problem.value = readProblem(error)
    }
    finally {
      asking.value = false
    }
  }
  watch(token, () => void ask(), { immediate: true })
  return { invitation, problem, asking, ask }
}
