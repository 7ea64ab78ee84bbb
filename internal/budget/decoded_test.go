package budget

import (
	"bytes"
	"encoding/json"
	"runtime"
	"strings"
	"testing"
)

// What is estimated is no less than what a decoded document takes, whatever it is
// made of.
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
		took := min(decodedInto(t, document), decodedInto(t, document), decodedInto(t, document))
		if estimate := DecodedSize(document); estimate < took {
			t.Errorf("%s: %d bytes are decoded into %d, estimated as %d", name, len(document), took, estimate)
		}
	}
}

// decodedInto measures how much memory a decoded document takes. Whatever else
// the process allocates meanwhile is in it: the least of several is meant.
func decodedInto(t *testing.T, document []byte) int64 {
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
