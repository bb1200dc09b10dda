import { encode } from 'uqr'

/** A text as the squares of a QR code: one path, in a box of `size` by `size`, the quiet zone around it included. */
export function qrPath(text: string): { size: number, path: string } {
  const { size, data } = encode(text, { ecc: 'M', border: 3 })
  const runs = data.flatMap((row, y) => darkRuns(row).map(({ from, to }) => `M${from} ${y}h${to - from}v1h${from - to}z`))
  return { size, path: runs.join('') }
}

// Squares side by side are drawn as one: thin light lines between them would disturb a camera.
function darkRuns(row: readonly boolean[]) {
  const runs: { from: number, to: number }[] = []
  row.forEach((dark, x) => {
    const last = runs.at(-1)
    if (dark && last?.to === x)
      last.to += 1
    else if (dark)
      runs.push({ from: x, to: x + 1 })
  })
  return runs
}
