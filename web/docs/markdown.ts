import hljs from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import graphql from 'highlight.js/lib/languages/graphql'
import json from 'highlight.js/lib/languages/json'
import python from 'highlight.js/lib/languages/python'
import typescript from 'highlight.js/lib/languages/typescript'
import MarkdownIt from 'markdown-it'
import anchor from 'markdown-it-anchor'

const languages = { sh: bash, graphql, js: typescript, json, python, ts: typescript }
for (const [name, language] of Object.entries(languages))
  hljs.registerLanguage(name, language)

const markdown = new MarkdownIt({
  html: false,
  linkify: true,
  // Coloured here, by class: the page's policy allows no style of its own and no script from elsewhere.
  highlight: (code, language) => language in languages ? hljs.highlight(code, { language }).value : '',
})
markdown.use(anchor, { level: [2, 3], slugify: slugOf, permalink: anchor.permalink.headerLink({ safariReaderFix: true }) })

// What is wider than a phone is moved by itself, also by keyboard.
markdown.renderer.rules.table_open = () => '<div class="wide" tabindex="0" role="group" aria-label="Table"><table>\n'
markdown.renderer.rules.table_close = () => '</table></div>\n'
const fence = markdown.renderer.rules.fence!
markdown.renderer.rules.fence = (...rest) => fence(...rest).replace(/^<pre>/, '<pre tabindex="0">')

export function slugOf(text: string): string {
  return text.trim().toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '')
}

export interface Rendered {
  readonly title: string
  readonly html: string
  /** Headings of the second level, for the page's own list of contents. */
  readonly contents: readonly { readonly id: string, readonly title: string }[]
}

/** A page of Markdown whose first line is its title. */
export function render(source: string): Rendered {
  const tokens = markdown.parse(source, {})
  const contents = tokens.flatMap((token, at) => token.type === 'heading_open' && token.tag === 'h2' ? [{ id: String(token.attrGet('id')), title: plain(tokens[at + 1]!.content) }] : [])
  return { title: plain(/^# (.*)/.exec(source)![1]!), html: markdown.renderer.render(tokens, markdown.options, {}), contents }
}

const plain = (text: string) => text.replaceAll('`', '')
