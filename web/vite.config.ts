import { fileURLToPath } from 'node:url'
import i18n from '@intlify/unplugin-vue-i18n/vite'
import ui from '@nuxt/ui/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { compressed } from './compressed.ts'
import { docs } from './docs/plugin.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: here('.'),
  plugins: [
    vue(),
    // Components and composables are imported by name, and colours live in styles.css: the kit generates nothing at run time.
    ui({
      components: false,
      autoImport: false,
      dts: false,
      colorMode: false,
      icon: { clientBundle: { scan: true } },
      experimental: { componentDetection: ['Modal', 'Slideover', 'InputMenu', 'DropdownMenu'] },
    }),
    // Messages become code at build time: a compiler in the browser would need eval, which the CSP forbids.
    i18n({
      include: [here('./src/locales/**')],
      runtimeOnly: true,
      compositionOnly: true,
      fullInstall: false,
      dropMessageCompiler: true,
      strictMessage: true,
    }),
    {
      name: 'homeroom:explorer',
      // As the API serves them: documents of their own.
      configureServer: server => void server.middlewares.use((request, _, next) => {
        request.url = request.url
          ?.replace(/^\/console\/explorer(?=\?|$)/, '/explorer.html')
          .replace(/^\/settings\/developer\/explorer(?=\?|$)/, '/key-explorer.html')
        next()
      }),
    },
    docs({ root: here('..'), entry: here('./docs/docs.ts') }),
    compressed(),
  ],
  define: { 'globalThis.__DEV__': JSON.stringify(false) },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    rolldownOptions: {
      input: [here('./index.html'), here('./explorer.html'), here('./key-explorer.html'), here('./docs/docs.ts')],
      // "use client" in React's libraries says nothing to a browser.
      onLog: (level, log, say) => void (log.code !== 'MODULE_LEVEL_DIRECTIVE' && say(level, log)),
    },
    // A data: URL would be refused by font-src and img-src.
    assetsInlineLimit: 0,
    // The explorer's editor, and the dictionaries of the password judge: each loaded on its own when it is needed.
    chunkSizeWarningLimit: 3_000,
    modulePreload: { polyfill: false },
  },
  server: {
    port: 5173,
    proxy: { '/graphql': { target: 'http://127.0.0.1:4000', ws: true } },
  },
})
