import type { RouteRecordRaw } from 'vue-router'

/** What a school's admin looks after for programs of other companies; each part has an address of its own. */
export const integrationsRoutes: RouteRecordRaw[] = [
  {
    path: 'settings/developer',
    component: () => import('./Developer.vue'),
    meta: { for: 'admin', title: 'developer.title', words: 'developer' },
    children: [
      { path: '', name: 'developer', redirect: { name: 'developer-keys' } },
      { path: 'keys', name: 'developer-keys', component: () => import('./KeysPanel.vue') },
      { path: 'webhooks', name: 'developer-webhooks', component: () => import('./webhooks/WebhooksPanel.vue') },
      { path: 'requests', name: 'developer-requests', component: () => import('./requests/RequestsPanel.vue') },
      { path: 'limits', name: 'developer-limits', component: () => import('./limits/LimitsPanel.vue') },
      { path: 'test-school', name: 'developer-test-school', component: () => import('./test-school/TestSchoolPanel.vue') },
    ],
  },
]
