import type { MaybeRefOrGetter } from 'vue'
import type { RosterRole } from '../../apollo/generated/graphql.ts'
import { computed, toValue } from 'vue'
import { PeopleDocument } from '../../apollo/generated/graphql.ts'
import { useQuery } from '../../apollo/useQuery.ts'
import { useTyped } from '../../ui/useTyped.ts'
import { listName } from './names.ts'

/** People of one role for a combobox, found by the server while someone types. */
export function usePeopleSearch(role: RosterRole, enabled: MaybeRefOrGetter<boolean>, without: MaybeRefOrGetter<ReadonlySet<string>> = new Set()) {
  const { search, asked } = useTyped()
  const { data, loading } = useQuery(PeopleDocument, () => ({
    first: 20,
    filter: { role, search: asked.value || undefined },
    orderBy: { field: 'FAMILY_NAME' as const, direction: 'ASC' as const },
  }), { enabled })

  const items = computed(() => (data.value?.users.nodes ?? [])
    .filter(person => !toValue(without).has(person.id))
    .map(person => ({ value: person.id, label: listName(person), description: person.identifier ?? person.email ?? undefined })))
  return { search, items, loading }
}
