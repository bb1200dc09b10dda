import * as z from 'zod/mini'
import { newPassword, personName, presentPassword } from '../../shared/fields.ts'

/** Somebody new says who they are and chooses a password; whoever has an account shows that they know theirs. */
export const newcomerForm = z.object({ name: personName, password: newPassword })
export const memberForm = z.object({ password: presentPassword })
