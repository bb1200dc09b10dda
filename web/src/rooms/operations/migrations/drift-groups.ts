import type { FleetDriftQuery } from '../../../apollo/generated/graphql.ts'

type Differing = FleetDriftQuery['fleetDrift']['tenants'][number]

/** Schools that differ in the same way, the largest group first: a thousand with one cause are one thing to mend. */
export function groupsOf(differing: readonly Differing[]): { differences: readonly string[], schools: Differing['tenant'][] }[] {
  const groups = new Map<string, { differences: readonly string[], schools: Differing['tenant'][] }>()
  for (const { tenant, differences } of differing) {
    const key = JSON.stringify(differences)
    const group = groups.get(key) ?? { differences, schools: [] }
    groups.set(key, group)
    group.schools.push(tenant)
  }
  return [...groups.values()].sort((a, b) => b.schools.length - a.schools.length)
}
