import type { RouteRecordRaw } from 'vue-router'

/** A document of its own, with a policy of its own. */
export const explorerPath = '/console/explorer'

export const loadExplorer = () => import('./Explorer.vue')

/** Hands over to that document whoever comes here from within, say after signing in. */
export const explorerRoutes: RouteRecordRaw[] = [
  {
    path: explorerPath,
    // Never drawn: the guard below leaves these pages.
    component: () => import('../../Nowhere.vue'),
    beforeEnter: (to) => {
      location.assign(explorerPath + to.fullPath.slice(to.path.length))
      return false
    },
  },
]
