import type { Plugin } from 'vite'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const squeeze = { br: promisify(brotliCompress), gz: promisify(gzip) }
const options = { br: { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }, gz: { level: 9 } }

/** Writes .br and .gz beside each text file of the build, once, so that no server compresses it for every visitor. */
export function compressed(): Plugin {
  let folder = ''
  return {
    name: 'homeroom:compressed',
    apply: 'build',
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir)
    },
    async closeBundle() {
      const files = (await readdir(folder, { recursive: true })).filter(file => /\.(?:js|css|html|svg)$/.test(file))
      await Promise.all(files.map(async (file) => {
        const path = join(folder, file)
        const content = await readFile(path)
        await Promise.all([
          squeeze.br(content, options.br).then(small => writeFile(`${path}.br`, small)),
          squeeze.gz(content, options.gz).then(small => writeFile(`${path}.gz`, small)),
        ])
      }))
    },
  }
}
