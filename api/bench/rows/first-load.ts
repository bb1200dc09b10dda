import type { Bench } from '../bench.ts'
import type { Line } from '../harness/report.ts'
import { gzipSync } from 'node:zlib'
import { chromium } from 'playwright-core'
import { bundledChromium } from '../../test/harness/browser-binary.ts'

const limitKb = 200

/** What a browser that was never here loads to show the registration view. */
export async function firstLoad(bench: Bench): Promise<Line[]> {
  const { url } = await bench.homeroom()
  const binary = await bundledChromium()
  const browser = await chromium.launch({ ...(binary ?? { channel: 'chrome' }), args: ['--disable-gpu', '--disable-background-networking'], chromiumSandbox: binary === null })
  try {
    const page = await browser.newPage()
    const files: Promise<{ name: string, kind: string, gzip: number, sent: number }>[] = []
    page.on('response', (response) => {
      const kind = response.request().resourceType()
      if (kind === 'script' || kind === 'stylesheet') {
        files.push(Promise.all([response.body(), response.request().sizes()]).then(([body, sizes]) => ({
          name: new URL(response.url()).pathname,
          kind,
          gzip: gzipSync(body, { level: 9 }).length / 1000,
          sent: sizes.responseBodySize / 1000,
        })))
      }
    })
    await page.goto(`${url}/sign-up`)
    await page.locator('form input').first().waitFor()
    // What the view fetches once it stands belongs to it.
    await page.waitForLoadState('networkidle')
    const loaded = await Promise.all(files)
    const sum = (kind: string, size: 'gzip' | 'sent') => loaded.filter(file => file.kind === kind).reduce((total, file) => total + file[size], 0)
    const gzip = sum('script', 'gzip') + sum('stylesheet', 'gzip')
    const sent = sum('script', 'sent') + sum('stylesheet', 'sent')
    const largest = [...loaded].sort((a, b) => b.gzip - a.gzip).slice(0, 4).map(({ name, gzip: size }) => `${name.split('/').at(-1)} ${size.toFixed(0)}`)
    return [{
      what: 'first load of the registration view',
      floor: [],
      ours: [gzip],
      unit: 'kB gzip',
      held: [],
      heldUnit: '',
      target: `≤ ${limitKb} kB`,
      met: gzip <= limitKb,
      notes: [
        `${loaded.length} files that a fresh Chromium asked for: JavaScript ${sum('script', 'gzip').toFixed(0)} kB, CSS ${sum('stylesheet', 'gzip').toFixed(0)} kB after gzip -9; this server sent ${sent.toFixed(0)} kB`,
        `largest: ${largest.join(', ')} kB`,
      ],
    }]
  }
  finally {
    await browser.close()
  }
}
