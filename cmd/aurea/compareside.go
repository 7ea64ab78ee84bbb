package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/client"
	"github.com/aurea-orchestrator/aurea/internal/api"
	"github.com/aurea-orchestrator/aurea/internal/report"
)

// A side is one argument of compare: results read from files, or references to
// stored runs.
type side struct {
	results []*aurea.Result
	ids     []string // or name:NAME, label:KEY=VALUE, or baseline
}

// readSide reads an argument: files, directories and references to runs,
// comma-separated.
func readSide(argument string) (side, error) {
	var s side
	items := api.SplitWords(argument, isItem)
	if _, err := os.Stat(argument); err == nil {
		items = []string{argument} // a file name that contains a comma
	}
	for _, item := range items {
		if isRunReference(item) {
			s.ids = append(s.ids, item)
			continue
		}
		files, err := resultFiles(item)
		if err != nil {
			return side{}, err
		}
		for _, file := range files {
			results, err := readResults(file)
			if err != nil {
				return side{}, err
			}
			s.results = append(s.results, results...)
		}
	}
	return s, nil
}

// findRuns makes ids of the references to single runs. A service knows the others.
func (s side) findRuns(ctx context.Context, service *client.Client) (err error) {
	for i, reference := range s.ids {
		if _, several, _ := api.ParseSelection(reference, nil); several {
			continue
		}
		if s.ids[i], err = findRun(ctx, service, reference, finishedRun); err != nil {
			return err
		}
	}
	return nil
}

// isItem reports whether a part of an argument is a file, a directory or a
// reference to runs.
func isItem(part string) bool {
	_, err := os.Stat(part)
	return err == nil || isRunReference(part)
}

// minStart is how many characters of an id without its prefix can be nothing else.
const minStart = 8

// isRunReference reports whether an item refers to stored runs. A file of that
// name takes precedence.
func isRunReference(item string) bool {
	if _, err := os.Stat(item); err == nil {
		return false
	}
	start, prefixed := strings.CutPrefix(item, runPrefix)
	isID := prefixed && filepath.Ext(item) == "" || len(start) >= minStart && idStart().MatchString(start)
	return isID || item == "baseline" || item == lastRun || strings.HasPrefix(item, "name:") ||
		strings.HasPrefix(item, "label:")
}

// resultFiles returns a file, or the .json files of a directory.
func resultFiles(name string) ([]string, error) {
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usageErrorf("there is no file %q; a run is its id, %s, name:NAME or label:KEY=VALUE", name, lastRun)
	}
	if err != nil {
		return nil, usageErrorf("cannot read the results: %v", err)
	}
	if !info.IsDir() {
		return []string{name}, nil
	}
	files, err := filepath.Glob(filepath.Join(escapeGlob(name), "*.json"))
	if err != nil || len(files) == 0 {
		return nil, usageErrorf("there is no .json file in the directory %q", name)
	}
	return files, nil
}

// escapeGlob returns the glob pattern that matches the name only.
func escapeGlob(name string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(name)
}

// readResults decodes all results of a file.
func readResults(file string) ([]*aurea.Result, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, usageErrorf("cannot read the results: %v", err)
	}
	return decodeResults(file, data)
}

// decodeResults decodes the content of a file: JSON, or a page of -o html.
func decodeResults(name string, content []byte) ([]*aurea.Result, error) {
	if result, isPage := report.ResultIn(content); isPage {
		content = result
	}
	results, err := aurea.DecodeResults(content)
	if err != nil {
		return nil, usageErrorf("%s: %v", name, err)
	}
	return results, nil
}
