import * as z from 'zod/mini'
import { newPassword, presentPassword, properName } from '../../shared/fields.ts'

/** Somebody new says who they are and chooses a password; whoever has an account shows that they know theirs. */
export const newcomerForm = z.object({ name: properName, password: newPassword })
export const memberForm = z.object({ password: presentPassword })
