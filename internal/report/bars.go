package report

import (
	"math"
	"strings"
)

// eighths are the blocks of a horizontal bar, from an eighth to a whole column.
var eighths = []rune("▏▎▍▌▋▊▉█")

// bar returns a horizontal bar of a share of width columns. A share above 0 has
// at least an eighth of a column.
func bar(share float64, width int) string {
	n := int(math.Round(share * float64(width) * 8))
	if share > 0 {
		n = max(n, 1)
	}
	text := strings.Repeat("█", n/8)
	if n%8 > 0 {
		text += string(eighths[n%8-1])
	}
	return text
}

// levels are the blocks of a sparkline.
var levels = []rune("▁▂▃▄▅▆▇█")

// sparkline draws values from 0 to their maximum, one column each. NaN is a gap.
func sparkline(values []float64) string {
	top := 0.0
	for _, v := range values {
		if !math.IsNaN(v) {
			top = max(top, v)
		}
	}
	var text strings.Builder
	for _, v := range values {
		if math.IsNaN(v) {
			text.WriteByte(' ')
			continue
		}
		text.WriteRune(levels[min(int(ratio(v, top)*float64(len(levels))), len(levels)-1)])
	}
	return text.String()
}
