import type { Plugin } from 'vite'
import type { Files } from './layout.ts'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildSchema } from 'graphql'
import { document, pathOf } from './layout.ts'
import { render } from './markdown.ts'
import { guides } from './pages.ts'
import { referencePages } from './reference.ts'

const exampleLink = /^\[[^\]]+\]\(\.\.\/\.\.\/(examples\/\S+)\)$/gm

/** Makes the pages for integrators from docs/developers, examples and schema.graphql, as files below /docs. */
export function docs({ root, entry }: { root: string, entry: string }): Plugin {
  const schemaFile = join(root, 'schema.graphql')

  async function pages(files: Files): Promise<Map<string, string>> {
    const schema = await readFile(schemaFile, 'utf8')
    const made = new Map<string, string>([['/docs/schema.graphql', schema]])
    const add = (name: string, source: string) => made.set(pathOf(name), document(name, render(source), files))
    for (const name of Object.keys(guides))
      add(name, await withFiles(await readFile(join(root, `docs/developers/${name}.md`), 'utf8')))
    for (const [name, source] of Object.entries(referencePages(buildSchema(schema))))
      add(`reference/${name}`, source)
    return made
  }

  /** A line that is a link to a file of examples/ becomes that file, so that what is printed is what is run. */
  async function withFiles(source: string): Promise<string> {
    const paths = [...source.matchAll(exampleLink)].map(([, path]) => path!)
    const texts = new Map(await Promise.all(paths.map(async path => [path, await readFile(join(root, path), 'utf8')] as const)))
    return source.replaceAll(exampleLink, (_, path: string) => `\`\`\`${path.endsWith('.py') ? 'python' : 'ts'}\n${texts.get(path)!.trimEnd()}\n\`\`\``)
  }

  return {
    name: 'homeroom:docs',
    async generateBundle(_, bundle) {
      const script = Object.values(bundle).find(file => file.type === 'chunk' && file.facadeModuleId === entry)
      const style = script?.type === 'chunk' ? [...script.viteMetadata?.importedCss ?? []][0] : undefined
      if (!script || !style)
        throw new Error('The documentation\'s script or style was not built.')
      for (const [path, source] of await pages({ script: `/${script.fileName}`, style: `/${style}` }))
        this.emitFile({ type: 'asset', fileName: `${path.slice(1)}${path.endsWith('/') ? 'index.html' : ''}`, source })
    },
    configureServer: server => void server.middlewares.use(async (request, response, next) => {
      const path = new URL(request.url ?? '/', 'http://localhost').pathname
      if (!path.startsWith('/docs/'))
        return next()
      const page = (await pages({ script: '/docs/docs.ts', style: '/docs/docs.css?direct' })).get(path)
      page ? response.setHeader('content-type', path.endsWith('/') ? 'text/html' : 'text/plain').end(page) : next()
    }),
  }
}
