import { onScopeDispose } from 'vue'

/** Runs a little later, once for all calls until then: what many changes ask for is done for all of them together. */
export function soon(run: () => void, ms: number) {
  let timer: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(() => clearTimeout(timer))
  return () => {
    timer ??= setTimeout(() => {
      timer = undefined
      run()
    }, ms)
  }
}
