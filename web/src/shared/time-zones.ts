export function guessTimeZone() {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'
}

/** Every zone the browser knows, with its present offset, by name. */
export function timeZones(locale: string, now = new Date()): { value: string, label: string }[] {
  const names = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', guessTimeZone()])
  return [...names].sort().map(zone => ({ value: zone, label: `${zone.replaceAll('_', ' ')} (${offset(zone, locale, now)})` }))
}

function offset(timeZone: string, locale: string, now: Date) {
  const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'shortOffset' }).formatToParts(now)
  return parts.find(part => part.type === 'timeZoneName')?.value ?? timeZone
}
