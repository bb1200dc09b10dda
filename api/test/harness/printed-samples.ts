import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

/** A piece of code that a page of the documentation prints. */
export interface Sample { readonly language: string, readonly code: string }

/** What a page prints, in its order, read from its HTML as a browser shows it. */
export async function samplesOf(url: string): Promise<Sample[]> {
  const html = await (await fetch(url, { headers: { accept: 'text/html' } })).text()
  return [...html.matchAll(/<pre[^>]*><code class="language-(\w+)">(.*?)<\/code><\/pre>/gs)].map(([, language, code]) => ({ language: language!, code: textOf(code!) }))
}

function textOf(html: string): string {
  const signs: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&' }
  return html.replace(/<[^>]+>/g, '').replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (_, hex?: string, decimal?: string, name?: string) => hex ? String.fromCodePoint(Number.parseInt(hex, 16)) : decimal ? String.fromCodePoint(Number(decimal)) : signs[name!]!)
}

const programs: Readonly<Record<string, { file: string, run: readonly string[] }>> = {
  sh: { file: 'sample.sh', run: ['bash', '-euo', 'pipefail'] },
  js: { file: 'sample.mjs', run: [process.execPath] },
  ts: { file: 'sample.ts', run: [process.execPath, '--no-warnings'] },
  python: { file: 'sample.py', run: ['python3'] },
}

export const runs = (language: string): boolean => language in programs

/** Runs a sample as a reader would (what would run for ever, `--once`), in a folder of its own, and answers what it prints; fails with what it complained of. */
export async function runSample({ language, code }: Sample, environment: Record<string, string>): Promise<string> {
  const { file, run: [program, ...args] } = programs[language]!
  const folder = await mkdtemp(join(tmpdir(), 'sample-'))
  try {
    await writeFile(join(folder, file), code)
    return await new Promise((resolve, reject) => {
      const child = spawn(program!, [...args, file, '--once'], { cwd: folder, env: { PATH: process.env.PATH, HOME: folder, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
      let printed = ''
      let complaints = ''
      child.stdout.on('data', (chunk: Buffer) => printed += chunk.toString())
      child.stderr.on('data', (chunk: Buffer) => complaints += chunk.toString())
      child.once('error', reject)
      child.once('close', status => status === 0 ? resolve(printed) : reject(new Error(`${code}\n\nended with ${status}: ${printed}${complaints}`)))
    })
  }
  finally {
    await rm(folder, { recursive: true })
  }
}

/** What a value looks like, without what it says: names of fields and kinds of values. A list looks like its first item. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value))
    return value.length > 0 ? [shapeOf(value[0])] : []
  if (value && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)]))
  return value === null ? 'null' : typeof value
}
