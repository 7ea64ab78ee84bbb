package hist

import (
	"bytes"
	"encoding/hex"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Law: the binary form decodes to the same histogram, also into a used one.
func TestBinary(t *testing.T) {
	read := record([]int64{5, 7})
	rapid.Check(t, func(t *rapid.T) {
		written := record(durations().Draw(t, "values"))
		written.RecordN(time.Duration(rapid.Int64Min(0).Draw(t, "v")), rapid.Int64Range(0, 1<<50).Draw(t, "n"))
		if err := read.UnmarshalBinary(written.AppendBinary(nil)); err != nil {
			t.Fatal(err)
		}
		if !same(read, written) {
			t.Fatalf("decoded %+v, want %+v", read, written)
		}
	})
}

func TestBinaryOfNothing(t *testing.T) {
	var none *Histogram
	read := record([]int64{5})
	if err := read.UnmarshalBinary(none.AppendBinary(nil)); err != nil || !same(read, New()) {
		t.Errorf("a nil histogram decodes to %+v, %v", read, err)
	}
}

func TestBinaryAppends(t *testing.T) {
	h := record([]int64{1, 2, 3000})
	data := h.AppendBinary([]byte("before"))
	read := New()
	if prefix := string(data[:len("before")]); prefix != "before" {
		t.Errorf("the data begins with %q", prefix)
	}
	if err := read.UnmarshalBinary(data[len("before"):]); err != nil || !same(read, h) {
		t.Errorf("%q decodes to %+v, %v", data, read, err)
	}
}

// Version 1 can be decoded. Its deviation is that of the buckets.
func TestBinaryWithoutSquares(t *testing.T) {
	for written, want := range map[string]struct {
		count     int64
		deviation float64
	}{
		"018094ebdc0380bcc1960b0080d0acf30ef3a60101a20c01": {2, 1}, // 1 s and 3 s
		"0180a8d6b90780a8d6b9070080f882ad16f3ae0103":       {3, 0}, // 2 s, three times
		"01": {0, 0},
	} {
		data, err := hex.DecodeString(written)
		if err != nil {
			t.Fatal(err)
		}
		h := New()
		if err := h.UnmarshalBinary(data); err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		if h.Count() != want.count || math.Abs(h.StdDev()-want.deviation) > 0.001 {
			t.Errorf("%s decodes to %d samples with the deviation %v, want %d and %v",
				written, h.Count(), h.StdDev(), want.count, want.deviation)
		}
		again := New()
		if err := again.UnmarshalBinary(h.AppendBinary(nil)); err != nil || !same(again, h) {
			t.Errorf("%s decodes to %+v and then to %+v, %v", written, h, again, err)
		}
	}
}

// bounds is the inverse of bucket.
func TestBucket(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Int64Range(0, top).Draw(t, "v") >> rapid.IntRange(0, 46).Draw(t, "shift")
		i := bucket(v)
		if from, upTo := bounds(i); v < from || v > upTo {
			t.Fatalf("bucket %d is from %d to %d, which is not %d's", i, from, upTo, v)
		}
	})
}

// Law: data is an error and leaves the histogram empty, or is of a histogram that
// encodes and decodes to itself.
func FuzzUnmarshalBinary(f *testing.F) {
	f.Add(New().AppendBinary(nil))
	f.Add(record([]int64{0, 1, 2047, 2048, 1e9, int64(48 * time.Hour)}).AppendBinary(nil))
	for _, form := range [][]byte{{version, 0, 0, 0, 0, 0, 0, 0}, {withoutSquares, 0, 0, 0, 0}} {
		f.Add(append(bytes.Clone(form), 0, 1))
	}
	three := []byte{version, 3, 3, 0, 3, 0, 0, 9}
	f.Add(append(bytes.Clone(three), 3, 1))
	f.Add(append(bytes.Clone(three), 3, 1, 0, 1))                                             // a bucket after the last
	f.Add(append(bytes.Clone(three), 3, 1, 0xa0, 0x8d, 0x06, 1, 0, 1))                        // and more, far beyond
	f.Add([]byte{version, 3, 3, 0, 3, 0, 0, 10, 3, 1})                                        // too large a sum of squares
	f.Add([]byte{withoutSquares, 0, 0xff, 0x7f, 0, 0xff, 0x7f, 0, 2, 0xf9, 0x1e, 1})          // estimated beyond what can be
	f.Add([]byte{withoutSquares, 0x80, 0x94, 0xeb, 0xdc, 3, 0x80, 0x94, 0xeb, 0xdc, 3, 0, 1}) // cut off
	h, again := New(), New()
	f.Fuzz(func(t *testing.T, data []byte) {
		if h.UnmarshalBinary(data) != nil {
			if !same(h, New()) {
				t.Fatalf("%x is an error and leaves %+v", data, h)
			}
			return
		}
		if err := again.UnmarshalBinary(h.AppendBinary(nil)); err != nil || !same(again, h) {
			t.Fatalf("%x decodes to %+v and then to %+v, %v", data, h, again, err)
		}
		if h.Quantile(0.5) < h.Min() || h.Quantile(0.5) > h.Max() {
			t.Fatalf("%x has a median beyond its minimum or maximum", data)
		}
	})
}
