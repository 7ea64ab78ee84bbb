package cluster

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// reportVersion is the first byte of a report. Numbers are varints, texts and
// tallies follow their length.
const reportVersion = 1

var errReport = errors.New("not the binary form of a report")

// MarshalBinary returns the binary form, of at most maxReport bytes. Failures of
// too many classes and traced jobs beyond maxTraced are summed up or left out.
func (r *Report) MarshalBinary() ([]byte, error) {
	encoded, err := r.encode()
	return encoded.message(r.Epoch), err
}

// encode returns the binary form of the report.
func (r *Report) encode() (encodedReport, error) {
	return r.encodeWith(r.Judged.AppendBinary(nil), appendTally(nil, r.Warmup))
}

// An encodedReport is the binary form of a report but for its epoch. A report
// is sent again to a server that takes the run over.
type encodedReport struct {
	seq  uint64
	body []byte // what follows the epoch
}

// message returns the binary form for the server of an epoch.
func (e encodedReport) message(epoch uint64) []byte {
	data := make([]byte, 0, 1+binary.MaxVarintLen64+len(e.body))
	data = binary.AppendUvarint(append(data, reportVersion), epoch)
	return append(data, e.body...)
}

// encodeWith returns the binary form of the report, with its tallies in their
// binary form. warmup is empty if it has none.
func (r *Report) encodeWith(judged, warmup aurea.PackedTally) (encodedReport, error) {
	var data []byte
	for _, n := range []uint64{r.Seq, uint64(r.Elapsed), uint64(r.Length), uint64(r.Paused), uint64(r.InFlight)} {
		data = binary.AppendUvarint(data, n)
	}
	data = appendFloat(data, r.CPU)
	failures := fewClasses(r.Failures)
	data = binary.AppendUvarint(data, uint64(len(failures)))
	for _, class := range slices.Sorted(maps.Keys(failures)) {
		data = appendBlock(data, []byte(class))
		data = binary.AppendUvarint(data, uint64(failures[class]))
	}
	data = appendBlock(data, judged)
	data = appendBlock(data, warmup)
	traced := r.Traced[:min(len(r.Traced), maxTraced)]
	data = binary.AppendUvarint(data, uint64(len(traced)))
	for _, job := range traced {
		data = job.appendBinary(data)
	}
	data = appendBlock(data, r.Piece)
	data = appendBlock(data, r.Final.appendBinary(nil))
	const header = 1 + binary.MaxVarintLen64
	if soFar := appendBlock(nil, r.SoFar); header+len(data)+len(soFar) <= maxReport {
		data = append(data, soFar...)
	} else {
		data = appendBlock(data, nil) // the end of the run brings it
	}
	if size := header + len(data); size > maxReport {
		return encodedReport{}, fmt.Errorf("a report of %d bytes is more than the %d that can be sent", size, maxReport)
	}
	return encodedReport{seq: r.Seq, body: data}, nil
}

// UnmarshalBinary sets the report to the one that MarshalBinary wrote, and checks
// all that needs no knowledge of the run. It reuses the memory of the tallies; r
// may be the zero value. After an error its content is undefined.
func (r *Report) UnmarshalBinary(data []byte) error {
	if len(data) == 0 || len(data) > maxReport || data[0] != reportVersion {
		return errReport
	}
	if r.Judged == nil {
		*r = *NewReport()
	}
	r.Reset()
	in := reader{data: data[1:]}
	r.Epoch, r.Seq = in.next(), in.next()
	r.Elapsed, r.Length, r.Paused = in.time(), in.time(), in.time()
	r.InFlight, r.CPU = in.count(), in.float()
	for range in.length(maxClasses) {
		class := in.text(maxClass)
		if _, twice := r.Failures[class]; twice {
			return errReport
		}
		r.Failures[class] = in.count()
	}
	if in.tally(r.Judged); in.failed {
		return errReport
	}
	if block := in.block(); len(block) > 0 && r.warmup().UnmarshalBinary(block) != nil {
		return errReport
	}
	for range in.length(maxTraced) {
		r.Traced = append(r.Traced, in.traced())
	}
	r.Piece = slices.Clone(in.block())
	if block := in.block(); len(block) > 0 {
		final := reader{data: block}
		r.Final = final.final()
		in.failed = in.failed || final.failed || len(final.data) > 0
	}
	if block := in.block(); len(block) > 0 {
		r.SoFar = slices.Clone(block)
	}
	if in.failed || len(in.data) > 0 {
		return errReport
	}
	return r.check()
}

// check reports a value that no worker sends.
func (r *Report) check() error {
	if r.Seq < 1 || r.Length > r.Elapsed || r.Paused > r.Elapsed {
		return fmt.Errorf("a report has a number from 1 and times up to its end; got number %d, length %s and pause %s of %s",
			r.Seq, r.Length, r.Paused, r.Elapsed)
	}
	if err := checkTally(r.Judged); err != nil {
		return err
	}
	failures := r.Judged.Failed + r.Judged.Timeout
	if r.Warmup != nil {
		if err := checkTally(r.Warmup); err != nil {
			return err
		}
		failures += r.Warmup.Failed + r.Warmup.Timeout
	}
	var classified int64
	for _, n := range r.Failures {
		classified += n
	}
	if classified > failures {
		return fmt.Errorf("the report has %d failures and %d by class", failures, classified)
	}
	return nil
}

