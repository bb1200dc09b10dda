import { stringify } from 'csv-stringify/sync'

/**
 * What a spreadsheet would take for a formula (OWASP's list, full-width signs too), and what follows signs that some take for
 * the end of a cell. Behind apostrophes it is guarded already, and gets one more: so whoever reads the file takes one away.
 */
const formula = /^'*(?:[;"]?=|[+\-@\t\r\uFF0B\uFF0D\uFF1D\uFF20])/

/** A number or a telephone number does nothing, and loses its meaning behind an apostrophe. */
const number = /^[+-][\d\s().-]*$/

/** OneRoster knows no line breaks inside a field. */
const lineBreak = /[\n\v\f\r\u0085\u2028\u2029]+/g

/** Text that people wrote, as a cell shows it and does not run it. The JSON beside it has it as it is. */
export function textCell(text: string): string {
  const line = text.replace(lineBreak, ' ')
  return formula.test(line) && !number.test(line) ? `'${line}` : line
}

/** A list is one field: what stands between its commas is quoted where it holds one itself. */
export function listCell(items: readonly string[]): string {
  return items.length === 0 ? '' : textCell(stringify([items.map(item => item.replace(lineBreak, ' '))], { eof: false }))
}

/** Lines of a file, ended as RFC 4180 ends them. */
export function csvLines(rows: readonly (readonly string[])[]): string {
  return stringify(rows as string[][], { record_delimiter: 'windows' })
}
