import type { Sample, Scrape } from './scrape.ts'
import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** One reading, and when it is said to have been made, in seconds. */
export interface Reading { readonly at: number, readonly scrape: Scrape }

const duration = z.string().regex(/^(?:\d+(?:ms|[smhdwy]))+$/)
const alertRule = z.strictObject({
  alert: z.string().regex(/^[A-Z][A-Za-z]+$/),
  expr: z.string(),
  for: duration.optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
  annotations: z.strictObject({ summary: z.string().min(10), description: z.string().min(10), runbook_url: z.string() }),
})
const file = z.strictObject({ groups: z.array(z.strictObject({ name: z.string().min(1), rules: z.array(alertRule).min(1) })).min(1) })

export type AlertRule = z.output<typeof alertRule> & { readonly condition: Condition }

/** The rules in ops/, each with its expression read. Throws at what Prometheus would refuse. */
export function readAlertRules(): AlertRule[] {
  const text = readFileSync(new URL('../../../ops/alerts.rules.yml', import.meta.url), 'utf8')
  const { groups } = file.parse(readYaml(text.split('\n').filter(line => /^ *[^ #]/.test(line))))
  return groups.flatMap(({ rules }) => rules.map(rule => ({ ...rule, condition: readCondition(rule.expr) })))
}

/**
 * As much of YAML as our rules are written in: maps and lists by indentation, and texts on one line, in single quotes
 * wherever YAML could read anything else in them. Whatever is more throws.
 */
function readYaml(lines: string[]): unknown {
  const indent = /^ */.exec(lines[0] ?? '')![0].length
  const blocks: string[][] = []
  for (const line of lines) {
    if (/^ */.exec(line)![0].length > indent)
      blocks.at(-1)!.push(line)
    else
      blocks.push([line])
  }
  // An item of a list is a block whose dash counts as indentation.
  if (lines[0]!.startsWith('- ', indent))
    return blocks.map(([first, ...rest]) => readYaml([first!.replace('- ', '  '), ...rest]))
  return Object.fromEntries(blocks.map(([first, ...rest]) => {
    const [, key, quoted, plain] = /^ *(\w+):(?: (?:'((?:[^']|'')*)'|([a-z0-9][^:#'"{}[\]&*!|%@`]*)))?$/i.exec(first!) ?? []
    const text = quoted?.replaceAll('\'\'', '\'') ?? plain
    if (!key || (text === undefined) === (rest.length === 0))
      throw new Error(`This line cannot be read here: ${first}`)
    return [key, text ?? readYaml(rest)]
  }))
}

/** As much of PromQL as our rules use: `agg by (label) (increase(metric{label="x"}[5m])) > 0`. */
interface Condition {
  readonly aggregate: 'sum' | 'min' | 'max' | undefined
  readonly by: readonly string[]
  readonly increaseSeconds: number | undefined
  readonly metric: string
  readonly matchers: readonly { readonly label: string, readonly equal: boolean, readonly value: string }[]
  readonly than: (value: number) => boolean
}

const comparisons: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '>': (left, right) => left > right,
  '<': (left, right) => left < right,
  '==': (left, right) => left === right,
}

const grammar = /^(?:(sum|min|max)(?: by \(([\w, ]+)\) )?\()?(?:(increase)\()?([a-z_:]\w*)(?:\{([^}]*)\})?(?:\[(\w+)\])?(\){0,2}) (>|<|==) (\d+)$/

export function readCondition(expr: string): Condition {
  const [, aggregate, by, increase, metric, matchers, range, closing, sign, number] = grammar.exec(expr) ?? []
  if (!metric || closing!.length !== [aggregate, increase].filter(Boolean).length || Boolean(increase) !== Boolean(range))
    throw new Error(`This expression is none that can be read here: ${expr}`)
  return {
    aggregate: aggregate as Condition['aggregate'],
    by: by?.split(',').map(label => label.trim()) ?? [],
    increaseSeconds: range === undefined ? undefined : secondsOf(range),
    metric,
    matchers: (matchers ? matchers.split(',') : []).map((text) => {
      const [, label, sign, value] = /^\s*(\w+)(!?=)"([^"]*)"\s*$/.exec(text) ?? []
      if (!label)
        throw new Error(`This is no matcher: ${text}`)
      return { label, equal: sign === '=', value: value! }
    }),
    than: value => comparisons[sign!]!(value, Number(number)),
  }
}

/** A duration as Prometheus writes it. */
export function secondsOf(text: string): number {
  const units: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800, y: 31_536_000 }
  return Array.from(duration.parse(text).matchAll(/(\d+)(ms|[a-z])/g), ([, count, unit]) => Number(count) * units[unit!]!).reduce((all, one) => all + one, 0)
}

/** The label sets a rule fires for, after these readings: the condition has held in all of them for as long as `for` says. */
export function firing(rule: AlertRule, readings: readonly Reading[]): Readonly<Record<string, string>>[] {
  const last = readings.at(-1)!
  const window = readings.filter(({ at }) => at >= last.at - secondsOf(rule.for ?? '0s'))
  // A rule with `for` needs to have been seen that long ago.
  if (rule.for && window[0]!.at > last.at - secondsOf(rule.for))
    return []
  const sets = window.map(({ at }) => holding(rule.condition, readings.filter(reading => reading.at <= at)))
  return sets.at(-1)!.filter(labels => sets.every(set => set.some(other => keyOf(other) === keyOf(labels))))
}

function holding({ aggregate, by, increaseSeconds, metric, matchers, than }: Condition, readings: readonly Reading[]): Sample['labels'][] {
  const selected = ({ scrape }: Reading) => (scrape.get(metric) ?? []).filter(({ labels }) => matchers.every(({ label, equal, value }) => ((labels[label] ?? '') === value) === equal))
  const last = readings.at(-1)!
  const now = selected(last)
  const values = increaseSeconds === undefined
    ? now
    : now.map(({ labels }) => ({ labels, value: increased(readings.filter(({ at }) => at >= last.at - increaseSeconds).flatMap(reading => selected(reading).filter(sample => keyOf(sample.labels) === keyOf(labels)))) }))
  return (aggregate ? aggregated(values, aggregate, by) : values).filter(({ value }) => than(value)).map(({ labels }) => labels)
}

function aggregated(samples: readonly Sample[], how: 'sum' | 'min' | 'max', by: readonly string[]): Sample[] {
  const groups = Map.groupBy(samples, ({ labels }) => keyOf(pick(labels, by)))
  const reduce = { sum: (values: number[]) => values.reduce((all, value) => all + value, 0), min: (values: number[]) => Math.min(...values), max: (values: number[]) => Math.max(...values) }[how]
  return [...groups.values()].map(group => ({ labels: pick(group[0]!.labels, by), value: reduce(group.map(({ value }) => value)) }))
}

/** A counter that begins anew counts from 0. */
function increased(samples: readonly Sample[]): number {
  return samples.slice(1).reduce((all, { value }, at) => all + (value >= samples[at]!.value ? value - samples[at]!.value : value), 0)
}

const pick = (labels: Sample['labels'], names: readonly string[]) => Object.fromEntries(names.flatMap(name => name in labels ? [[name, labels[name]!]] : []))
const keyOf = (labels: Sample['labels']) => JSON.stringify(Object.entries(labels).sort(([a], [b]) => a < b ? -1 : 1))
