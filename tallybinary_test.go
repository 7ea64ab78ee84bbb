package aurea

import (
	"encoding/hex"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawTally draws a tally with any content.
func drawTally(t *rapid.T) *Tally {
	tally := NewTally()
	for _, n := range tally.numbers() {
		*n = rapid.Int64Min(0).Draw(t, "n")
	}
	for _, h := range tally.histograms() {
		for _, d := range rapid.SliceOfN(rapid.Int64Min(0), 0, 5).Draw(t, "durations") {
			h.Record(time.Duration(d))
		}
	}
	return tally
}

// Law: the binary form decodes to the same tally.
func TestTallyBinary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tally, read := drawTally(t), NewTally()
		data := tally.AppendBinary([]byte("before"))[len("before"):]
		if err := read.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
		if read.Counts != tally.Counts || read.Started != tally.Started {
			t.Fatalf("decoded %+v, want %+v", read.Counts, tally.Counts)
		}
		for i, h := range read.histograms() {
			if want := tally.histograms()[i]; Summarize(h) != Summarize(want) || h.Sum() != want.Sum() {
				t.Fatalf("histogram %d is %+v, was %+v", i, Summarize(h), Summarize(want))
			}
		}
		if again := read.AppendBinary(nil); string(again) != string(data) {
			t.Fatal("encoding it again gives other data")
		}
	})
}

// Law: data is an error, or is of a tally that encodes and decodes to itself.
func FuzzTallyBinary(f *testing.F) {
	tally := NewTally()
	f.Add(tally.AppendBinary(nil))
	tally.End(OK, 1, 20, 300)
	tally.End(TimedOut, 1, 20, 30e9)
	f.Add(tally.AppendBinary(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		read, again := NewTally(), NewTally()
		if read.UnmarshalBinary(data) != nil {
			return
		}
		written := read.AppendBinary(nil)
		if err := again.UnmarshalBinary(written); err != nil || string(again.AppendBinary(nil)) != string(written) {
			t.Fatalf("%x decodes, but not when encoded again: %v", data, err)
		}
	})
}

// UnmarshalBinary decodes a tally that the first version stored.
func TestTallyOfTheFirstVersion(t *testing.T) {
	data, err := hex.DecodeString("030201010000000015018094ebdc038094ebdc03008094ebdc03f3a601011801c08faedc03c0b784960b" +
		"0080c7b2f20ef1a60101a40c010e01c0843dc0843d0080897aa15702150180bcc1960b80bcc1960b0080bcc1960b96b30101")
	if err != nil {
		t.Fatal(err)
	}
	tally := NewTally()
	if err := tally.UnmarshalBinary(data); err != nil {
		t.Fatal(err)
	}
	if want := (Counts{Planned: 3, OK: 1, Failed: 1}); tally.Counts != want || tally.Started != 2 {
		t.Errorf("counts %+v and %d started, want %+v and 2", tally.Counts, tally.Started, want)
	}
	if got := tally.ServiceTime.StdDev(); math.Abs(got-1) > 0.001 {
		t.Errorf("the service time has the deviation %v, want about 1", got)
	}
	if got := tally.Delay.StdDev(); got != 0 {
		t.Errorf("equal delays have the deviation %v", got)
	}
}
