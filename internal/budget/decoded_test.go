package budget

import (
	"bytes"
	"encoding/json"
	"runtime"
	"strings"
	"testing"
)

// The estimate is at least the memory that a decoded document takes, whatever
// its structure.
func TestDecodedSizeIsEnough(t *testing.T) {
	const length = 1 << 17
	for name, part := range map[string]string{
		"numbers":         `1,`,
		"long numbers":    `123456789,`,
		"objects":         `{"":0},`,
		"empty objects":   `{},`,
		"empty lists":     `[],`,
		"nested lists":    `[[[[[]]]]],`,
		"lists of one":    `[0],`,
		"short texts":     `"a",`,
		"long texts":      `"` + strings.Repeat("a", 1000) + `",`,
		"escapes":         `"\"\\[,{",`,
		"larger objects":  `{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9},`,
		"nested objects":  `{"a":{"b":{"c":{"d":{}}}}},`,
		"truth":           `true,`,
		"objects in list": `{"a":[{}]},`,
	} {
		document := []byte("[" + strings.Repeat(part, length/len(part)) + "0]")
		took := min(measureDecoded(t, document), measureDecoded(t, document), measureDecoded(t, document))
		if estimate := DecodedSize(document); estimate < took {
			t.Errorf("%s: %d bytes take %d when decoded, the estimate is %d", name, len(document), took, estimate)
		}
	}
}

// measureDecoded measures the memory of a decoded document. Concurrent
// allocations of the process add to it, so callers use the least of several
// measurements.
func measureDecoded(t *testing.T, document []byte) int64 {
	t.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var value any
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		t.Fatal(err)
	}
	decoder = nil
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(value)
	return int64(after.HeapAlloc) - int64(before.HeapAlloc)
}
