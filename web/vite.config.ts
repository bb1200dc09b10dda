import { fileURLToPath } from 'node:url'
import i18n from '@intlify/unplugin-vue-i18n/vite'
import ui from '@nuxt/ui/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { compressed } from './compressed.ts'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
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
      include: [fileURLToPath(new URL('./src/locales/**', import.meta.url))],
      runtimeOnly: true,
      compositionOnly: true,
      fullInstall: false,
      dropMessageCompiler: true,
      strictMessage: true,
    }),
    compressed(),
  ],
  define: { 'globalThis.__DEV__': JSON.stringify(false) },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // A data: URL would be refused by font-src and img-src.
    assetsInlineLimit: 0,
    // The dictionaries of the password judge, loaded on their own when someone writes a password.
    chunkSizeWarningLimit: 1_800,
    modulePreload: { polyfill: false },
  },
  server: {
    port: 5173,
    proxy: { '/graphql': { target: 'http://127.0.0.1:4000', ws: true } },
  },
})
