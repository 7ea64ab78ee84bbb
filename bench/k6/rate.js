// 500 requests a second for 20 s to URL. In place of k6's report: how long they took, in seconds.
import http from 'k6/http'

export const options = {
  scenarios: {
    rate: { executor: 'constant-arrival-rate', rate: 500, timeUnit: '1s', duration: '20s', preAllocatedVUs: 50, maxVUs: 2000 },
  },
  summaryTrendStats: ['p(95)', 'p(99)', 'p(99.9)'],
}

export default function () { http.get(__ENV.URL) }

export function handleSummary(data) {
  const took = data.metrics.http_req_duration.values
  const rate = data.metrics.iterations.values.rate
  return { stdout: JSON.stringify({ rate, p95: took['p(95)'] / 1e3, p99: took['p(99)'] / 1e3, p999: took['p(99.9)'] / 1e3 }) + '\n' }
}
