package report

import (
	"slices"
	"testing"
)

// A grid leaves its caller's cells as they are: reports share headers, and may
// be written at the same time.
func TestGridLeavesItsCells(t *testing.T) {
	header, row := []string{"na\x1bme", "value"}, []string{"a\x1bb", "1"}
	wantHeader, wantRow := slices.Clone(header), slices.Clone(row)
	s := &screen{width: 80}
	s.grid(header, [][]string{row})
	if !slices.Equal(header, wantHeader) {
		t.Errorf("the header is %q, want %q", header, wantHeader)
	}
	if !slices.Equal(row, wantRow) {
		t.Errorf("the row is %q, want %q", row, wantRow)
	}
}
