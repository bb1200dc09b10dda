import { parentPort } from 'node:worker_threads'
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import * as common from '@zxcvbn-ts/language-common'
import * as english from '@zxcvbn-ts/language-en'

export interface StrengthQuestion { id: number, password: string, words: string[] }
/** zxcvbn's score, 0 to 4, and what it says against the password. */
export interface StrengthAnswer { id: number, score: number, warning: string | null }

const estimator = new ZxcvbnFactory({
  dictionary: { ...common.dictionary, ...english.dictionary },
  graphs: common.adjacencyGraphs,
  translations: english.translations,
})

parentPort?.on('message', ({ id, password, words }: StrengthQuestion) => {
  const { score, feedback } = estimator.check(password, words)
  parentPort?.postMessage({ id, score, warning: feedback.warning ?? null } satisfies StrengthAnswer)
})
