package aurea

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"github.com/aurea-orchestrator/aurea/hist"
)

var (
	errTallyBinary  = errors.New("not the binary form of a tally")
	errDetailBinary = errors.New("not the binary form of a detail")
	errDetailNames  = errors.New("the detail is not of what the workload reports")
)

// AppendBinary appends the exact binary form of the tally: its numbers as varints,
// then its histograms, each after its length.
func (t *Tally) AppendBinary(data []byte) []byte {
	for _, n := range t.numbers() {
		data = binary.AppendUvarint(data, uint64(*n))
	}
	for _, h := range t.histograms() {
		data = appendBlock(data, h.AppendBinary(nil))
	}
	return data
}

// A PackedTally is a tally in its binary form, which takes a small part of its
// memory. It is never changed.
type PackedTally []byte

// Pack returns the tally in its binary form.
func (t *Tally) Pack() PackedTally { return slices.Clone(t.AppendBinary(nil)) } // without spare capacity

// Unpack returns a new tally, which the caller owns. The error says that the bytes
// are no tally.
func (p PackedTally) Unpack() (*Tally, error) {
	t := NewTally()
	return t, t.UnmarshalBinary(p)
}

// UnmarshalBinary sets a tally of NewTally to the one that AppendBinary wrote.
// After an error its content is undefined.
func (t *Tally) UnmarshalBinary(data []byte) error {
	in := blocks{data}
	for _, n := range t.numbers() {
		v, ok := in.number()
		if !ok {
			return errTallyBinary
		}
		*n = v
	}
	for _, h := range t.histograms() {
		block, ok := in.block()
		if !ok || h.UnmarshalBinary(block) != nil {
			return errTallyBinary
		}
	}
	if len(in.data) > 0 {
		return errTallyBinary
	}
	return nil
}

func (t *Tally) numbers() []*int64 {
	numbers := []*int64{&t.Planned, &t.Started}
	for _, o := range Outcomes() {
		numbers = append(numbers, t.at(o))
	}
	return numbers
}

func (t *Tally) histograms() []*hist.Histogram {
	return []*hist.Histogram{t.Latency, t.ServiceTime, t.Delay, t.FailedLatency}
}

func appendBlock(data, block []byte) []byte {
	return append(binary.AppendUvarint(data, uint64(len(block))), block...)
}

// blocks decodes numbers, and blocks after their lengths, from data.
type blocks struct{ data []byte }

func (b *blocks) number() (int64, bool) {
	v, n := binary.Uvarint(b.data)
	if n <= 0 || v > math.MaxInt64 {
		return 0, false
	}
	b.data = b.data[n:]
	return int64(v), true
}

func (b *blocks) block() ([]byte, bool) {
	length, ok := b.number()
	if !ok || length > int64(len(b.data)) {
		return nil, false
	}
	block := b.data[:length]
	b.data = b.data[length:]
	return block, true
}
