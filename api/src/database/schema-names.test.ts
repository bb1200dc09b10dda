import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quoteIdentifier, quoteLiteral, schemaName } from './schema-names.ts'

test('a schema name is t_ and the 32 digits of the id: 34 bytes, whatever the id', () => {
  fc.assert(fc.property(fc.uuid(), id => /^t_[0-9a-f]{32}$/.test(schemaName(id))))
})

test('nothing but a uuid makes a schema name', () => {
  fc.assert(fc.property(fc.string(), text => void expect(() => schemaName(text)).toThrow(TypeError)))
  expect(() => schemaName('A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11')).toThrow(TypeError)
})

test('quotes inside names and texts are doubled', () => {
  expect(quoteIdentifier('a"; drop schema public; --')).toBe('"a""; drop schema public; --"')
  expect(quoteLiteral('it\'s')).toBe('\'it\'\'s\'')
  expect(quoteLiteral('back\\slash')).toBe(' E\'back\\\\slash\'')
})
