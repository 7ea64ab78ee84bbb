package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
)

// The size of a load curve in characters, without its labels.
const (
	maxCurveWidth = 60
	minCurveWidth = 20
	curveHeight   = 6
)

// blocks fill a character from below, in eighths.
var blocks = []rune(" ▁▂▃▄▅▆▇█")

// loadRange returns the lowest and the highest load.
func loadRange(f aurea.Forecast) (lowest, highest float64) {
	lowest = levelOf(f.Load[0])
	for _, point := range f.Load {
		lowest, highest = min(lowest, levelOf(point)), max(highest, levelOf(point))
	}
	return lowest, highest
}

// levelOf returns the load at a point, in the unit of its model.
func levelOf(point aurea.LoadPoint) float64 {
	if point.Rate != nil {
		return *point.Rate
	}
	return *point.Concurrency
}

// loadAt returns the load at a moment.
func loadAt(points []aurea.LoadPoint, t float64) float64 {
	for i, to := range points[1:] {
		if from := points[i]; t < to.T && to.T > from.T {
			return levelOf(from) + (levelOf(to)-levelOf(from))*(t-from.T)/(to.T-from.T)
		}
	}
	return levelOf(points[len(points)-1])
}

// writeLoadCurve draws the load over time. It draws nothing for a constant
// load.
func writeLoadCurve(w io.Writer, f aurea.Forecast, o Options) error {
	lowest, highest := loadRange(f)
	if f.Duration == nil || lowest == highest {
		return nil
	}
	label := format.Count(highest)
	width := min(max(cmp.Or(o.Width, defaultWidth)-len(label)-len(" ┤ "), minCurveWidth), maxCurveWidth)
	var drawn strings.Builder
	drawn.WriteByte('\n')
	for row := range curveHeight {
		text := ""
		if row == 0 {
			text = label
		}
		line := make([]rune, width)
		for column := range line {
			level := loadAt(f.Load, (float64(column)+0.5)/float64(width)**f.Duration) / highest
			filled := level*curveHeight - float64(curveHeight-1-row)
			line[column] = blocks[int(max(0, min(filled, 1))*8+0.5)]
		}
		fmt.Fprintf(&drawn, "%*s ┤%s\n", len(label), text, strings.TrimRight(string(line), " "))
	}
	fmt.Fprintf(&drawn, "%*s └%s\n", len(label), "0", strings.Repeat("─", width))
	end := format.Duration(*f.Duration)
	fmt.Fprintf(&drawn, "%*s  0s%*s\n", len(label), "", width-2, end)
	_, err := io.WriteString(w, drawn.String())
	return err
}
