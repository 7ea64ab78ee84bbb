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

// The fields of prometheus.WriteRequest, version 1 of remote write, and of what
// it is made of. There are too few to bring a library for them.
const (
	requestSeries   = 1
	seriesLabels    = 1
	seriesSamples   = 2
	labelName       = 1
	labelValue      = 2
	sampleValue     = 1
	sampleTimestamp = 2
)

// A point is one number of a series, of a moment.
type point struct {
	value float64
	at    time.Time
}

// writeRequest encodes what a scrape at that moment would have shown, with more
// labels, such as the instance, that a scraper would have added. A series that
// counts since a known moment has a 0 there, unless began has it already, to which
// it is added: without that 0 nobody could say by how much the series has risen.
func writeRequest(families []*dto.MetricFamily, now time.Time, labels model.LabelSet, began map[model.Fingerprint]bool) ([]byte, error) {
	var request []byte
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			samples, err := expfmt.ExtractSamples(&expfmt.DecodeOptions{}, only(family, metric))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", family.GetName(), err)
			}
			since, counts := createdAt(metric)
			for _, sample := range samples {
				points := []point{{float64(sample.Value), now}}
				if key := sample.Metric.Fingerprint(); counts && !began[key] && since.Before(now) {
					points = slices.Insert(points, 0, point{0, since})
					began[key] = true
				}
				maps.Copy(sample.Metric, model.Metric(labels))
				request = appendMessage(request, requestSeries, appendSeries(nil, sample.Metric, points))
			}
		}
	}
	return request, nil
}

// only is a family with one of its metrics.
func only(family *dto.MetricFamily, metric *dto.Metric) *dto.MetricFamily {
	return &dto.MetricFamily{Name: family.Name, Type: family.Type, Metric: []*dto.Metric{metric}}
}

// createdAt is when the counting of a counter or histogram began, if it is said.
func createdAt(metric *dto.Metric) (time.Time, bool) {
	created := metric.GetCounter().GetCreatedTimestamp()
	if metric.Histogram != nil {
		created = metric.GetHistogram().GetCreatedTimestamp()
	}
	return created.AsTime(), created != nil
}

func appendSeries(to []byte, labels model.Metric, points []point) []byte {
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		var label []byte
		label = appendText(label, labelName, string(name))
		label = appendText(label, labelValue, asScraped(name, labels[name]))
		to = appendMessage(to, seriesLabels, label)
	}
	for _, p := range points {
		var sample []byte
		sample = protowire.AppendTag(sample, sampleValue, protowire.Fixed64Type)
		sample = protowire.AppendFixed64(sample, math.Float64bits(p.value))
		sample = protowire.AppendTag(sample, sampleTimestamp, protowire.VarintType)
		sample = protowire.AppendVarint(sample, uint64(p.at.UnixMilli()))
		to = appendMessage(to, seriesSamples, sample)
	}
	return to
}

// asScraped writes the number in a bucket's or quantile's label as OpenMetrics
// does, which is what Prometheus asks for: 1.0, not 1.
func asScraped(name model.LabelName, value model.LabelValue) string {
	if (name == model.BucketLabel || name == model.QuantileLabel) && !strings.ContainsAny(string(value), ".eIN") {
		return string(value) + ".0"
	}
	return string(value)
}

func appendText(to []byte, field protowire.Number, text string) []byte {
	return protowire.AppendString(protowire.AppendTag(to, field, protowire.BytesType), text)
}

func appendMessage(to []byte, field protowire.Number, message []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(to, field, protowire.BytesType), message)
}
