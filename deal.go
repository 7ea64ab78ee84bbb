package aurea

import (
	"fmt"
	"slices"
)

// A Deal says which slots and which jobs of a whole plan are those of a shard. A
// slot is a place for one job in flight; the slots of a plan have the numbers 0,
// 1, 2 and so on, and so have its jobs. The whole plan deals its jobs to its
// slots in turn, and each shard has the jobs of its slots. So a shard's part of
// the jobs is its part of the concurrency.
//
// A Deal does not change: a control that changes the concurrency changes how
// many slots are open, not which jobs they have. The zero Deal has all slots and
// all jobs. A Deal is immutable, so copies may share its cycles.
type Deal struct {
	Of     int64   `json:"of"`     // slots of the whole plan when it was dealt; 0 for the whole plan
	Slots  int64   `json:"slots"`  // slots of the shard among them
	Cycles []Cycle `json:"cycles"` // how the slots were dealt: first those of the whole plan, then those of its shard
}

// A Cycle is one receiver's part when numbered items are dealt in cycles of
// Length: of each cycle it gets the items at Offsets, which ascend from 0 to
// Length-1.
type Cycle struct {
	Length  int64   `json:"length"`
	Offsets []int64 `json:"offsets"`
}

// item returns the number of the receiver's m-th item.
func (c Cycle) item(m int64) int64 {
	if len(c.Offsets) == 1 {
		return m*c.Length + c.Offsets[0]
	}
	n := int64(len(c.Offsets))
	return m/n*c.Length + c.Offsets[m%n]
}

// below returns how many of the first n items the receiver has.
func (c Cycle) below(n int64) int64 {
	rest, _ := slices.BinarySearch(c.Offsets, n%c.Length)
	return n/c.Length*int64(len(c.Offsets)) + int64(rest)
}

// Slot returns the number in the whole plan of the shard's m-th slot.
func (d Deal) Slot(m int64) int64 {
	for i := len(d.Cycles) - 1; i >= 0; i-- {
		m = d.Cycles[i].item(m)
	}
	return m
}

// SlotsBelow returns how many of the whole plan's first n slots are the shard's:
// its part of a concurrency of n.
func (d Deal) SlotsBelow(n int64) int64 {
	for _, c := range d.Cycles {
		n = c.below(n)
	}
	return n
}

// Job returns the number in the whole plan of the shard's k-th job. The shard
// must have a slot.
func (d Deal) Job(k int64) int64 {
	if d.Of == 0 {
		return k
	}
	if k < d.Slots {
		return d.Slot(k)
	}
	return k/d.Slots*d.Of + d.Slot(k%d.Slots)
}

// JobsBelow returns how many of the whole plan's first n jobs are the shard's.
func (d Deal) JobsBelow(n int64) int64 {
	if d.Of == 0 {
		return n
	}
	return n/d.Of*d.Slots + d.SlotsBelow(n%d.Of)
}

// Strided reports whether the k-th job is first + k·stride for every k, which is
// computed without a division. It is so for the whole plan, and for shards of
// equal weights whose number divides the concurrency.
func (d Deal) Strided() (first, stride int64, ok bool) {
	switch d.Slots {
	case 0:
		return 0, 1, d.Of == 0
	case 1:
		return d.Slot(0), d.Of, true
	}
	stride = 1
	for _, c := range d.Cycles {
		if len(c.Offsets) != 1 {
			return 0, 0, false
		}
		stride *= c.Length
	}
	return d.Slot(0), stride, stride*d.Slots == d.Of
}

// Check returns an error unless the deal is one that Plan.Shard can make. Call
// it for a deal that was decoded, before any other method.
func (d Deal) Check() error {
	if d.Of < 0 || d.Slots < 0 || d.Of > MaxJobs || (d.Of == 0) != (len(d.Cycles) == 0) {
		return fmt.Errorf("deal: %d slots of %d by %d cycles", d.Slots, d.Of, len(d.Cycles))
	}
	for _, c := range d.Cycles {
		if err := c.check(); err != nil {
			return err
		}
	}
	if want := d.SlotsBelow(d.Of); d.Slots != want {
		return fmt.Errorf("deal: %d slots of %d; the cycles give %d", d.Slots, d.Of, want)
	}
	return nil
}

func (c Cycle) check() error {
	last := int64(-1)
	for _, offset := range c.Offsets {
		if offset <= last {
			return fmt.Errorf("deal: the offsets of a cycle must ascend from 0; got %d after %d", offset, last)
		}
		last = offset
	}
	if last < 0 || last >= c.Length {
		return fmt.Errorf("deal: a cycle of %d must have offsets below that; got %d, up to %d",
			c.Length, len(c.Offsets), last)
	}
	return nil
}

// dealt returns the deal of a shard of a shard. slots is how many slots the plan
// has that is dealt now; it counts only if that is the whole plan.
func (d Deal) dealt(c Cycle, slots int64) Deal {
	if d.Of == 0 {
		d.Of = slots
	}
	d.Cycles = append(slices.Clip(d.Cycles), c)
	d.Slots = d.SlotsBelow(d.Of)
	return d
}
