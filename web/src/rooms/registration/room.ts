import type { RouteRecordRaw } from 'vue-router'

// One view for both paths: the form and the timeline are the same place.
const Handshake = () => import('./Handshake.vue')

export const registrationRoutes: RouteRecordRaw[] = [
  {
    path: '/',
    component: Handshake,
    children: [
      { path: '', alias: 'sign-up', name: 'sign-up', component: () => import('./SignUp.vue'), meta: { for: 'visitor', title: 'signUp.title' } },
      { path: 'preparing/:tenantId', name: 'preparing', component: () => import('./Preparing.vue'), props: true, meta: { title: 'preparing.title' } },
    ],
  },
]
