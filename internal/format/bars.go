package format

import (
	"math"
	"strings"
)

// eighths are the last columns of a bar, by how full they are.
var eighths = []string{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"}

// Bar returns a horizontal bar of a share, from 0 to 1, of width columns. A
// share above 0 has at least an eighth of a column.
func Bar(share float64, width int) string {
	width = max(width, 0)
	n := int(math.Round(min(max(share, 0), 1) * float64(width) * 8))
	if share > 0 && width > 0 {
		n = max(n, 1)
	}
	return strings.Repeat("█", n/8) + eighths[n%8]
}

// levels are the heights of a column of a sparkline.
var levels = []rune("▁▂▃▄▅▆▇█")

// Sparkline draws values from 0 to their maximum, one column each. NaN is a
// gap.
func Sparkline(values []float64) string {
	top := 0.0
	for _, v := range values {
		if v > top { // false for NaN
			top = v
		}
	}
	var text strings.Builder
	for _, v := range values {
		switch {
		case math.IsNaN(v):
			text.WriteByte(' ')
		case top == 0:
			text.WriteRune(levels[0])
		default:
			text.WriteRune(levels[min(int(v/top*float64(len(levels))), len(levels)-1)])
		}
	}
	return text.String()
}
