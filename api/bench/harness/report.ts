/** One line of the table. */
export interface Line {
  readonly what: string
  readonly floor: readonly number[]
  readonly ours: readonly number[]
  /** What the two columns of numbers hold, e.g. `ms`. */
  readonly unit: string
  /** What is held against the target: a ratio for each percentile, or a plain number where the target is one. */
  readonly held: readonly number[]
  readonly heldUnit: string
  readonly target: string
  /** Undefined where no target was set. */
  readonly met: boolean | undefined
  /** Said below the table: what was compared with what, and where the time went. */
  readonly notes: readonly string[]
}

const header = ['', 'floor p50 / p95', 'ours p50 / p95', 'ratio', 'target', '']

export function table(lines: readonly Line[]): string {
  const rows = [header, ...lines.map(line => [
    line.what,
    numbers(line.floor, line.unit),
    numbers(line.ours, line.unit),
    numbers(line.held, line.heldUnit),
    line.target,
    line.met === undefined ? '' : line.met ? 'met' : 'MISSED',
  ])]
  const widths = header.map((_, column) => Math.max(...rows.map(row => row[column]!.length)))
  const drawn = rows.map(row => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd())
  drawn.splice(1, 0, widths.map(width => '-'.repeat(width)).join('  '))
  const notes = lines.filter(line => line.notes.length > 0).flatMap(line => ['', `${line.what}:`, ...line.notes.map(note => `  ${note}`)])
  return [...drawn, ...notes].join('\n')
}

export function numbers(values: readonly number[], unit: string): string {
  return values.length === 0 ? '-' : `${values.map(short).join(' / ')}${unit === '' ? '' : ` ${unit}`}`
}

/** Three figures that mean something. */
function short(value: number): string {
  const size = Math.abs(value)
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(2)
}
