import type { Page } from 'playwright-core'
import type { Bench } from '../bench.ts'
import type { Line } from '../harness/report.ts'
import { asOperator } from '../../test/harness/browser-operator.ts'
import { openBrowser } from '../../test/harness/browser.ts'
import { summarise } from '../harness/samples.ts'

const limitMs = 34
const steps = 60
const pages = 6

/** How long a frame takes while somebody scrolls through the console's list, page after page, beside a page that holds nothing but a tall box. */
export async function scrolling(bench: Bench, { url, cookie, schools }: { url: string, cookie: string, schools: number }): Promise<Line> {
  const browser = await openBrowser()
  try {
    const bare = await browser.newPage({ viewport: { width: 1280, height: 720 } })
    await bare.setContent('<div style="height: 4000px"></div>')
    const floor = await frames(bare)

    const page = await browser.newPage({ baseURL: url, viewport: { width: 1280, height: 720 } })
    await asOperator(page, url, { cookie })
    await page.goto('/console')
    await page.getByRole('row').nth(5).waitFor()
    const ours: number[] = []
    for (let turned = 0; turned < Math.min(pages, bench.rounds(pages)); turned++) {
      ours.push(...await frames(page))
      await page.getByRole('button', { name: 'Next page' }).click()
      await page.waitForURL(/after=/)
    }
    const [still, moved] = [summarise(floor), summarise(ours)]
    return {
      what: `console of ${schools} schools, a frame while its list is scrolled`,
      floor: [still.p50, still.p95],
      ours: [moved.p50, moved.p95],
      unit: 'ms',
      held: [moved.p95],
      heldUnit: 'ms',
      target: `≤ ${limitMs} ms, p95`,
      met: moved.p95 <= limitMs,
      notes: [`headless Chromium without a graphics card, ${moved.count} frames on ${pages} pages of the list, by the wheel; the floor is an empty page as tall`],
    }
  }
  finally {
    await browser.close()
  }
}

/** Turns the wheel down and up again, and answers the ms between frames meanwhile. */
async function frames(page: Page): Promise<number[]> {
  await page.mouse.move(640, 400)
  await page.evaluate(`(() => {
    window.frames_ = []
    let last
    const next = (at) => {
      if (last !== undefined)
        window.frames_.push(at - last)
      last = at
      window.asked_ = requestAnimationFrame(next)
    }
    window.asked_ = requestAnimationFrame(next)
  })()`)
  for (let step = 0; step < steps; step++)
    await page.mouse.wheel(0, step < steps / 2 ? 60 : -60)
  return page.evaluate<number[]>('(cancelAnimationFrame(window.asked_), window.frames_)')
}
