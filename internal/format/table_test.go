package format

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// runsTable gives way in every way: a name is clipped, a time has a short form,
// and columns are left out.
func runsTable() Table {
	return Table{
		Columns: []Column{
			{Header: "name", Shorten: ClipMiddle, Least: 6},
			{Header: "at", Shorten: func(text string, _ int) string { return text[11:] }},
			{Header: "jobs", Right: true, Drop: 2},
			{Header: "p99", Drop: 1},
			{},
		},
		Rows: [][]string{
			{"checkout-of-orders", "2026-11-29 14:44", "5", "12ms", "worse"},
			{"search", "2026-11-29 14:45", "4000", "7ms"},
		},
	}
}

func TestTableLines(t *testing.T) {
	for _, test := range []struct {
		width int
		want  []string
	}{
		{0, []string{
			"name                at                jobs  p99",
			"checkout-of-orders  2026-11-29 14:44     5  12ms  worse",
			"search              2026-11-29 14:45  4000  7ms",
		}},
		{54, []string{ // the time is all or nothing
			"name                at     jobs  p99",
			"checkout-of-orders  14:44     5  12ms  worse",
			"search              14:45  4000  7ms",
		}},
		{40, []string{
			"name            at     jobs  p99",
			"chec…of-orders  14:44     5  12ms  worse",
			"search          14:45  4000  7ms",
		}},
		{30, []string{
			"name        at     jobs",
			"che…orders  14:44     5  worse",
			"search      14:45  4000",
		}},
		{20, []string{
			"name    at",
			"ch…ers  14:44  worse",
			"search  14:45",
		}},
		{10, []string{ // nothing is left to give way
			"name    at",
			"ch…ers  14:44  worse",
			"search  14:45",
		}},
	} {
		if diff := cmp.Diff(test.want, runsTable().Lines(test.width)); diff != "" {
			t.Errorf("at %d columns (-want +got):\n%s", test.width, diff)
		}
	}
}

// Columns that are whole together are shortened together.
func TestTableShortensTogether(t *testing.T) {
	short := Column{Shorten: func(text string, _ int) string { return text[:1] }, Together: true}
	table := Table{Columns: []Column{short, short}, Rows: [][]string{{"abcd", "efgh"}}}
	for width, want := range map[int]string{10: "abcd  efgh", 9: "a  e"} {
		if got := table.Lines(width)[1]; got != want {
			t.Errorf("at %d columns it is %q, want %q", width, got, want)
		}
	}
}

// Lines leaves its caller's cells as they are: reports share headers, and may
// be written at the same time.
func TestTableLeavesItsCells(t *testing.T) {
	table := Table{Columns: []Column{{Header: "na\x1bme", Shorten: Clip}}, Rows: [][]string{{"a\x1bb", "1"}}}
	want := slices.Clone(table.Rows[0])
	table.Lines(2)
	if !slices.Equal(table.Rows[0], want) {
		t.Errorf("the row is %q, want %q", table.Rows[0], want)
	}
}

// A wider terminal shows no fewer columns, and no line is longer than it
// unless everything has given way.
func TestTableFitsLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := runsTable()
		table.Rows[0][0] = rapid.StringN(1, 40, -1).Draw(t, "name")
		width := rapid.IntRange(20, 100).Draw(t, "width")
		for _, line := range table.Lines(width) {
			if n := utf8.RuneCountInString(line); n > width {
				t.Errorf("%d columns at %d: %s", n, width, line)
			}
		}
		columns := func(width int) int { return len(strings.Fields(table.Lines(width)[0])) }
		if columns(width+1) < columns(width) {
			t.Errorf("%d columns at %d, and fewer one wider", columns(width), width)
		}
	})
}

// The last cell of a row continues below its beginning.
func TestRowsWrap(t *testing.T) {
	for width, want := range map[int]string{
		0:  "a    one two three four five six seven\nlon  b\n\nx  y\nalone on a line that is longer\n",
		26: "a    one two three four\n     five six seven\nlon  b\n\nx  y\nalone on a line that is\nlonger\n",
	} {
		var text strings.Builder
		rows := NewRows(&text, width)
		rows.Row("a", "one two three four five six seven")
		rows.Row("lon", "b")
		rows.Row()
		rows.Row("x", "y")
		rows.Row("alone on a line that is longer")
		if err := rows.Flush(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, text.String()); diff != "" {
			t.Errorf("at %d columns (-want +got):\n%s", width, diff)
		}
	}
}
