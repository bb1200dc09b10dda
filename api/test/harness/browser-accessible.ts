import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect } from 'vitest'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
// What holds is counted and not written out: that is most of the work.
const rules = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] }

/** Fails with each rule broken and where, as axe-core sees the page now; what is not ours can be left out, part by part. */
export async function expectAccessible(page: Page, notOurs: readonly string[] = []): Promise<void> {
  await atRest(page)
  // Evaluated, not added as a script tag, which the page's own security policy would refuse.
  if (!await page.evaluate('"axe" in window'))
    await page.evaluate(source)
  const { violations } = await page.evaluate<AxeResults>(`axe.run(${JSON.stringify({ exclude: notOurs })}, ${JSON.stringify(rules)})`)
  const broken = violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.target.join(' ')} ${node.html}\n  ${node.failureSummary}`))
  if (broken.length > 0)
    expect.fail(`${page.url()} shuts people out:\n${broken.join('\n')}`)
}

/** Until nothing is being fetched again and no motion with an end runs: half a fade has half the contrast. */
async function atRest(page: Page): Promise<void> {
  // Asked from outside: what waits inside a page needs eval, which its policy refuses.
  await expect.poll(() => page.evaluate(`!document.querySelector('[aria-busy="true"]')
    && document.getAnimations().every(({ playState, effect }) => playState !== 'running' || effect.getComputedTiming().endTime === Infinity)`), { timeout: 30_000 }).toBe(true)
}
