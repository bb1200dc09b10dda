import type { Bus } from '../../events/bus.ts'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLog } from '../../shared/log.ts'
import { TenantsFeed } from './tenants-feed.ts'

/** Ten minutes pass in a moment: the feed hears of changes from here, and reads what it is given. */
let changed: (event: { tenantId: string }) => void
let feed: TenantsFeed
beforeEach(() => {
  vi.useFakeTimers()
  const listen = (_: unknown, hear: unknown) => {
    changed = hear as typeof changed
    return () => {}
  }
  feed = new TenantsFeed({ listen, onReconnect: () => () => {}, connected: () => true, close: async () => {} } as Bus, async ids => ids.map(id => ({ id })) as never, createLog('silent'))
})
afterEach(() => {
  feed.close()
  vi.useRealTimers()
})

/** Changes, four a second, while somebody has asked for a first message and for no other. */
async function reportedTo(reader: ReturnType<TenantsFeed['watch']>, changes: number, schools: number) {
  const first = reader.next()
  await vi.advanceTimersByTimeAsync(0)
  for (let told = 0; told < changes; told++) {
    changed({ tenantId: `school-${told % schools}` })
    await vi.advanceTimersByTimeAsync(250)
  }
  return (await first).value
}

test('a watcher that reads nothing for ten minutes costs one message, ends nothing and misses nothing', async () => {
  const slow = feed.watch()
  expect(await reportedTo(slow, 2_400, 3)).toMatchObject({ tenants: [{ id: 'school-0' }] })
  const { value } = await slow.next()
  expect([value.reload, value.tenants.map(({ id }: { id: string }) => id).sort()]).toEqual([false, ['school-0', 'school-1', 'school-2']])
  await slow.return()
})

test('of more tenants than a page holds it is told to read again', async () => {
  const slow = feed.watch()
  await reportedTo(slow, 150, 150)
  expect((await slow.next()).value).toEqual({ tenants: [], goneIds: [], reload: true })
  await slow.return()
})
