import type { Log } from '../shared/log.ts'
import type { Topic } from './topics.ts'
import pg from 'pg'

/** The statement that tells everybody at commit; send it in the transaction that makes the change. */
export function publish<Payload>(topic: Topic<Payload>, payload: Payload): { text: string, values: string[] } {
  return { text: 'select pg_notify($1, $2)', values: [topic.channel, JSON.stringify(topic.schema.parse(payload))] }
}

export interface Bus {
  /** Calls `hear` for each event from any process; answers how to stop. */
  listen: <Payload>(topic: Topic<Payload>, hear: (payload: Payload) => void) => () => void
  /** Called when a lost connection is back: whatever was said meanwhile was missed, so read again. */
  onReconnect: (reread: () => void) => () => void
  readonly connected: () => boolean
  close: () => Promise<void>
}

const firstPause = 100
const longestPause = 2_000

/** LISTEN on a dedicated, direct connection that comes back by itself. Resolves when first connected. */
export async function openBus(options: { url: string, topics: readonly Topic<unknown>[], log: Log }): Promise<Bus> {
  const { url, topics, log } = options
  const hearers = new Map<string, Set<(payload: unknown) => void>>(topics.map(topic => [topic.channel, new Set()]))
  const rereaders = new Set<() => void>()
  let client: pg.Client | undefined
  let reconnect: NodeJS.Timeout | undefined
  let closed = false

  const deliver = (message: pg.Notification) => {
    const topic = topics.find(({ channel }) => channel === message.channel)
    if (!topic)
      return
    const payload = topic.schema.safeParse(parseJson(message.payload))
    if (!payload.success)
      return log.warn({ channel: message.channel }, 'an event of an unknown shape was dropped')
    for (const hear of hearers.get(topic.channel) ?? [])
      hear(payload.data)
  }

  async function connect(): Promise<void> {
    const next = new pg.Client({ connectionString: url, application_name: 'homeroom events', keepAlive: true, keepAliveInitialDelayMillis: 10_000, connectionTimeoutMillis: 5_000 })
    next.on('notification', deliver)
    next.once('error', () => lose(next))
    next.once('end', () => lose(next))
    try {
      await next.connect()
      for (const { channel } of topics)
        await next.query(`listen ${next.escapeIdentifier(channel)}`)
    }
    catch (error) {
      next.removeAllListeners('end')
      await next.end().catch(() => {})
      throw error
    }
    client = next
  }

  function lose(lost: pg.Client): void {
    lost.on('error', () => {}) // a broken socket may report more than once
    if (lost !== client || closed)
      return
    client = undefined
    log.warn('event listener lost its connection')
    retry(firstPause)
  }

  function retry(pause: number): void {
    reconnect = setTimeout(() => {
      connect().then(() => {
        if (closed)
          return void client?.end()
        log.info('event listener is back')
        for (const reread of rereaders)
          reread()
      }, () => {
        if (!closed)
          retry(Math.min(pause * 2, longestPause))
      })
    }, pause)
  }

  await connect()
  return {
    listen(topic, hear) {
      const set = hearers.get(topic.channel)
      if (!set)
        throw new Error(`Nobody listens on ${topic.channel}: name the topic when the bus is opened.`)
      const entry = (payload: unknown) => hear(payload as Parameters<typeof hear>[0])
      set.add(entry)
      return () => void set.delete(entry)
    },
    onReconnect(reread) {
      rereaders.add(reread)
      return () => void rereaders.delete(reread)
    },
    connected: () => client !== undefined,
    async close() {
      closed = true
      clearTimeout(reconnect)
      await client?.end().catch(() => {})
    },
  }
}

function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  }
  catch {
    return undefined
  }
}
