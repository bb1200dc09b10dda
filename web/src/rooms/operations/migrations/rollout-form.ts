import type { FleetQuery, StartRolloutInput } from '../../../apollo/generated/graphql.ts'

/** Numbers as they are being written. */
export interface RolloutForm { canaries: string, parallel: string, failureBudget: string }
type Fact = keyof RolloutForm

/** From and to, as the contract allows them. */
export const bounds: Readonly<Record<Fact, readonly [number, number]>> = { canaries: [0, 100], parallel: [1, 32], failureBudget: [0, 10_000] }
export const facts = Object.keys(bounds) as Fact[]

export const rolloutForm = (plan: FleetQuery['fleet']['plan']): RolloutForm => ({ canaries: String(plan.canaries), parallel: String(plan.parallel), failureBudget: String(plan.failureBudget) })

const numberOf = (text: string) => (/^\d{1,6}$/.test(text.trim()) ? Number(text) : Number.NaN)

/** The fields whose number is none, or out of bounds. */
export function wrongFacts(form: RolloutForm): Fact[] {
  return facts.filter((fact) => {
    const [from, to] = bounds[fact]
    const number = numberOf(form[fact])
    return !(number >= from && number <= to)
  })
}

export const rolloutInput = (form: RolloutForm): StartRolloutInput => ({ canaries: numberOf(form.canaries), parallel: numberOf(form.parallel), failureBudget: numberOf(form.failureBudget) })
