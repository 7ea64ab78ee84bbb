// Requests to URL. In place of k6's report: how many a second.
import http from 'k6/http'

export const options = { discardResponseBodies: true }

export default function () { http.get(__ENV.URL) }

export function handleSummary(data) {
  return { stdout: JSON.stringify(data.metrics.iterations.values) + '\n' }
}
