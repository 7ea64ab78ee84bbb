// Package ui embeds the files of the web page and its charts, which reports
// take over, and joins its modules and style sheets into one file each.
package ui

import "embed"

// Files are the page's files. ARCHITECTURE.md describes the folders.
//
//go:embed *.html *.css *.js *.svg charts/*.js charts/*.css core/*.js css/*.css screens/*/*.js
var Files embed.FS
