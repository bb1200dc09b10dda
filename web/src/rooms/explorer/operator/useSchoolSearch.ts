import type { MaybeRefOrGetter } from 'vue'
import type { NamedSchool } from '../../../apollo/problem.ts'
import { computed } from 'vue'
import { ExplorerSchoolDocument, ExplorerSchoolsDocument } from '../../../apollo/generated/graphql.ts'
import { useApollo } from '../../../apollo/useApollo.ts'
import { useQuery } from '../../../apollo/useQuery.ts'
import { useTyped } from '../../../ui/useTyped.ts'

/** Schools by name or address, found by the server while someone types. */
export function useSchoolSearch(enabled: MaybeRefOrGetter<boolean>) {
  const { search, asked } = useTyped()
  const { data, loading, problem } = useQuery(ExplorerSchoolsDocument, () => ({ search: asked.value || undefined }), { enabled })
  const schools = computed<NamedSchool[]>(() => data.value?.tenants.nodes ?? [])
  return { search, schools, loading, problem }
}

/** The school of an id in a link, or nothing. Its name is the platform's to tell and needs no reason. */
export function useSchoolOfLink() {
  const { client } = useApollo()
  return async (id: string): Promise<NamedSchool | undefined> => {
    const { data } = await client.query({ query: ExplorerSchoolDocument, context: { headers: { 'x-tenant-id': id } }, fetchPolicy: 'no-cache' }).catch(() => ({ data: undefined }))
    return data?.tenant
  }
}
