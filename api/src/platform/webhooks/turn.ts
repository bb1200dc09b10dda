import type { Ask } from '../../database/owner-pool.ts'
import type { webhookOutcomes } from '../../shared/metrics.ts'
import type { Seal } from '../../shared/seal.ts'
import type { Post } from './post.ts'
import type { RetryPlan } from './retries.ts'

export interface Due { readonly id: string, readonly event: string, readonly body: string, readonly tries: number }

/** An endpoint that may be sent to now, with what is due. */
export interface Turn {
  readonly url: string
  /** Nothing of a test school is sent. */
  readonly test: boolean
  readonly silences: number
  readonly secrets: readonly { readonly id: string, readonly sealed: string }[]
  readonly due: readonly Due[]
}

export interface WaveParts {
  readonly ask: Ask
  readonly post: Post
  readonly seal: Seal
  readonly plan: RetryPlan
  readonly counted: (outcome: typeof webhookOutcomes[number]) => void
}

/** What a wave says of its endpoint. */
export interface WaveEnd {
  /** Whether more may be sent at once. */
  readonly goOn: boolean
  readonly gone: boolean
  readonly failingSince: Date | null
}
