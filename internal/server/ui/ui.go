// Package ui embeds the files of the web page and its charts, which reports
// take over. It imports nothing.
package ui

import "embed"

// Files are the page's files, and the modules of its charts in the folder
// charts.
//
//go:embed *.html *.css *.js *.svg charts/*.js charts/*.css
var Files embed.FS
