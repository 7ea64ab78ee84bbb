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

// Answers that chance has changed are read alike by both clients where both read
// them, and however they are cut. AUREA_ANSWERS says how many, and AUREA_SEED
// repeats a run.
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
		a, _, err := read(bytes.NewReader(raw), toHEAD, 0)
		we := readingOf(a, err)
		dripped, _, err := read(iotest.OneByteReader(bytes.NewReader(raw)), toHEAD, 0)
		if got := readingOf(dripped, err); got != we {
			t.Errorf("%q is at once %v, byte by byte %v", raw, we, got)
		}
		status, body, err := standard(raw, answer.method)
		they := reading{err == nil, status, string(body)}
		if we.ok && they.ok {
			both++
			if we != they {
				t.Errorf("%q is to us %v, to net/http %v", raw, we, they)
			}
		}
	}
	if both < count/10 {
		t.Errorf("only %d of %d answers were read by both", both, count)
	}
}

// mutate changes an answer in one to three places: a byte, a piece that is left
// out, comes twice, or is another's.
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