// maxCount is more jobs than a run has, and small enough for sums of counts.
const maxCount = 1 << 53

// checkTally checks the tally of an interval: its histograms have the samples of
// its outcomes, and it has no planned and lost jobs, which are known at the end.
func checkTally(t *aurea.Tally) error {
	for _, n := range []int64{t.Started, t.OK, t.Failed, t.Timeout, t.Cancelled, t.Dropped} {
		if n < 0 || n > maxCount {
			return fmt.Errorf("a count must be from 0 to %d; got %d", int64(maxCount), n)
		}
	}
	switch ended := t.Ended(); {
	case t.Planned != 0 || t.Lost != 0:
		return fmt.Errorf("an interval has no planned and no lost jobs; got %d and %d", t.Planned, t.Lost)
	case t.Latency.Count() != t.OK || t.FailedLatency.Count() != t.Failed+t.Timeout:
		return fmt.Errorf("the latencies of %d and %d jobs are not those of %d ok and %d failed",
			t.Latency.Count(), t.FailedLatency.Count(), t.OK, t.Failed+t.Timeout)
	case t.ServiceTime.Count() != ended || t.Delay.Count() != ended:
		return fmt.Errorf("the times of %d and %d jobs are not those of %d that ended",
			t.ServiceTime.Count(), t.Delay.Count(), ended)
	}
	return nil
}

func (t Traced) appendBinary(data []byte) []byte {
	data = binary.AppendUvarint(data, uint64(t.Job))
	data = binary.AppendVarint(data, int64(t.Start))
	data = binary.AppendVarint(data, int64(t.End))
	data = append(data, byte(t.Outcome))
	return appendBlock(data, []byte(clipTo(maxText, t.Problem)))
}

func (r *reader) traced() Traced {
	return Traced{
		Job: r.count(), Start: r.signed(), End: r.signed(),
		Outcome: aurea.Outcome(r.flag(int(aurea.Lost))), Problem: r.text(maxText),
	}
}

func appendTally(data []byte, t *aurea.Tally) []byte {
	if t == nil {
		return data
	}
	return t.AppendBinary(data)
}

func appendBlock(data, block []byte) []byte {
	return append(binary.AppendUvarint(data, uint64(len(block))), block...)
}

func appendFloat(data []byte, f float64) []byte {
	return binary.BigEndian.AppendUint64(data, math.Float64bits(f))
}

// A reader decodes from data. Once something is not there or out of its range,
// failed is set and it returns zero values.
type reader struct {
	data   []byte
	failed bool
}

func (r *reader) fail() { r.data, r.failed = nil, true }

func (r *reader) next() uint64 {
	v, n := binary.Uvarint(r.data)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.data = r.data[n:]
	return v
}

// upTo returns a number from 0 to most.
func (r *reader) upTo(most uint64) int64 {
	v := r.next()
	if v > most {
		r.fail()
		return 0
	}
	return int64(v)
}

func (r *reader) count() int64 { return r.upTo(maxCount) }

// maxTime is longer than a run takes, and small enough for sums of times.
const maxTime = math.MaxInt64 / 4

func (r *reader) time() time.Duration { return time.Duration(r.upTo(maxTime)) }

// signed returns a time that may be negative.
func (r *reader) signed() time.Duration {
	v, n := binary.Varint(r.data)
	if n <= 0 || v > maxTime || v < -maxTime {
		r.fail()
		return 0
	}
	r.data = r.data[n:]
	return time.Duration(v)
}

// length returns the number of the items that follow, at most one a byte.
func (r *reader) length(most int) int { return int(r.upTo(uint64(min(most, len(r.data))))) }

// flag returns a byte from 0 to most.
func (r *reader) flag(most int) int {
	if len(r.data) == 0 || int(r.data[0]) > most {
		r.fail()
		return 0
	}
	v := int(r.data[0])
	r.data = r.data[1:]
	return v
}

// float returns a finite number that is not negative.
func (r *reader) float() float64 {
	if len(r.data) < 8 {
		r.fail()
		return 0
	}
	f := math.Float64frombits(binary.BigEndian.Uint64(r.data))
	r.data = r.data[8:]
	if !(f >= 0 && f <= math.MaxFloat32) {
		r.fail()
		return 0
	}
	return f
}

// block returns the bytes after their length. They belong to the data.
func (r *reader) block() []byte {
	n := r.next()
	if n > uint64(len(r.data)) {
		r.fail()
		return nil
	}
	block := r.data[:n]
	r.data = r.data[n:]
	return block
}

// text returns a text that clipTo returns unchanged.
func (r *reader) text(most int) string {
	text := string(r.block())
	if clipTo(most, text) != text {
		r.fail()
	}
	return text
}

func (r *reader) tally(into *aurea.Tally) {
	if into.UnmarshalBinary(r.block()) != nil {
		r.fail()
	}
}
