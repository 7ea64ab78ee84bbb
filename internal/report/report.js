// The charts of a report, drawn from the result that the page holds. Its
// imports are of the folder internal/server/ui.

import { sharedCursor } from "./charts/cursor.js";
import { plot } from "./charts/plot.js";
import { indent } from "./core/json.js";
import { asked } from "./figures/asked.js";
import { histogramOptions, percentilesOptions } from "./figures/distribution.js";
import { inFlightOptions, latencyOptions, pointsOf, throughputOptions } from "./figures/overtime.js";

const text = document.getElementById("result").textContent;
const result = JSON.parse(text);
const points = pointsOf(result.series ?? []);
const course = { points, asked: asked(result, points.at(-1)?.t ?? 0), summary: result };

const charts = document.getElementById("charts");
if (points.length > 1) {
  const cursor = sharedCursor();
  if (result.latency.count > 0) charts.append(plot(latencyOptions(course), cursor));
  charts.append(plot(throughputOptions(course), cursor), plot(inFlightOptions(course), cursor));
}
const buckets = result.histogram?.buckets ?? [];
if (buckets.length > 1) {
  const curve = { name: "latency", tone: "a", buckets, summary: result.latency };
  charts.append(plot(percentilesOptions("Percentiles of the latency", [curve], course.asked.limits)),
    plot(histogramOptions("Distribution of the latency", curve)));
}

const raw = document.getElementById("raw");
raw.addEventListener("toggle", () => { raw.querySelector("pre").textContent = indent(text); }, { once: true });
