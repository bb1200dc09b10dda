import type { StrengthAnswer, StrengthQuestion } from './password-strength.worker.ts'
import { Worker } from 'node:worker_threads'

type Strength = Pick<StrengthAnswer, 'score' | 'warning'>

let judge: { ask: (password: string, words: string[]) => Promise<Strength> } | undefined

/** Guesses how soon a password would be guessed, in a thread of its own: some take the estimator 50 ms. */
export function passwordStrength(password: string, words: string[]): Promise<Strength> {
  judge ??= openJudge()
  return judge.ask(password, words)
}

function openJudge() {
  // Beside this file, in whichever form this one runs.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const worker = new Worker(new URL(`./password-strength.worker.${extension}`, import.meta.url), { execArgv: [] })
  worker.unref()
  const waiting = new Map<number, PromiseWithResolvers<Strength>>()
  let last = 0
  worker.on('message', ({ id, ...strength }: StrengthAnswer) => {
    waiting.get(id)?.resolve(strength)
    waiting.delete(id)
    if (waiting.size === 0)
      worker.unref()
  })
  worker.on('error', (error) => {
    judge = undefined // the next question opens another
    for (const { reject } of waiting.values())
      reject(error)
  })
  return {
    ask(password: string, words: string[]) {
      const answer = Promise.withResolvers<Strength>()
      waiting.set(last += 1, answer)
      worker.ref()
      worker.postMessage({ id: last, password, words } satisfies StrengthQuestion)
      return answer.promise
    },
  }
}
