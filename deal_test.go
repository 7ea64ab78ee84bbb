package aurea

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// jobsOf returns the numbers of the first n jobs.
func jobsOf(d Deal, n int64) []int64 {
	var numbers []int64
	for k := range n {
		numbers = append(numbers, d.Job(k))
	}
	return numbers
}

// Ten slots and eight workers: the first two have two slots, and twice the jobs.
func TestJobsFollowTheSlots(t *testing.T) {
	plan := NewPlan(Spec{NumJobs: 100, Concurrency: 10}, 1)
	for i, want := range map[int][]int64{
		0: {0, 8, 10, 18, 20},
		1: {1, 9, 11, 19, 21},
		2: {2, 12, 22, 32, 42},
		7: {7, 17, 27, 37, 47},
	} {
		if diff := cmp.Diff(want, jobsOf(plan.Shard(i, EqualWeights(8)).Deal, 5)); diff != "" {
			t.Errorf("jobs of worker %d (-want +got):\n%s", i, diff)
		}
	}
}

// Law: if the number of equal shards divides the concurrency, shard i of n has
// every n-th job, from i on.
func TestEqualShardsAreStrided(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, each := rapid.Int64Range(1, 64).Draw(t, "shards"), rapid.Int64Range(1, 1000).Draw(t, "slots of each")
		plan := NewPlan(Spec{NumJobs: MaxJobs, Concurrency: n * each}, 1)
		i := rapid.Int64Range(0, n-1).Draw(t, "shard")
		first, stride, ok := plan.Shard(int(i), EqualWeights(int(n))).Deal.Strided()
		if !ok || first != i || stride != n {
			t.Fatalf("shard %d of %d is %d + k·%d (%v)", i, n, first, stride, ok)
		}
	})
}

// Law: the numbers of a shard's jobs ascend, JobsBelow is the inverse of Job, and
// a strided deal has the jobs that its first and its stride say.
func TestJobsBelow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plan := plans().Draw(t, "plan")
		if plan.Jobs == 0 {
			return
		}
		d, k := plan.Deal, rapid.Int64Range(0, min(plan.Jobs, 1<<40)-1).Draw(t, "job")
		number := d.Job(k)
		if below := d.JobsBelow(number); below != k {
			t.Fatalf("job %d is number %d, before which there are %d", k, number, below)
		}
		if below := d.JobsBelow(number + 1); below != k+1 {
			t.Fatalf("up to number %d of job %d there are %d", number, k, below)
		}
		if first, stride, ok := d.Strided(); ok && first+k*stride != number {
			t.Fatalf("job %d is number %d, and by %d + k·%d it is not", k, number, first, stride)
		}
	})
}

// Law: a shard's slots do not depend on the concurrency with which it was dealt.
func TestSlotsStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := weights().Draw(t, "weights")
		i := rapid.IntRange(0, len(w)-1).Draw(t, "shard")
		few := NewPlan(Spec{NumJobs: MaxJobs, Concurrency: rapid.Int64Range(1, 100).Draw(t, "few")}, 1).Shard(i, w)
		many := NewPlan(Spec{NumJobs: MaxJobs, Concurrency: rapid.Int64Range(1, 100).Draw(t, "many")}, 1).Shard(i, w)
		n := rapid.Int64Range(0, 1000).Draw(t, "concurrency")
		if a, b := few.Deal.SlotsBelow(n), many.Deal.SlotsBelow(n); a != b {
			t.Fatalf("of %d slots it has %d, and %d when dealt with another concurrency", n, a, b)
		}
	})
}

func TestCheckDeal(t *testing.T) {
	cycle := []Cycle{{3, []int64{0, 2}}}
	for _, test := range []struct {
		deal Deal
		want string
	}{
		{Deal{}, ""},
		{Deal{4, 3, cycle}, ""},
		{Deal{4, 2, cycle}, "deal: 2 slots of 4; the cycles give 3"},
		{Deal{0, 0, cycle}, "deal: 0 slots of 0 by 1 cycles"},
		{Deal{4, 4, nil}, "deal: 4 slots of 4 by 0 cycles"},
		{Deal{-4, 0, cycle}, "deal: 0 slots of -4 by 1 cycles"},
		{Deal{4, -1, cycle}, "deal: -1 slots of 4 by 1 cycles"},
		{Deal{4, 0, []Cycle{{3, nil}}}, "deal: a cycle of 3 must have offsets below that; got 0, up to -1"},
		{Deal{4, 4, []Cycle{{3, []int64{3}}}}, "deal: a cycle of 3 must have offsets below that; got 1, up to 3"},
		{Deal{4, 4, []Cycle{{3, []int64{1, 1}}}}, "deal: the offsets of a cycle must ascend from 0; got 1 after 1"},
		{Deal{4, 4, []Cycle{{3, []int64{-1}}}}, "deal: the offsets of a cycle must ascend from 0; got -1 after -1"},
	} {
		got := ""
		if err := test.deal.Check(); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%+v: %q, want %q", test.deal, got, test.want)
		}
	}
}

// Any deal that Check accepts can be used: its jobs have numbers that JobsBelow
// counts.
func FuzzDeal(f *testing.F) {
	f.Add([]byte(`{"of": 4, "slots": 3, "cycles": [{"length": 3, "offsets": [0, 2]}]}`))
	f.Add([]byte(`{"of": 10, "slots": 1, "cycles": [{"length": 8, "offsets": [3]}, {"length": 2, "offsets": [0]}]}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		var d Deal
		if json.Unmarshal(document, &d) != nil || d.Check() != nil {
			return
		}
		if d.Of > 0 && d.Slots == 0 {
			return
		}
		for _, k := range []int64{0, 1, d.Slots, d.Slots + 1, 1_000_000} {
			if got := d.JobsBelow(d.Job(k)); got != k {
				t.Fatalf("%s: before job %d there are %d", document, k, got)
			}
		}
	})
}
