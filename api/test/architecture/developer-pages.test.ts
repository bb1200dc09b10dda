import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSchema, parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { errorCodes } from '../../src/shared/error-codes.ts'

const repository = fileURLToPath(new URL('../../..', import.meta.url))
const folder = join(repository, 'docs/developers')
const schema = buildSchema(readFileSync(join(repository, 'schema.graphql'), 'utf8'))
const pages = readdirSync(folder).filter(name => name.endsWith('.md'))

/** The blocks of a page in this language. */
const blocks = (page: string, language: string) => Array.from(readFileSync(join(folder, page), 'utf8').matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm')), ([, text]) => text!)

test('there is an operation to try', () => {
  expect(blocks('reading.md', 'graphql')).not.toEqual([])
})

describe.each(pages)('%s', (page) => {
  test('asks what the contract answers', () => {
    for (const document of blocks(page, 'graphql'))
      expect(validate(schema, parse(document)), document).toEqual([])
  })

  test('speaks of codes that there are', () => {
    const words = Array.from(readFileSync(join(folder, page), 'utf8').matchAll(/`([A-Z]+_[A-Z_]+)`/g), ([, word]) => word!)
    const inContract = (word: string) => Object.values(schema.getTypeMap()).some(type => 'getValue' in type && type.getValue(word))
    expect(words.filter(word => !(word in errorCodes) && !inContract(word) && !/^(?:HOMEROOM|WEBHOOK|KEEP|BASE|SECRET)_/.test(word))).toEqual([])
  })
})
