const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** How long a file is, as one would say it: `940 byte`, `1.2 MB`. */
export function bytes(size: number, locale: string): string {
  const step = size < 1 ? 0 : Math.min(Math.floor(Math.log10(size) / 3), units.length - 1)
  const scaled = size / 1_000 ** step
  return new Intl.NumberFormat(locale, { style: 'unit', unit: units[step], unitDisplay: 'short', maximumFractionDigits: scaled < 10 && step > 0 ? 1 : 0 }).format(scaled)
}
