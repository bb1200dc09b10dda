import type { MaybeRefOrGetter } from 'vue'
import { computed, toValue } from 'vue'
import { CoursesToChooseDocument } from '../../apollo/generated/graphql.ts'
import { useQuery } from '../../apollo/useQuery.ts'
import { useTyped } from '../../ui/useTyped.ts'

interface Chosen { id: string, title: string }

/** Courses for a combobox, found by the server while someone types. `chosen` is among them whatever was typed. */
export function useCourseSearch(enabled: MaybeRefOrGetter<boolean>, chosen: MaybeRefOrGetter<Chosen | undefined> = undefined) {
  const { search, asked } = useTyped()
  const { data, loading } = useQuery(CoursesToChooseDocument, () => ({ first: 20, filter: { search: asked.value || undefined } }), { enabled })
  const items = computed(() => {
    const found = (data.value?.courses.nodes ?? []).map(course => ({ value: course.id, label: course.title, description: course.courseCode ?? undefined }))
    const now = toValue(chosen)
    return now && !found.some(({ value }) => value === now.id) ? [{ value: now.id, label: now.title, description: undefined }, ...found] : found
  })
  return { search, items, loading }
}
