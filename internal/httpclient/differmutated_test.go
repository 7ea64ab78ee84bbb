package httpclient

import (
	"bytes"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"testing/iotest"
	"time"
)

// Both clients read mutated answers alike if both read them, in any segments.
// AUREA_ANSWERS sets their number, AUREA_SEED repeats a run.
func TestMutatedAnswers(t *testing.T) {
	count, seed := 3000, uint64(1)
	if given, err := strconv.Atoi(os.Getenv("AUREA_ANSWERS")); err == nil {
		count, seed = given, uint64(time.Now().UnixNano())
	}
	if given, err := strconv.ParseUint(os.Getenv("AUREA_SEED"), 10, 64); err == nil {
		seed = given
	}
	t.Logf("AUREA_SEED=%d AUREA_ANSWERS=%d", seed, count)
	all, random := rawAnswers(), rand.New(rand.NewPCG(seed, 0))
	both := 0
	for range count {
		answer := all[random.IntN(len(all))]
		if len(answer.raw) > 2000 {
			continue
		}
		raw := mutate(random, []byte(answer.raw), []byte(all[random.IntN(len(all))].raw))
		toHEAD := answer.method == "HEAD"
		a, _, err := readAnswer(bytes.NewReader(raw), toHEAD, 0)
		ours := newReading(a, err)
		dripped, _, err := readAnswer(iotest.OneByteReader(bytes.NewReader(raw)), toHEAD, 0)
		if got := newReading(dripped, err); got != ours {
			t.Errorf("%q is read as %v at once, byte by byte as %v", raw, ours, got)
		}
		status, body, err := readStandard(raw, answer.method)
		theirs := reading{err == nil, status, string(body)}
		if ours.ok && theirs.ok {
			both++
			if ours != theirs {
				t.Errorf("%q is read as %v, by net/http as %v", raw, ours, theirs)
			}
		}
	}
	if both < count/10 {
		t.Errorf("both read only %d of %d answers", both, count)
	}
}

// mutate changes an answer in one to three places: it changes a byte, or drops,
// repeats or replaces a piece.
func mutate(random *rand.Rand, raw, other []byte) []byte {
	for range 1 + random.IntN(3) {
		if len(raw) == 0 {
			return raw
		}
		from := random.IntN(len(raw))
		to := from + random.IntN(min(8, len(raw)-from)+1)
		before, piece, behind := raw[:from], raw[from:to], raw[to:]
		switch random.IntN(5) {
		case 0:
			piece = []byte{byte(random.IntN(256))}
		case 1:
			piece = nil
		case 2:
			piece = bytes.Repeat(piece, 2)
		case 3:
			piece = []byte{" \t\r\n:;,0"[random.IntN(8)]}
		default:
			at := random.IntN(len(other) + 1)
			piece = other[at:min(at+10, len(other))]
		}
		raw = bytes.Join([][]byte{before, piece, behind}, nil)
	}
	return raw
}
