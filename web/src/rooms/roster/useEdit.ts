import type { TypedDocumentNode } from '@apollo/client'
import type { Ref } from 'vue'
import type { Problem } from '../../apollo/problem.ts'
import type { Clash, Values } from './meanwhile.ts'
import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { readProblem } from '../../apollo/problem.ts'
import { useApollo } from '../../apollo/useApollo.ts'
import { useErrorWords } from '../../apollo/useErrorWords.ts'
import { changesOf, merge } from './meanwhile.ts'

interface Options<V extends Values, Data, Shown> {
  /** Of the dialog that holds the form. */
  open: Ref<boolean>
  form: Ref<V>
  /** What is wrong with the form, by field. */
  check: (form: V) => Record<string, string>
  /** Reads the record anew. */
  document: TypedDocumentNode<Data, { id: string }>
  record: (data: Data) => Shown | undefined
  values: (record: Shown) => V
  /** Of the mutation that stores it. */
  problem: Ref<Problem | undefined>
  /** Puts problems at their fields, and takes them away. */
  show: (errors: Record<string, string>) => Promise<void>
  clear: () => void
}

/** A record that is being edited: as it was read, as the form has it, and what somebody else made of it meanwhile. */
export function useEdit<V extends Values, Data, Shown extends { version: number }>({ open, form, check, document, record, values, problem, show, clear }: Options<V, Data, Shown>) {
  const { client } = useApollo()
  const { t } = useI18n()
  const { fieldErrors } = useErrorWords()
  const version = ref(0)
  const clashes = ref<Clash<V>[]>([])
  const taken = ref<string[]>([])
  /** Whether somebody else was faster since the form was opened. */
  const met = ref(false)
  /** What is known better about the problem than its code says. */
  const trouble = ref<string>()
  let read: V = form.value

  function begin(now: Shown) {
    read = values(now)
    version.value = now.version
    form.value = { ...read }
    met.value = false
    problem.value = undefined
    trouble.value = undefined
    clear()
  }

  /**
   * Sends what was changed and closes; where nothing was, it only closes. What `send` stored, or nothing: what is wrong or
   * refused is shown, and the form stays. `id` is of what `document` reads.
   */
  async function save<Stored>(id: string, send: (changed: Partial<V>) => Promise<Stored | undefined>): Promise<Stored | undefined> {
    const wrong = check(form.value)
    if (Object.keys(wrong).length > 0) {
      problem.value = undefined
      return void await show(wrong)
    }
    clear()
    trouble.value = undefined
    const changed = changesOf(read, form.value)
    if (Object.keys(changed).length === 0)
      return void (open.value = false)
    const stored = await send(changed)
    if (!stored)
      return void await refused(id)
    open.value = false
    return stored
  }

  /** After a refusal: what somebody else did is shown beside what is in the form, anything else at its field. */
  async function refused(id: string): Promise<void> {
    const { value } = problem
    if (value?.version !== undefined)
      return lookAgain(id)
    trouble.value = value?.code === 'NOT_FOUND' ? t('roster.gone') : undefined
    // A problem of one word of a list stands at its box.
    return show(Object.fromEntries(Object.entries(fieldErrors(value)).map(([path, words]) => [path.split('.')[0]!, words])))
  }

  async function lookAgain(id: string): Promise<void> {
    try {
      const { data } = await client.query({ query: document as never, variables: { id }, fetchPolicy: 'network-only' })
      const now = record(data as Data)
      if (!now)
        return void (trouble.value = t('roster.gone'))
      const theirs = values(now)
      const merged = merge(read, form.value, theirs)
      read = theirs
      version.value = now.version
      form.value = merged.values
      clashes.value = merged.clashes as never
      taken.value = merged.taken
      met.value = true
      problem.value = undefined
    }
    catch (error) {
      trouble.value = t(readProblem(error).code === 'NOT_FOUND' ? 'roster.gone' : 'roster.cannotRead')
    }
  }

  return { version, clashes, taken, met, trouble, begin, save }
}
