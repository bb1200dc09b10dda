import type { Ref } from 'vue'
import type { SlugAvailabilityQuery } from '../apollo/generated/graphql.ts'
import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import { SlugAvailabilityDocument } from '../apollo/generated/graphql.ts'
import { useApollo } from '../apollo/useApollo.ts'
import { isSlug, suggestSlug } from './slug.ts'

export type SlugState = 'empty' | 'malformed' | 'asking' | 'free' | 'refused' | 'unknown'
const PAUSE = 350

/** The short name: suggested from the school's name until someone writes their own, and asked about after a pause. */
export function useSlug(name: Readonly<Ref<string>>) {
  const { client } = useApollo()
  const slug = ref('')
  const own = ref(false)
  const state = ref<SlugState>('empty')
  const refusal = shallowRef<SlugAvailabilityQuery['slugAvailability']>()
  let timer: ReturnType<typeof setTimeout> | undefined

  async function ask(asked: string) {
    try {
      const { data } = await client.query({ query: SlugAvailabilityDocument, variables: { slug: asked }, fetchPolicy: 'network-only' })
      if (slug.value !== asked || !data)
        return
      refusal.value = data.slugAvailability
      state.value = data.slugAvailability.available ? 'free' : 'refused'
    }
    catch {
      // Not knowing is no reason to stop anyone: creating the school decides.
      if (slug.value === asked)
        state.value = 'unknown'
    }
  }

  watch(slug, (next) => {
    clearTimeout(timer)
    refusal.value = undefined
    state.value = next === '' ? 'empty' : isSlug(next) ? 'asking' : 'malformed'
    if (state.value === 'asking')
      timer = setTimeout(() => void ask(next), PAUSE)
  })
  // A form may begin with a name.
  watch(name, (next) => {
    if (!own.value)
      slug.value = suggestSlug(next)
  }, { immediate: true })
  onScopeDispose(() => clearTimeout(timer))

  function write(next: string) {
    own.value = next !== ''
    slug.value = next.toLowerCase().replace(/[\s_]+/g, '-')
  }
  return { slug, state, refusal, write }
}
