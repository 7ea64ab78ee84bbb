package main

import (
	"fmt"
	"html"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/live"
)

// The size of a cell, and the space around the text, in pixels.
const (
	cellWidth  = 8.4
	cellHeight = 18
	margin     = 14
)

// colors are the styles on a dark terminal.
var colors = map[live.Style]string{
	live.Plain: "#d0d7de", live.Bold: "#ffffff", live.Faint: "#8b949e", live.Red: "#ff7b72",
	live.Green: "#56d364", live.Yellow: "#e3b341", live.Cyan: "#79c0ff",
}

// picture returns the lines as an SVG. Bars and sparklines are rectangles,
// because few fonts have all of their characters; each text is stretched to its
// cells.
func picture(lines []live.Line, columns int) string {
	var svg strings.Builder
	width, height := float64(columns)*cellWidth+2*margin, float64(len(lines)*cellHeight+2*margin)
	fmt.Fprintf(&svg, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" `+
		`role="img" aria-label="The live view of a run in a terminal">`+"\n", width, height, width, height)
	fmt.Fprintf(&svg, `<rect width="100%%" height="100%%" rx="8" fill="#0d1117"/>`+"\n")
	fmt.Fprintf(&svg, `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" `+
		`font-size="14">`+"\n")
	for row, line := range lines {
		column, top := 0, float64(margin+row*cellHeight)
		for _, span := range line {
			for _, piece := range pieces(span.Text) {
				if text := draw(piece, column, top, span.Style); text != "" {
					svg.WriteString(text + "\n")
				}
				column += len([]rune(piece))
			}
		}
	}
	svg.WriteString("</g>\n</svg>\n")
	return svg.String()
}

// pieces divides a text where a run of the same block character, or of others,
// ends.
func pieces(text string) (pieces []string) {
	var piece []rune
	for _, r := range text {
		_, solid := blockOf(r)
		if len(piece) > 0 {
			_, before := blockOf(piece[0])
			if before != solid || solid && piece[0] != r {
				pieces, piece = append(pieces, string(piece)), nil
			}
		}
		piece = append(piece, r)
	}
	if len(piece) > 0 {
		pieces = append(pieces, string(piece))
	}
	return pieces
}

// A shape is the part of a cell that a character fills, in eighths from its
// left bottom corner, and how dense it is.
type shape struct {
	bottom, width, height float64
	opacity               float64
}

// blockOf returns the shape of a block character.
func blockOf(r rune) (shape, bool) {
	switch {
	case r >= '▁' && r <= '█':
		return shape{width: 8, height: float64(r - '▁' + 1), opacity: 1}, true
	case r >= '▉' && r <= '▏':
		return shape{width: float64('▏' - r + 1), height: 8, opacity: 1}, true
	case r == '░':
		return shape{width: 8, height: 8, opacity: 0.5}, true
	case r == '━':
		return shape{bottom: 3, width: 8, height: 2.4, opacity: 1}, true
	case r == '─':
		return shape{bottom: 3.8, width: 8, height: 0.8, opacity: 0.6}, true
	}
	return shape{}, false
}

// draw returns a piece as an element of the SVG; "" for spaces.
func draw(piece string, column int, top float64, style live.Style) string {
	runes := []rune(piece)
	left, color := margin+float64(column)*cellWidth, colors[style]
	if s, ok := blockOf(runes[0]); ok {
		const gap = 1.5 // above a bar
		width := cellWidth * (float64(len(runes)-1) + s.width/8)
		unit := (cellHeight - gap) / 8
		y := top + gap + unit*(8-s.bottom-s.height)
		return fmt.Sprintf(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s" opacity="%g"/>`,
			left, y, width, unit*s.height, color, s.opacity)
	}
	text := strings.TrimLeft(piece, " ")
	left += float64(len(runes)-len([]rune(text))) * cellWidth
	if text = strings.TrimRight(text, " "); text == "" {
		return ""
	}
	weight := ""
	if style == live.Bold {
		weight = ` font-weight="bold"`
	}
	return fmt.Sprintf(`<text x="%.1f" y="%.1f" textLength="%.1f" lengthAdjust="spacingAndGlyphs" fill="%s"%s>%s</text>`,
		left, top+cellHeight*0.74, cellWidth*float64(len([]rune(text))), color, weight,
		html.EscapeString(strings.ReplaceAll(text, " ", "\u00a0")))
}
