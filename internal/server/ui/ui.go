// Package ui embeds the files of the web page and its charts, which reports
// take over, and joins its modules and style sheets into one file each.
//
// The modules are in four folders, and import from their own and from those
// before it: core is what all need, such as the store and requests; charts draws
// any plot; figures are plots of what runs measure; screens are the page.
package ui

import "embed"

// Files are the page's files.
//
//go:embed *.html *.css *.js *.svg charts/*.js charts/*.css core/*.js css/*.css figures/*.js screens/*/*.js
var Files embed.FS
