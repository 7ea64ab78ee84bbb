package specfile

import (
	"runtime"
	"strings"
	"testing"
)

// The limit is at least the memory that a parsed file takes, whatever its
// structure.
func TestMemorySizeIsEnough(t *testing.T) {
	const length = 1 << 17
	for name, test := range map[string]struct{ before, part, after string }{
		"keys without values": {"a: {", "a,", "}"},
		"empty lists":         {"a: [", "[],", "]"},
		"pairs":               {"a: [", "{a: 1},", "]"},
		"empty texts":         {"a: [", `"",`, "]"},
		"anchors":             {"a: [", "&a a,", "]"},
		"items":               {"a:\n", "-\n", ""},
		"lists in lists":      {"a:\n", "- - -\n", ""},
		"lines of keys":       {"", "a:\n", ""},
		"explicit keys":       {"", "? \n", ""},
		"comments":            {"a:\n", "#\n", ""},
		"long texts":          {"a:\n", "- " + strings.Repeat("a", 1000) + "\n", ""},
	} {
		content := []byte(test.before + strings.Repeat(test.part, length/len(test.part)) + test.after)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		document, err := loadYAML(content)
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		runtime.KeepAlive(document)
		if taken, limit := int64(after.TotalAlloc-before.TotalAlloc), MemorySize(content); taken > limit {
			t.Errorf("%s: parsing allocated %d bytes, more than the limit of %d", name, taken, limit)
		}
	}
}
