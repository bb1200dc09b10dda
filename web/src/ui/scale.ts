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

/** A line through values in a box of 100 by 100, broken where one is missing; a lonely one is a dot. */
export function linePath(values: readonly (number | null | undefined)[], end: number): string {
  const width = 100 / values.length
  let open = false
  let path = ''
  values.forEach((value, at) => {
    if (value === null || value === undefined) {
      open = false
      return
    }
    const place = `${round((at + 0.5) * width)} ${round(100 - (value / end) * 100)}`
    path += open ? `L${place}` : `M${place}h0`
    open = true
  })
  return path
}

const round = (value: number) => Math.round(value * 100) / 100
