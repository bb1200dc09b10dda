import { encode } from 'uqr'
import { expect, test } from 'vitest'
import { qrPath } from './qr.ts'

const uri = 'otpauth://totp/Homeroom:head%40oakfield.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Homeroom'

test('the path covers the dark squares, and no others', () => {
  const { size, path } = qrPath(uri)
  const drawn = Array.from({ length: size }, () => Array.from({ length: size }).fill(false))
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    for (let at = 0; at < Number(length); at += 1)
      drawn[Number(y)]![Number(x) + at] = true
  }
  expect(drawn).toEqual(encode(uri, { ecc: 'M', border: 3 }).data)
})
