package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/aurea-orchestrator/aurea"
)

// A side is what an argument of compare stands for: results that were read from
// files, or words that a server knows runs by.
type side struct {
	results []*aurea.Result
	ids     []string
}

// readSide reads an argument: files, directories and words, comma-separated.
func readSide(argument string) (side, error) {
	var s side
	words := strings.Split(argument, ",")
	if _, err := os.Stat(argument); err == nil {
		words = []string{argument} // its name has a comma in it
	}
	for _, word := range words {
		if isRunReference(word) {
			s.ids = append(s.ids, word)
			continue
		}
		files, err := resultFiles(word)
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

// isRunReference reports whether a word is one that a server knows, and no file.
func isRunReference(word string) bool {
	if _, err := os.Stat(word); err == nil {
		return false
	}
	return word == "baseline" || strings.HasPrefix(word, "name:") || strings.HasPrefix(word, "benchmark-") && filepath.Ext(word) == ""
}

// resultFiles is the file of that name, or the results in the directory.
func resultFiles(name string) ([]string, error) {
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usageErrorf("there is no file %q; the id of a run begins with benchmark-", name)
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

// escapeGlob is the pattern that only the name itself matches.
func escapeGlob(name string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(name)
}

func readResults(file string) ([]*aurea.Result, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, usageErrorf("cannot read the results: %v", err)
	}
	results, err := aurea.DecodeResults(data)
	if err != nil {
		return nil, usageErrorf("%s: %v", file, err)
	}
	return results, nil
}
