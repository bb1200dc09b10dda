import { computed } from 'vue'
import { useSession } from './session.ts'

/** Whether whoever looks may change the roster. The server decides; what it would refuse is not offered. */
export function useMayWrite() {
  const { viewer } = useSession()
  return computed(() => ['ADMIN', 'OFFICE'].includes(viewer.value?.role ?? ''))
}
