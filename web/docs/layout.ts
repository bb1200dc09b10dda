import type { Rendered } from './markdown.ts'
import { guides, reference } from './pages.ts'

const escape = (text: string) => text.replace(/[&<>"]/g, sign => `&#${sign.charCodeAt(0)};`)

export interface Files { readonly style: string, readonly script: string }

/** Where a page lies below the site: `docs/` for the first guide's, `docs/errors/` for another. */
export const pathOf = (name: string) => name === Object.keys(guides)[0] ? '/docs/' : `/docs/${name}/`

/** The whole document of one page. `name` is its place below /docs, as in `reference/queries`. */
export function document(name: string, page: Rendered, files: Files): string {
  const item = (title: string, target: string) => `<li><a href="${pathOf(target)}"${target === name ? ' aria-current="page"' : ''}>${escape(title)}</a></li>`
  const contents = page.contents.length > 1
    ? `<nav class="contents" aria-labelledby="on-this-page"><h2 id="on-this-page">On this page</h2><ul>${page.contents.map(({ id, title }) => `<li><a href="#${id}">${escape(title)}</a></li>`).join('')}</ul></nav>`
    : ''
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
    <meta name="color-scheme" content="light dark">
    <title>${escape(page.title)} · Homeroom for developers</title>
    <link rel="icon" href="/favicon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="${files.style}">
    <script src="/colour-mode.js"></script>
    <script type="module" src="${files.script}"></script>
  </head>
  <body>
    <a class="skip" href="#page">Skip to the page</a>
    <header>
      <a class="brand" href="/docs/"><img src="/favicon.svg" alt="" width="28" height="28"> Homeroom <span>for developers</span></a>
      <a href="/docs/schema.graphql">Schema</a>
      <a href="/">Open Homeroom</a>
    </header>
    <div class="columns">
      <details class="menu" open>
        <summary>All pages</summary>
        <nav aria-label="Documentation">
          <ul>${Object.entries(guides).map(([target, title]) => item(title, target)).join('')}</ul>
          <h2>Reference</h2>
          <ul>${Object.entries(reference).map(([target, title]) => item(title, `reference/${target}`)).join('')}</ul>
        </nav>
      </details>
      <main id="page" tabindex="-1"><article>${page.html}</article></main>
      ${contents}
    </div>
  </body>
</html>
`
}
