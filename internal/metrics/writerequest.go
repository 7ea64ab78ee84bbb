package metrics

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"google.golang.org/protobuf/encoding/protowire"
)

// The field numbers of prometheus.WriteRequest (remote write 1.0) and of its
// parts. They are too few to justify a dependency.
const (
	requestSeries   = 1
	seriesLabels    = 1
	seriesSamples   = 2
	labelName       = 1
	labelValue      = 2
	sampleValue     = 1
	sampleTimestamp = 2
)

// A point is one value of a series and its time.
type point struct {
	value float64
	at    time.Time
}

// writeRequest encodes families as a remote-write request with samples at time
// now. labels are added to each series, as a scraper would add them. A series
// whose start time is known also gets a 0 at that time, so that Prometheus sees
// its increase, unless zeroSent contains it. writeRequest adds such series to
// zeroSent.
func writeRequest(families []*dto.MetricFamily, now time.Time, labels model.LabelSet,
	zeroSent map[model.Fingerprint]bool) ([]byte, error) {
	var request []byte
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			samples, err := expfmt.ExtractSamples(&expfmt.DecodeOptions{}, singleMetric(family, metric))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", family.GetName(), err)
			}
			since, isCounter := createdAt(metric)
			for _, sample := range samples {
				points := []point{{float64(sample.Value), now}}
				if key := sample.Metric.Fingerprint(); isCounter && !zeroSent[key] && since.Before(now) {
					points = slices.Insert(points, 0, point{0, since})
					zeroSent[key] = true
				}
				maps.Copy(sample.Metric, model.Metric(labels))
				request = appendMessage(request, requestSeries, appendSeries(nil, sample.Metric, points))
			}
		}
	}
	return request, nil
}

// singleMetric returns a family that contains only the given metric.
func singleMetric(family *dto.MetricFamily, metric *dto.Metric) *dto.MetricFamily {
	return &dto.MetricFamily{Name: family.Name, Type: family.Type, Metric: []*dto.Metric{metric}}
}

// createdAt returns the created timestamp of a counter or histogram, and
// whether there is one.
func createdAt(metric *dto.Metric) (time.Time, bool) {
	created := metric.GetCounter().GetCreatedTimestamp()
	if metric.Histogram != nil {
		created = metric.GetHistogram().GetCreatedTimestamp()
	}
	return created.AsTime(), created != nil
}

// appendSeries appends a TimeSeries message.
func appendSeries(buf []byte, labels model.Metric, points []point) []byte {
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		var label []byte
		label = appendString(label, labelName, string(name))
		label = appendString(label, labelValue, openMetricsLabel(name, labels[name]))
		buf = appendMessage(buf, seriesLabels, label)
	}
	for _, p := range points {
		var sample []byte
		sample = protowire.AppendTag(sample, sampleValue, protowire.Fixed64Type)
		sample = protowire.AppendFixed64(sample, math.Float64bits(p.value))
		sample = protowire.AppendTag(sample, sampleTimestamp, protowire.VarintType)
		sample = protowire.AppendVarint(sample, uint64(p.at.UnixMilli()))
		buf = appendMessage(buf, seriesSamples, sample)
	}
	return buf
}

// openMetricsLabel formats the number in an le or quantile label as OpenMetrics
// does and Prometheus expects: 1.0, not 1.
func openMetricsLabel(name model.LabelName, value model.LabelValue) string {
	if (name == model.BucketLabel || name == model.QuantileLabel) && !strings.ContainsAny(string(value), ".eIN") {
		return string(value) + ".0"
	}
	return string(value)
}

// appendString appends a field of type string.
func appendString(buf []byte, field protowire.Number, text string) []byte {
	return protowire.AppendString(protowire.AppendTag(buf, field, protowire.BytesType), text)
}

// appendMessage appends a field of type message.
func appendMessage(buf []byte, field protowire.Number, message []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(buf, field, protowire.BytesType), message)
}
