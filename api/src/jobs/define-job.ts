import type { z } from 'zod'

/** A kind of background work: a name, the shape of its data (ids only), and how often it may fail. */
export interface JobDefinition<Data extends object> {
  readonly name: string
  readonly schema: z.ZodType<Data>
  /** Tries in all, the first included. */
  readonly attempts: number
  /** Seconds before the second try, at the least; each further one waits about twice as long. */
  readonly retryDelay: number
  /** A try that takes longer, in seconds, is given to another worker. */
  readonly expireInSeconds: number
  /** With one key: at most one waits or runs (`exclusive`, unless told), or at most one waits (`short`). */
  readonly policy?: 'exclusive' | 'short'
  /** What to do when the last try has failed: the same data, another name. */
  readonly deadLetter?: JobDefinition<Data>
}

export function defineJob<Data extends object>(job: JobDefinition<Data>): JobDefinition<Data> {
  return job
}

/** Any job, where only its name and options matter. */
export type AnyJob = Omit<JobDefinition<object>, 'schema' | 'deadLetter'> & { readonly deadLetter?: { readonly name: string } }
