package hist

import (
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
)

// The binary form is a version byte and varints: minimum, maximum, sum (high and
// low half), sum of squares (three words, high to low), and for every bucket with
// samples, shortest first, the number of empty buckets before it and its count.
// An empty histogram is only the version. Version 1 has no squares.
const (
	version        = 2
	withoutSquares = 1
)

var errBinary = errors.New("hist: not the binary form of a histogram")

// AppendBinary appends the exact binary form of the histogram. It takes a few bytes
// for every bucket with samples.
func (h *Histogram) AppendBinary(data []byte) []byte {
	data = append(data, version)
	if h.Count() == 0 {
		return data
	}
	for _, v := range []uint64{
		uint64(h.min), uint64(h.max), h.sumHigh, h.sumLow, h.squares.high, h.squares.middle, h.squares.low,
	} {
		data = binary.AppendUvarint(data, v)
	}
	next := 0
	for i, count := range h.each {
		data = binary.AppendUvarint(data, uint64(i-next))
		data = binary.AppendUvarint(data, uint64(count))
		next = i + 1
	}
	return data
}

// UnmarshalBinary sets the histogram to the one that AppendBinary wrote. For
// version 1 it estimates the standard deviation from the buckets. Data that
// AppendBinary cannot have written is an error, and leaves the histogram empty.
func (h *Histogram) UnmarshalBinary(data []byte) error {
	h.Reset()
	if err := h.read(data); err != nil {
		h.empty()
		return err
	}
	return nil
}

func (h *Histogram) read(data []byte) error {
	if len(data) == 0 || data[0] != version && data[0] != withoutSquares {
		return errBinary
	}
	if len(data) == 1 {
		return nil
	}
	in := reader{data: data[1:]}
	low, high := in.next(), in.next()
	h.sumHigh, h.sumLow = in.next(), in.next()
	if data[0] != withoutSquares {
		h.squares.high, h.squares.middle, h.squares.low = in.next(), in.next(), in.next()
	}
	if in.bad || low > high || high > math.MaxInt64 {
		return errBinary
	}
	h.min, h.max = int64(low), int64(high)
	if err := h.readBuckets(&in); err != nil {
		return err
	}
	if data[0] == withoutSquares {
		h.estimateSquares()
	}
	return h.plausibleSquares()
}

// readBuckets decodes the buckets and checks minimum, maximum and sum against them.
func (h *Histogram) readBuckets(in *reader) error {
	first, last := bucket(h.min), bucket(h.max)
	for i := 0; len(in.data) > 0; i++ {
		skip, count := in.next(), in.next()
		if in.bad || i > last || skip > uint64(last-i) || count == 0 || count > math.MaxInt64 {
			return errBinary
		}
		i += int(skip)
		if h.Count() == 0 && i != first || len(in.data) == 0 && i != last {
			return errBinary
		}
		if int64(count) > math.MaxInt64-h.Count() {
			return errBinary
		}
		h.counts.add(i, int64(count))
	}
	return h.plausible()
}

// plausible checks the sum against count, minimum and maximum.
func (h *Histogram) plausible() error {
	minHigh, minLow := bits.Mul64(uint64(h.min), uint64(h.Count()))
	maxHigh, maxLow := bits.Mul64(uint64(h.max), uint64(h.Count()))
	if h.Count() == 0 || less(h.sumHigh, h.sumLow, minHigh, minLow) || less(maxHigh, maxLow, h.sumHigh, h.sumLow) {
		return errBinary
	}
	return nil
}

// plausibleSquares checks the sum of squares against the other values.
func (h *Histogram) plausibleSquares() error {
	if h.scaledVariance().Sign() < 0 || h.squares.big().Cmp(h.maxSquares()) > 0 {
		return errBinary
	}
	return nil
}

// less reports whether a < b, for numbers of 128 bits.
func less(aHigh, aLow, bHigh, bLow uint64) bool {
	return aHigh < bHigh || aHigh == bHigh && aLow < bLow
}

// A reader decodes varints from data. bad is set once there is none.
type reader struct {
	data []byte
	bad  bool
}

func (r *reader) next() uint64 {
	v, n := binary.Uvarint(r.data)
	if n <= 0 {
		r.data, r.bad = nil, true
		return 0
	}
	r.data = r.data[n:]
	return v
}
