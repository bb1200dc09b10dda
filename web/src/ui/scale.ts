/** The end of an axis: the first of 1, 2 or 5 times a power of ten that holds everything. */
export function axisEnd(values: readonly (number | null | undefined)[]): number {
  const most = Math.max(0, ...values.flatMap(value => value ?? []))
  if (most === 0)
    return 1
  const power = 10 ** Math.floor(Math.log10(most))
  // Dividing by a power of ten leaves crumbs: 0.3 / 0.1 is a little less than 3.
  const step = [1, 2, 5, 10].find(each => most / power <= each * (1 + 1e-9)) ?? 10
  return Number((step * power).toPrecision(3))
}

/** Where an axis begins and ends; by powers of ten it begins above nothing. */
export interface Axis { readonly from: number, readonly end: number, readonly powers: boolean }

// So many times the middle one, and a value presses the others flat.
const OUTLIER = 20

/** An axis that holds everything; by powers of ten where an outlier would leave nothing to see of the rest. */
export function axisFor(values: readonly (number | null | undefined)[], least = 0): Axis {
  const end = axisEnd([least, ...values])
  const sorted = values.flatMap(value => value || []).sort((a, b) => a - b)
  const [first, middle] = [sorted[0], sorted[Math.floor(sorted.length / 2)]]
  if (!first || !middle || sorted.at(-1)! < middle * OUTLIER)
    return { from: 0, end, powers: false }
  return { from: Number((10 ** Math.floor(Math.log10(first))).toPrecision(1)), end, powers: true }
}

/** How far up an axis a value is, from 0 to 1. */
export function shareOf({ from, end, powers }: Axis, value: number): number {
  return powers ? Math.max(0, Math.log(value / from) / Math.log(end / from)) : value / end
}

/** What is written at the end, the middle and the beginning of an axis. */
export function marksOf({ from, end, powers }: Axis): number[] {
  return [end, powers ? Math.sqrt(from * end) : end / 2, from]
}

/** A line through values in a box of 100 by 100, broken where one is missing; a lonely one is a dot. */
export function linePath(values: readonly (number | null | undefined)[], axis: Axis): string {
  const width = 100 / values.length
  let open = false
  let path = ''
  values.forEach((value, at) => {
    if (value === null || value === undefined) {
      open = false
      return
    }
    const place = `${round((at + 0.5) * width)} ${round(100 - shareOf(axis, value) * 100)}`
    path += open ? `L${place}` : `M${place}h0`
    open = true
  })
  return path
}

/** The lonely ones again, to be drawn with a wider pen: a dot as thin as the line is not seen. */
export function dotsPath(values: readonly (number | null | undefined)[], axis: Axis): string {
  return linePath(values, axis).match(/M[^ML]+h0(?!L)/g)?.join('') ?? ''
}

const round = (value: number) => Math.round(value * 100) / 100
