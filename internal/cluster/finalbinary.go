package cluster

import (
	"encoding/binary"
	"slices"

	"github.com/aurea-orchestrator/aurea"
)

// appendBinary appends the binary form of the final part; nothing if f is nil.
func (f *Final) appendBinary(data []byte) []byte {
	if f == nil {
		return data
	}
	data = appendBlock(data, []byte(clipTo(maxText, f.Problem)))
	data = f.Judged.appendBinary(data)
	data = f.Warmup.appendBinary(data)
	for _, n := range []int64{int64(f.Duration), f.MaxInFlight, int64(f.PeakFrom), int64(f.PeakUntil),
		int64(f.FirstStart), int64(f.LastStart), f.Records, f.Omitted} {
		data = binary.AppendVarint(data, n)
	}
	data = append(data, toByte(f.Stopped), toByte(f.Full))
	for _, v := range []float64{f.OtherBusy, f.Health.CPU, f.Health.Steal, f.Health.Throttled, f.Health.GCPauseMax,
		f.Health.SchedulerLatency} {
		data = appendFloat(data, v)
	}
	data = binary.AppendUvarint(data, uint64(len(f.Failures)))
	for _, class := range f.Failures {
		data = appendBlock(data, []byte(clipTo(maxClass, class.Class)))
		data = binary.AppendUvarint(data, uint64(class.Count))
		data = appendBlock(data, []byte(clipTo(maxText, class.Sample)))
	}
	data = appendBlock(data, []byte(clipTo(maxClass, f.IO)))
	return appendBlock(data, f.Lateness)
}

func (r *reader) final() *Final {
	f := &Final{Problem: r.text(maxText), Judged: r.totals(), Warmup: r.totals()}
	f.Duration, f.MaxInFlight = r.signed(), int64(r.signed())
	f.PeakFrom, f.PeakUntil = r.signed(), r.signed()
	f.FirstStart, f.LastStart = r.signed(), r.signed()
	f.Records, f.Omitted = int64(r.signed()), int64(r.signed())
	f.Stopped, f.Full = r.flag(1) == 1, r.flag(1) == 1
	f.OtherBusy = r.float()
	f.Health = aurea.Health{
		CPU: r.float(), Steal: r.float(), Throttled: r.float(), GCPauseMax: r.float(), SchedulerLatency: r.float(),
	}
	for range r.length(maxClasses) {
		f.Failures = append(f.Failures,
			aurea.ErrorClass{Class: r.text(maxClass), Count: r.count(), Sample: r.text(maxText)})
	}
	f.IO = r.text(maxClass)
	f.Lateness = slices.Clone(r.block())
	if f.Duration < 0 || f.MaxInFlight < 0 || f.LastStart < 0 || f.Records < 0 || f.Omitted < 0 {
		r.fail()
	}
	return f
}

func (t Totals) appendBinary(data []byte) []byte {
	for _, n := range []int64{t.Planned, t.Started, t.Accounted} {
		data = binary.AppendUvarint(data, uint64(n))
	}
	return append(data, t.Sum[:]...)
}

func (r *reader) totals() Totals {
	t := Totals{Planned: r.count(), Started: r.count(), Accounted: r.count()}
	if len(r.data) < len(t.Sum) {
		r.fail()
		return t
	}
	r.data = r.data[copy(t.Sum[:], r.data):]
	return t
}

func toByte(b bool) byte {
	if b {
		return 1
	}
	return 0
}
