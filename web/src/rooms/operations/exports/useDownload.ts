import type { Problem } from '../../../apollo/problem.ts'
import { ServerError } from '@apollo/client/errors'
import { ref, shallowRef } from 'vue'
import { readProblem } from '../../../apollo/problem.ts'
import { useApollo } from '../../../apollo/useApollo.ts'

/** Fetches an export with the access token, which no plain link could carry, and has the browser save it under its own name. */
export function useDownload() {
  const { tokens } = useApollo()
  const running = ref<string>()
  const problem = shallowRef<Problem>()

  async function fetchFile(id: string) {
    const token = await tokens.fresh()
    const response = await fetch(`/exports/${id}`, { headers: token ? { authorization: `Bearer ${token}` } : {} })
    if (!response.ok)
      throw new ServerError('The export was refused.', { response, bodyText: await response.text() })
    const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'school.zip'
    return { name, file: await response.blob() }
  }

  /** Answers whether it is saved; why not shows in `problem`. */
  async function download(id: string): Promise<boolean> {
    running.value = id
    problem.value = undefined
    try {
      const { name, file } = await fetchFile(id)
      const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(file), download: name })
      link.click()
      // The browser has what it needs once the click has been heard.
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
      return true
    }
    catch (error) {
      problem.value = readProblem(error)
      return false
    }
    finally {
      running.value = undefined
    }
  }
  return { download, running, problem }
}
