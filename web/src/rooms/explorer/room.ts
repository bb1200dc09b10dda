import type { RouteRecordRaw } from 'vue-router'

/** Documents of their own, with a policy of their own: of superadmins, and of the admins of a school, who ask as one of its keys. */
export const explorerPath = '/console/explorer'
export const keyExplorerPath = '/settings/developer/explorer'

export const loadExplorer = () => import('./operator/OperatorExplorer.vue')
export const loadKeyExplorer = () => import('./keys/KeyExplorer.vue')

/** Hands over to those documents whoever comes there from within, say after signing in. */
export const explorerRoutes = [explorerPath, keyExplorerPath].map((path): RouteRecordRaw => ({
  path,
  // Never drawn: the guard below leaves these pages.
  component: () => import('../../Nowhere.vue'),
  beforeEnter: (to) => {
    location.assign(path + to.fullPath.slice(to.path.length))
    return false
  },
}))
