package aurea

import (
	"encoding/binary"
	"math"

	"github.com/aurea-orchestrator/aurea/hist"
)

// AppendBinary appends the exact binary form of the detail: the numbers of
// phases, counters, parts and statuses, then each of them after its name. A phase
// without a record is an empty histogram.
func (d *Detail) AppendBinary(data []byte) []byte {
	for _, n := range []int{len(d.Phases), len(d.Counters), len(d.Parts), len(d.statuses)} {
		data = binary.AppendUvarint(data, uint64(n))
	}
	for i, name := range d.Phases {
		data = appendBlock(data, []byte(name))
		data = appendBlock(data, d.phases[i].AppendBinary(nil))
	}
	for i, name := range d.Counters {
		data = appendBlock(data, []byte(name))
		data = binary.AppendVarint(data, d.counters[i])
	}
	for i, part := range d.Parts {
		data = appendBlock(data, []byte(part.Name))
		data = binary.BigEndian.AppendUint64(data, math.Float64bits(part.Weight))
		data = appendBlock(data, d.parts[i].AppendBinary(nil))
	}
	for _, counted := range d.statuses {
		data = binary.AppendUvarint(data, uint64(counted.Status))
		data = binary.AppendVarint(data, counted.Count)
	}
	return data
}

// maxEntries limits the memory that a wrong input can take: no detail has so many
// phases, counters, parts or statuses.
var maxEntries = [4]int64{1000, 1000, 100, 1000}

// UnmarshalBinary sets the detail to the one that AppendBinary wrote. After an
// error its content is undefined.
func (d *Detail) UnmarshalBinary(data []byte) error {
	*d = Detail{}
	in := blocks{data}
	var counts [4]int64
	for i := range counts {
		n, ok := in.number()
		if !ok || n > maxEntries[i] {
			return errDetailBinary
		}
		counts[i] = n
	}
	for i, read := range []func(*blocks) bool{d.readPhase, d.readCounter, d.readPart, d.readStatus} {
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

func (d *Detail) readPhase(in *blocks) bool {
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
	d.Phases, d.phases = append(d.Phases, string(name)), append(d.phases, phase)
	return true
}

func (d *Detail) readCounter(in *blocks) bool {
	name, ok := in.block()
	value, n := binary.Varint(in.data)
	if !ok || n <= 0 {
		return false
	}
	in.data = in.data[n:]
	d.Counters, d.counters = append(d.Counters, string(name)), append(d.counters, value)
	return true
}

func (d *Detail) readStatus(in *blocks) bool {
	status, ok := in.number()
	count, n := binary.Varint(in.data)
	if !ok || status > maxEntries[3] || n <= 0 {
		return false
	}
	in.data = in.data[n:]
	d.statuses.Add(int(status), count)
	return true
}

func (d *Detail) readPart(in *blocks) bool {
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
	d.Parts, d.parts = append(d.Parts, Part{string(name), weight}), append(d.parts, tally)
	return true
}
