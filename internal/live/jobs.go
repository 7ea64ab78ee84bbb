package live

import (
	"fmt"
	"math"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/format"
)

// jobs returns the counts of ok and failed jobs, their bar, and which classes
// and parts fail.
func (s *State) jobs(width int) []Line {
	p, so := s.progress(), s.soFar()
	ended := p.OK + p.Failed
	counts := Line{{" " + format.Pad("jobs", label), Faint}, {fmt.Sprintf("%d ok", p.OK), Green}}
	if p.Failed > 0 {
		share := float64(p.Failed) / float64(ended)
		counts = append(counts, Span{fmt.Sprintf("   %d failed, %s", p.Failed, percent(share)), Red})
	}
	if so.Dropped > 0 {
		counts = append(counts, Span{fmt.Sprintf("   %d dropped", so.Dropped), Yellow})
	}
	lines := []Line{counts, outcomeBar(p.OK, p.Failed, width-label-2)}
	if p.Failed == 0 {
		return lines
	}
	var classes, parts []string
	for _, class := range so.Errors {
		classes = append(classes, fmt.Sprintf("%s %d", format.Sanitize(class.Class), class.Count))
	}
	for _, part := range so.Parts {
		if part.Failed > 0 {
			parts = append(parts, fmt.Sprintf("%s %d of %d", format.Sanitize(part.Name), part.Failed, part.OK+part.Failed))
		}
	}
	for _, row := range []struct {
		name  string
		items []string
	}{{"classes", classes}, {"parts", parts}} {
		if len(row.items) > 0 {
			lines = append(lines, Line{{" " + format.Pad(row.name, label), Faint}, {list(row.items, width-label-2), Red}})
		}
	}
	return lines
}

// outcomeBar divides a bar between ok and failed jobs. A single failure shows.
func outcomeBar(ok, failed int64, width int) Line {
	if ok+failed == 0 {
		return Line{{strings.Repeat(" ", label+1), Plain}, {strings.Repeat("·", max(width, 0)), Faint}}
	}
	bad := int(math.Round(float64(failed) / float64(ok+failed) * float64(width)))
	if failed > 0 {
		bad = max(bad, 1)
	}
	if ok > 0 {
		bad = min(bad, width-1)
	}
	return Line{
		{strings.Repeat(" ", label+1), Plain}, {strings.Repeat("█", width-bad), Green}, {strings.Repeat("░", bad), Red},
	}
}

// list joins as many items as fit into a width, and says how many do not.
func list(items []string, width int) string {
	for n := len(items); n > 0; n-- {
		text := strings.Join(items[:n], ", ")
		if n < len(items) {
			text += fmt.Sprintf(", %d more", len(items)-n)
		}
		if cells(text) <= width {
			return text
		}
	}
	return format.Clip(items[0], width)
}
