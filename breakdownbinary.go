package aurea

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/aurea-orchestrator/aurea/hist"
)

// AppendBinary appends the exact binary form of the breakdown: the numbers of
// phases, counters, parts and statuses, then each of them after its name. A phase
// without a record is an empty histogram.
func (b *Breakdown) AppendBinary(data []byte) []byte {
	for _, n := range []int{len(b.Phases), len(b.Counters), len(b.Parts), len(b.statuses)} {
		data = binary.AppendUvarint(data, uint64(n))
	}
	for i, name := range b.Phases {
		data = appendBlock(data, []byte(name))
		data = appendBlock(data, b.phases[i].AppendBinary(nil))
	}
	for i, name := range b.Counters {
		data = appendBlock(data, []byte(name))
		data = binary.AppendVarint(data, b.counters[i])
	}
	for i, part := range b.Parts {
		data = appendBlock(data, []byte(part.Name))
		data = binary.BigEndian.AppendUint64(data, math.Float64bits(part.Weight))
		data = appendBlock(data, b.parts[i].AppendBinary(nil))
	}
	for _, counted := range b.statuses {
		data = binary.AppendUvarint(data, uint64(counted.Status))
		data = binary.AppendVarint(data, counted.Count)
	}
	return data
}

// maxEntries limits the memory that a wrong input can take: no breakdown has so many
// phases, counters, parts or statuses.
var maxEntries = [4]int64{1000, 1000, 100, 1000}

// UnmarshalBinary sets the breakdown to the one that AppendBinary wrote. After an
// error its content is undefined.
func (b *Breakdown) UnmarshalBinary(data []byte) error {
	*b = Breakdown{}
	in := blocks{data}
	var counts [4]int64
	for i := range counts {
		n, ok := in.number()
		if !ok || n > maxEntries[i] {
			return errDetailBinary
		}
		counts[i] = n
	}
	for i, read := range []func(*blocks) bool{b.readPhase, b.readCounter, b.readPart, b.readStatus} {
		for range counts[i] {
			if !read(&in) {
				return errDetailBinary
			}
		}
	}
	if len(in.data) > 0 {
		return errDetailBinary
	}
	return nil
}

// DecodeBreakdown decodes a breakdown that AppendBinary wrote and that has the
// given names. It does not trust the data: memory is limited by the names, and
// the error says that there are others.
func DecodeBreakdown(data []byte, names MetricNames) (*Breakdown, error) {
	in := blocks{data}
	for _, want := range []int{len(names.Phases), len(names.Counters), len(names.Parts)} {
		if n, ok := in.number(); !ok || n != int64(want) {
			return nil, errDetailNames
		}
	}
	b := new(Breakdown)
	if err := b.UnmarshalBinary(data); err != nil {
		return nil, err
	}
	if !slices.Equal(b.Phases, names.Phases) || !slices.Equal(b.Counters, names.Counters) ||
		!slices.Equal(b.Parts, names.Parts) {
		return nil, errDetailNames
	}
	return b, nil
}

func (b *Breakdown) readPhase(in *blocks) bool {
	name, named := in.block()
	block, ok := in.block()
	if !named || !ok {
		return false
	}
	var phase *hist.Histogram // nil without a record
	if len(block) != len(phase.AppendBinary(nil)) {
		phase = hist.New()
		if phase.UnmarshalBinary(block) != nil {
			return false
		}
	}
	b.Phases, b.phases = append(b.Phases, string(name)), append(b.phases, phase)
	return true
}

func (b *Breakdown) readCounter(in *blocks) bool {
	name, ok := in.block()
	value, n := binary.Varint(in.data)
	if !ok || n <= 0 {
		return false
	}
	in.data = in.data[n:]
	b.Counters, b.counters = append(b.Counters, string(name)), append(b.counters, value)
	return true
}

func (b *Breakdown) readStatus(in *blocks) bool {
	status, ok := in.number()
	count, n := binary.Varint(in.data)
	if !ok || status > maxEntries[3] || n <= 0 {
		return false
	}
	in.data = in.data[n:]
	b.statuses.Add(int(status), count)
	return true
}

func (b *Breakdown) readPart(in *blocks) bool {
	name, ok := in.block()
	if !ok || len(in.data) < 8 {
		return false
	}
	weight := math.Float64frombits(binary.BigEndian.Uint64(in.data))
	in.data = in.data[8:]
	block, ok := in.block()
	tally := NewTally()
	if !ok || tally.UnmarshalBinary(block) != nil {
		return false
	}
	b.Parts, b.parts = append(b.Parts, Part{string(name), weight}), append(b.parts, tally)
	return true
}
