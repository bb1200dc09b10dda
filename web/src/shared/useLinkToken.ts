import { ref, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import { tokenOf } from './link-token.ts'

/**
 * The secret of the mail's link that led here. It is read once and taken out of the address, and so out of the history
 * and of what is copied from there. Another link opened on the same page takes its place.
 */
export function useLinkToken() {
  const route = useRoute()
  const router = useRouter()
  const token = ref<string>()
  watch(() => route.hash, (hash) => {
    const found = tokenOf(hash)
    if (found)
      token.value = found
    if (hash)
      void router.replace({ query: route.query, hash: '' })
  }, { immediate: true })
  return token
}
