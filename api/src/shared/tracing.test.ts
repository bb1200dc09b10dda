import { expect, test } from 'vitest'
import { isTracing, traced, tracePlace, withoutValues } from './tracing.ts'

test.each([
  ['select * from org where name = \'Ada\'\'s\' and id = $1', 'select * from org where name = ? and id = $1'],
  ['select e\'a\\\'b\', E\'x\', B\'01\', x\'ff\', n\'y\', U&\'z\'', 'select ?, ?, ?, ?, ?, U&?'],
  ['select $$it\'s$$, $tag$ $$ $tag$, 1.5e3, -42, 0xff', 'select ?, ?, ?, -?, ?'],
  ['select "a\'b""c", "t_1".x2 from "t_00aa" -- secret\nwhere true', 'select "a\'b""c", "t_1".x2 from "t_00aa" ?\nwhere true'],
  ['select /* secret \' */ \'never closed', 'select ? ?'],
  ['select $$never closed', 'select ?'],
  ['select $1, $12', 'select $1, $12'],
])('a statement loses its values and keeps its names: %s', (statement, shown) => {
  expect(withoutValues(statement)).toBe(shown)
})

test('a statement without an end is cut', () => {
  expect(withoutValues(`select ${'a, '.repeat(2_000)}`)).toHaveLength(2_001)
})

test('where nobody takes traces, nothing is made of one', () => {
  const work = Promise.resolve('done')
  const described = () => { throw new Error('nobody asks') }
  expect(isTracing()).toBe(false)
  expect(tracePlace()).toBeUndefined()
  // The very promise: no wrapper, no context, no attributes.
  expect(traced('work', described, () => work)).toBe(work)
})
