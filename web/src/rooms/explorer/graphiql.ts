import 'graphiql/setup-workers/vite'
import '@fontsource/fira-code/latin-400.css'
import '@graphiql/react/style.css'
import '@graphiql/plugin-doc-explorer/style.css'
import '@graphiql/plugin-history/style.css'
import 'graphiql/graphiql.css'
import './graphiql.css'
import type { GraphiQLProps } from 'graphiql'
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react'
import { GraphiQL } from 'graphiql'
import { createElement, useEffect } from 'react'
import { createRoot } from 'react-dom/client'

/** What the page around the editor may ask of it. */
export interface Editor {
  openTab: (query: string, variables: string) => void
  stop: () => void
}

export interface Mounted {
  show: (dark: boolean) => void
  unmount: () => void
}

/** Empty, but inside the editor's own store: it hands out what the page may ask for. */
function Handle({ ready }: { ready: (editor: Editor) => void }) {
  const { addTab, stop } = useGraphiQLActions()
  const { queryEditor, variableEditor } = useGraphiQL(({ queryEditor, variableEditor }) => ({ queryEditor, variableEditor }))
  useEffect(() => {
    if (!queryEditor || !variableEditor)
      return
    ready({
      stop,
      openTab(query, variables) {
        addTab()
        queryEditor.setValue(query)
        variableEditor.setValue(variables)
        queryEditor.focus()
      },
    })
  }, [ready, addTab, stop, queryEditor, variableEditor])
  return null
}

// React names things by their place in the tree: without another name, a new editor would find the last one's texts.
let mounts = 0

/** React lives below this element only. */
export function mountGraphiql(element: HTMLElement, options: Pick<GraphiQLProps, 'fetcher' | 'storage' | 'defaultQuery' | 'schema'> & { ready: (editor: Editor) => void }): Mounted {
  const { ready, ...props } = options
  mounts += 1
  const root = createRoot(element, { identifierPrefix: `explorer-${mounts}-` })
  return {
    show: dark => root.render(createElement(
      GraphiQL,
      { ...props, forcedTheme: dark ? 'dark' : 'light', shouldPersistHeaders: false, showPersistHeadersSettings: false, defaultEditorToolsVisibility: true, maxHistoryLength: 50, schemaDescription: true },
      // Its own leads off this origin.
      createElement(GraphiQL.Logo, null, ' '),
      createElement(Handle, { ready }),
    )),
    unmount: () => root.unmount(),
  }
}
