import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildSchema, Kind, parse, validate } from 'graphql'
import { beforeAll, expect, test } from 'vitest'
import { createMessages, loadOperatorWords } from '../../../i18n.ts'
import { questions, variablesOf } from './questions.ts'

const i18n = createMessages()
const { te } = i18n.global
beforeAll(() => loadOperatorWords(i18n))
const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const schema = buildSchema(readFileSync(file('../../../../../schema.graphql'), 'utf8'))
const all = questions.flatMap(({ questions: some }) => some)

test('every file of questions/ is offered, and every question has words', () => {
  expect(all.map(({ name }) => `${name}.graphql`).sort()).toEqual(readdirSync(file('./questions')).sort())
  expect(all.filter(({ name }) => !te(`explorer.questions.${name}`))).toEqual([])
  expect(questions.filter(({ group }) => !te(`explorer.groups.${group}`))).toEqual([])
})

test.each(all)('$name asks what the contract answers, and changes nothing', ({ text }) => {
  const document = parse(text)
  expect(validate(schema, document)).toEqual([])
  const operations = document.definitions.map(definition => definition.kind === Kind.OPERATION_DEFINITION ? definition.operation : definition.kind)
  expect(operations).toEqual([expect.stringMatching(/^(?:query|subscription)$/)])
})

test('a question about one school begins with the chosen one', () => {
  const about = all.find(({ name }) => name === 'preparation')!
  expect(JSON.parse(variablesOf(about, 'the-school'))).toEqual({ tenantId: 'the-school' })
  expect(JSON.parse(variablesOf(about, undefined))).toEqual({ tenantId: '' })
  expect(variablesOf(all.find(({ name }) => name === 'alerts')!, 'the-school')).toBe('')
})
