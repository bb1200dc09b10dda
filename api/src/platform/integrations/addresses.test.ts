import { expect, test } from 'vitest'
import { allows, asRange } from './addresses.ts'

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['10.1.0.0/16', '10.1.0.0/16'],
  ['2001:DB8::/32', '2001:db8::/32'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.0/120', undefined],
  ['192.0.2.7/33', undefined],
  ['school.example', undefined],
  ['', undefined],
  ['/8', undefined],
])('%s is kept as %s', (text, kept) => expect(asRange(text)).toBe(kept))

test.each([
  ['an empty list allows all', [], '198.51.100.1', true],
  ['an address of the list', ['192.0.2.7'], '192.0.2.7', true],
  ['its neighbour', ['192.0.2.7'], '192.0.2.8', false],
  ['an address in a range', ['10.0.0.0/8', '192.0.2.0/24'], '192.0.2.200', true],
  ['an address as a socket for both families shows it', ['192.0.2.0/24'], '::ffff:192.0.2.9', true],
  ['one of the other family', ['0.0.0.0/0'], '2001:db8::1', false],
  ['the other family in a range', ['2001:db8::/32'], '2001:db8:1::9', true],
  ['nothing that is an address', ['0.0.0.0/0'], '', false],
])('%s', (_, ranges, address, allowed) => expect(allows(ranges, address)).toBe(allowed))
