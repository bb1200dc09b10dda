import { vi } from 'vitest'

/** Starts something whose looks by the clock never come: what it does from then on, it does because it was told. */
export async function withoutLooks<T>(start: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'], shouldClearNativeTimers: true })
  try {
    return await start()
  }
  finally {
    vi.useRealTimers()
  }
}
