import type { WebSocket } from 'ws'
import type { Known, Standing } from '../access/principal.ts'
import type { Bus } from '../events/bus.ts'
import type { Log } from '../shared/log.ts'
import { isDeepStrictEqual } from 'node:util'
import { CloseCode } from 'graphql-ws'
import { concerns, credentialOf, idOf } from '../access/principal.ts'
import { accessChanged } from '../events/topics.ts'

/** Sockets open at a time: of an address that have not signed in, and of an account, in front of a few windows, or a key. A whole school may sit behind one address. */
const caps = { address: 200, holder: 20 }

/** How often everybody's standing is asked for without being told: what is left where an event was lost. */
const backstopMs = 5_000

/** A peer that has not answered one ping is gone at the next. */
const pingEveryMs = 12_000

/** What a peer may leave unread before it is cut off. */
const mostUnread = 1024 * 1024

/** Messages and pings a peer may send between two backstops; a busy client sends a few dozen. */
const mostHeard = 1_000

/** How long a peer may take to answer that its socket is closed. */
export const goodbyeMs = 2_000

/** Node's timers end here; what ends later is found by the backstop. */
const longestTimerMs = 2 ** 31 - 1

/** Every open socket of this process: how many there are of an address, an account or a key, and whether those signed in may still be here. */
export class LiveSockets {
  /** With how many messages each has sent since the last backstop. */
  readonly #open = new Map<WebSocket, number>()
  readonly #pinged = new Set<WebSocket>()
  readonly #signedIn = new Map<WebSocket, Known>()
  /** Sockets that have not signed in. */
  readonly #unknown = new Map<WebSocket, string>()
  readonly #ofAddress = new Tally()
  readonly #ofHolder = new Tally()
  readonly #stale = new Set<WebSocket>()
  readonly #stops: (() => void)[]
  #asking = false
  #news = 0

