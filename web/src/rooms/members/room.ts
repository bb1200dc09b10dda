import type { RouteRecordRaw } from 'vue-router'

export const invitationRoutes: RouteRecordRaw[] = [
  { path: '/invitation', name: 'invitation', component: () => import('./Invitation.vue'), meta: { title: 'invitation.title' } },
]

export const membersRoutes: RouteRecordRaw[] = [
  { path: 'members', name: 'members', component: () => import('./Members.vue'), meta: { for: 'admin', title: 'members.title' } },
]