  constructor(private readonly parts: {
    readonly bus: Bus
    readonly standings: (asked: readonly Known[]) => Promise<ReadonlyMap<string, Standing>>
    /** Whether the caps hold. */
    readonly capped: boolean
    readonly log: Log
  }) {
    const timers = [setInterval(() => this.#lookAround(), backstopMs), setInterval(() => this.#pingAll(), pingEveryMs)]
    timers.forEach(timer => timer.unref())
    this.#stops = [
      parts.bus.listen(accessChanged, (news) => {
        this.#news += 1
        this.#ask([...this.#signedIn].filter(([, who]) => concerns(news, who)).map(([socket]) => socket))
      }),
      parts.bus.onReconnect(() => {
        this.#news += 1
        this.#ask(this.#signedIn.keys())
      }),
      () => timers.forEach(clearInterval),
    ]
  }

  get size(): number { return this.#open.size }

  /** Grows with every change of anybody's access. Note it before asking who somebody is, and give it to `signIn`. */
  get news(): number { return this.#news }

  /** Whether an address has as many sockets as it may of those that have not signed in. */
  full(address: string): boolean {
    return this.parts.capped && this.#ofAddress.of(address) >= caps.address
  }

  add(socket: WebSocket, address: string): void {
    this.#open.set(socket, 0)
    this.#unknown.set(socket, address)
    this.#ofAddress.add(address)
    socket.on('message', () => this.#hear(socket)).on('ping', () => this.#hear(socket))
    socket.on('pong', () => this.#pinged.delete(socket))
    socket.once('close', () => {
      this.#open.delete(socket)
      this.#pinged.delete(socket)
      this.#forgetAddress(socket)
    })
  }

  /** Keeps a socket for as long as its token lasts and its holder may be here. False where its account or key has as many as it may. */
  signIn(socket: WebSocket, who: Known, news: number): boolean {
    if (socket.readyState !== socket.OPEN)
      return true // gone while it was being asked who it is
    if (this.parts.capped && this.#ofHolder.of(idOf(who)) >= caps.holder)
      return false
    this.#signedIn.set(socket, who)
    this.#forgetAddress(socket)
    this.#ofHolder.add(idOf(who))
    const left = (who.expiresAt?.getTime() ?? Infinity) - Date.now()
    const expiry = left <= longestTimerMs ? setTimeout(() => this.dismiss(socket, 'The token has expired'), left) : undefined
    expiry?.unref()
    socket.once('close', () => {
      clearTimeout(expiry)
      this.#signedIn.delete(socket)
      this.#ofHolder.remove(idOf(who))
    })
    // Something has changed since we asked who this is, and it was not here to be asked again.
    if (news !== this.#news)
      this.#ask([socket])
    return true
  }

  /** Closes a socket with 4403, after which clients come back with a fresh token, if they have one. */
  dismiss(socket: WebSocket, reason: string): void {
    socket.close(CloseCode.Forbidden, reason)
    const impatient = setTimeout(() => socket.terminate(), goodbyeMs)
    impatient.unref()
    socket.once('close', () => clearTimeout(impatient))
  }

  /** Cuts off a peer that does not read what it is sent. */
  refuseUnread(socket: WebSocket): void {
    if (socket.bufferedAmount > mostUnread)
      socket.terminate()
  }

  /** Whatever makes us answer: a peer that floods, or asks and does not read, is noticed at its next question. */
  #hear(socket: WebSocket): void {
    const heard = (this.#open.get(socket) ?? 0) + 1
    this.#open.set(socket, heard)
    if (heard > mostHeard)
      socket.terminate()
    this.refuseUnread(socket)
  }

  stop(): void {
    for (const stop of this.#stops)
      stop()
  }

  /** Who has signed in counts as that account or key: a page of everybody in an office keeps a socket. */
  #forgetAddress(socket: WebSocket): void {
    const address = this.#unknown.get(socket)
    if (address !== undefined && this.#unknown.delete(socket))
      this.#ofAddress.remove(address)
  }

  #lookAround(): void {
    for (const socket of this.#open.keys()) {
      this.#open.set(socket, 0)
      this.refuseUnread(socket)
    }
    this.#ask(this.#signedIn.keys())
  }

  #pingAll(): void {
    for (const socket of this.#open.keys()) {
      if (this.#pinged.has(socket))
        socket.terminate()
      else if (socket.readyState === socket.OPEN)
        socket.ping()
      this.#pinged.add(socket)
    }
  }

  #ask(sockets: Iterable<WebSocket>): void {
    for (const socket of sockets)
      this.#stale.add(socket)
    // One question at a time: who is to be asked meanwhile goes into the next one.
    if (!this.#asking)
      void this.#askStale()
  }

  async #askStale(): Promise<void> {
    this.#asking = true
    try {
      while (this.#stale.size > 0) {
        const asked = [...this.#stale]
        this.#stale.clear()
        await this.#askAll(asked.flatMap((socket) => {
          const who = this.#signedIn.get(socket)
          return who ? [{ socket, who }] : []
        }))
      }
    }
    catch (error) {
      this.parts.log.warn({ err: error }, 'open sockets could not be checked; trying again with the next event or backstop')
    }
    finally {
      this.#asking = false
    }
  }

  async #askAll(asked: readonly { socket: WebSocket, who: Known }[]): Promise<void> {
    if (asked.length === 0)
      return
    const standings = await this.parts.standings([...new Map(asked.map(({ who }) => [credentialOf(who), who])).values()])
    for (const { socket, who } of asked) {
      const now = standings.get(credentialOf(who))
      // A token's end is its own, a key's may have changed.
      if (!now || !isDeepStrictEqual({ expiresAt: who.expiresAt, ...now }, who))
        this.dismiss(socket, 'Access has changed')
    }
  }
}

/** How many of each there are. */
class Tally {
  readonly #counts = new Map<string, number>()
  of(name: string): number { return this.#counts.get(name) ?? 0 }
  add(name: string): void { this.#counts.set(name, this.of(name) + 1) }
  remove(name: string): void {
    const left = this.of(name) - 1
    if (left > 0)
      this.#counts.set(name, left)
    else
      this.#counts.delete(name)
  }
}
